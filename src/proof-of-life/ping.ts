import type { Dispatcher } from "undici";
import { explainFailure } from "../http/explain-failure.ts";
import { request } from "../http/request.ts";
import type { Pulse } from "./heartbeat.ts";
import { pingUrl } from "./ping-url.ts";

/** How a ping ended. */
export interface Pong {
  readonly heard: boolean;
  /** The server wants fewer pings (429): that is no failure. */
  readonly tooMany: boolean;
  /** As the server stated it. */
  readonly retryAfter: string | undefined;
  /** Why it was not heard, without what may be secret in the URL; empty where it was. */
  readonly error: string;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/** Posts one pulse. Never rejects. @param deadline ends it, with its reason as the error */
export async function ping(url: URL, dispatcher: Dispatcher, pulse: Pulse, deadline: AbortSignal): Promise<Pong> {
  try {
    const { status, headers } = await request(dispatcher, pingUrl(url, pulse.status), {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "watchdog" },
      body: JSON.stringify(pulse),
      maxBytes: MAX_ANSWER_BYTES,
      discardBody: true,
      deadline,
    });
    const heard = status >= 200 && status < 300;
    const retryAfter = [headers["retry-after"]].flat()[0];
    return { heard, tooMany: status === 429, retryAfter, error: heard ? "" : `answered ${status}` };
  } catch (thrown) {
    const error = explainFailure(thrown);
    const shown = url.pathname.length > 1 ? error.replaceAll(url.pathname, "/(hidden)") : error;
    return { heard: false, tooMany: false, retryAfter: undefined, error: shown };
  }
}
