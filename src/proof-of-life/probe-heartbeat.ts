import { Agent } from "undici";
import { ping } from "./ping.ts";

/** Whether a heartbeat would be heard: what was found and, where it is wrong, what mends it. Without the URL. */
export interface HeartbeatFinding {
  readonly ok: boolean;
  readonly text: string;
  readonly mend?: string;
}

/**
 * Sends one heartbeat, as each tick does. Never rejects.
 *
 * @param timeoutMs total deadline
 */
export async function probeHeartbeat(url: URL, timeoutMs: number): Promise<HeartbeatFinding> {
  const dispatcher = new Agent({ pipelining: 0, connect: { timeout: timeoutMs } });
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error(`timed out after ${timeoutMs / 1_000} s`)), timeoutMs);
  try {
    const { heard, tooMany, error } = await ping(url, dispatcher, { status: "ok", test: true }, deadline.signal);
    if (heard) return { ok: true, text: "heard" };
    if (tooMany) return { ok: true, text: "the server answers, and wants fewer pings (429)" };
    return { ok: false, text: `not heard: ${error}`, mend: "check WATCHDOG_HEARTBEAT_URL" };
  } finally {
    clearTimeout(timer);
    await dispatcher.destroy();
  }
}
