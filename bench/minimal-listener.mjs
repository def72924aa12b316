/**
 * The reference: the least that plain Node does to tell of a crash. It follows the raw events of an engine over its socket
 * and makes one POST of each; it knows neither a stop from a crash nor what happens next, and forgets what cannot be sent.
 */
import { Agent, request } from "node:http";

const { WATCHDOG_DOCKER_SOCK, WATCHDOG_TG_API_ROOT, WATCHDOG_TG_BOT_TOKEN, WATCHDOG_TG_CHAT_ID } = process.env;
const agent = new Agent({ keepAlive: true });
const filters = encodeURIComponent(JSON.stringify({ type: ["container"], event: ["die"] }));

request({ socketPath: WATCHDOG_DOCKER_SOCK, path: `/events?filters=${filters}` }, (response) => {
  let rest = "";
  response.setEncoding("utf8");
  response.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) tell(JSON.parse(line).Actor.Attributes);
  });
}).end();

function tell({ name, exitCode }) {
  const body = JSON.stringify({ chat_id: WATCHDOG_TG_CHAT_ID, text: `listener: ${name} ended with code ${exitCode}` });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const url = `${WATCHDOG_TG_API_ROOT}/bot${WATCHDOG_TG_BOT_TOKEN}/sendMessage`;
  request(url, { agent, method: "POST", headers }, (response) => response.resume()).end(body);
}
