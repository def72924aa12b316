import type { WebhookSettings } from "../../config/settings.ts";
import type { Message } from "../../core/message.ts";
import { createConnection } from "../../http/connection.ts";
import { explainFailure } from "../../http/explain-failure.ts";
import { request } from "../../http/request.ts";
import type { Channel, Delivery } from "../channel.ts";
import { deliveryOf } from "./classify.ts";
import { payloadOf } from "./payload.ts";
import { signedHeaders } from "./sign.ts";

/** With the facts beside the text some 50 KB: below the 100 KB that common frameworks take by default. */
const MAX_CHARS = 8_000;
const PACE = { minGapMs: 200, maxPerMinute: 120 };
/** Nothing of an answer but its status is used. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Posts each message as signed JSON to one address.
 *
 * @param wallNow epoch milliseconds
 */
export function createWebhookChannel(settings: WebhookSettings, wallNow: () => number = Date.now): Channel {
  const { url } = settings;
  const open = new Set<AbortController>();
  return {
    name: "webhook",
    maxChars: MAX_CHARS,
    pace: PACE,
    async send(message: Message, deadline: AbortSignal): Promise<Delivery> {
      // A listener of our own: a signal made by AbortSignal.any may be collected before it fires.
      const ending = new AbortController();
      const end = () => ending.abort(new Error("timed out"));
      open.add(ending);
      deadline.addEventListener("abort", end);
      if (deadline.aborted) end();
      try {
        const delivery = await post(settings, message, wallNow, ending.signal);
        return delivery.accepted ? delivery : { ...delivery, error: `webhook ${url.origin}: ${delivery.error}` };
      } finally {
        deadline.removeEventListener("abort", end);
        open.delete(ending);
      }
    },
    async close() {
      for (const controller of open) controller.abort(new Error("the watchdog stops"));
    },
  };
}

/** Over a connection of its own: a message sent down one that the receiver has just closed may have arrived. */
async function post(
  { url, secret }: WebhookSettings,
  message: Message,
  wallNow: () => number,
  deadline: AbortSignal,
): Promise<Delivery> {
  const connection = createConnection(url.origin);
  let written = false;
  try {
    const sentAtMs = wallNow();
    const { id, body } = payloadOf(message, sentAtMs);
    const answer = await request(connection.dispatcher, url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "watchdog",
        ...signedHeaders(secret, id, body, sentAtMs),
      },
      body,
      maxBytes: MAX_ANSWER_BYTES,
      discardBody: true,
      deadline,
      onWriting: () => {
        written = true;
      },
    });
    return deliveryOf(answer, wallNow());
  } catch (thrown) {
    const error = deadline.aborted
      ? `no ${written ? "complete answer" : "connection"} in time`
      : explainFailure(thrown);
    return { accepted: false, arrived: written ? "maybe" : "no", permanent: false, error };
  } finally {
    connection.stopConnecting();
    void connection.close();
  }
}
