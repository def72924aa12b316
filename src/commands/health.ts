import { Agent } from "undici";
import { loadSettings } from "../config/load-settings.ts";
import { explainFailure } from "../http/explain-failure.ts";
import { request } from "../http/request.ts";
import { type CommandContext, EXIT } from "./command.ts";

const TIMEOUT_MS = 3_000;

/** Asks the running watchdog's face whether it is healthy. The image answers the same without starting Node. */
export async function health(context: CommandContext): Promise<number> {
  const { settings } = loadSettings(context.env);
  if (!settings.enabled) {
    context.print("disabled");
    return EXIT.ok;
  }
  if (settings.listen === undefined) {
    context.complain("WATCHDOG_LISTEN=off: there is no face to ask; turn this health check off as well");
    return EXIT.failed;
  }
  const { host, port } = settings.listen;
  // An address that means "all of mine" is listened on, not connected to.
  const target = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  const dispatcher = new Agent();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error("no answer within 3 s")), TIMEOUT_MS);
  try {
    const url = new URL(`http://${target}:${port}/healthz`);
    const answer = await request(dispatcher, url, { method: "GET", maxBytes: 65_536, deadline: deadline.signal });
    context.print(answer.body.toString("utf8").trim());
    return answer.status === 200 ? EXIT.ok : EXIT.failed;
  } catch (error) {
    context.complain(`no watchdog answers at ${target}:${port} (WATCHDOG_LISTEN): ${explainFailure(error)}`);
    return EXIT.failed;
  } finally {
    clearTimeout(timer);
    await dispatcher.destroy();
  }
}
