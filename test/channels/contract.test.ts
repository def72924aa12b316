import { createConsoleChannel } from "../../src/channels/console/index.ts";
import { createTelegramChannel } from "../../src/channels/telegram/index.ts";
import { createWebhookChannel } from "../../src/channels/webhook/index.ts";
import { FAULTS, type Fault, startBotApi } from "../stand-ins/bot-api.ts";
import { type Conduct as Answer, startWebhookReceiver } from "../stand-ins/webhook-receiver.ts";
import { type Conduct, describeChannel } from "./contract.ts";

const TOKEN = "123456:AAF-x_y1234567890abcdefghijklmnopqr";

describeChannel("telegram", async () => {
  const api = await startBotApi({ token: TOKEN, chatId: "-4001" });
  const settings = { botToken: TOKEN, chatId: "-4001", threadId: undefined, apiRoot: new URL(api.url) };
  const faults: Record<Exclude<Conduct, "well" | "is away" | "forbids">, Fault> = {
    refuses: FAULTS.internalError,
    "too many": FAULTS.tooManyRequests(7),
    hangs: { kind: "hang", accept: true },
    resets: FAULTS.reset,
    drips: { kind: "drip", everyMs: 20, accept: true },
    redirects: FAULTS.redirect,
  };
  return {
    channel: createTelegramChannel(settings, 5_000, {}),
    async behave(conduct) {
      if (conduct === "is away") return api.goAway();
      api.forbid(conduct === "forbids" ? "Forbidden: bot was blocked by the user" : undefined);
      api.always(conduct === "well" || conduct === "forbids" ? undefined : faults[conduct]);
    },
    taken: () => api.messages.length,
    secrets: [TOKEN.slice(7)],
    close: () => api.close(),
  };
});

describeChannel("webhook", async () => {
  const path = "/services/T0-secret-path?token=secret-query";
  const receiver = await startWebhookReceiver(0, path);
  const secret = "secret-that-signs-0123456789";
  const url = new URL(receiver.url.replace("://", "://user:secret-password@"));
  const quoting = { body: `no: ${path} ${secret}` };
  const conducts: Record<Exclude<Conduct, "is away">, Answer | undefined> = {
    well: undefined,
    refuses: { status: 500, ...quoting },
    forbids: { status: 403, ...quoting },
    "too many": { status: 429, headers: { "retry-after": "7" }, ...quoting },
    hangs: "hang",
    resets: "reset",
    drips: "drip",
    redirects: { status: 302, headers: { location: `http://127.0.0.1:9${path}` } },
  };
  return {
    channel: createWebhookChannel({ url, secret }),
    behave: (conduct) => (conduct === "is away" ? receiver.goAway() : receiver.behave(conducts[conduct])),
    taken: () => receiver.posts.filter(({ conduct }) => typeof conduct === "string" || conduct.status < 300).length,
    secrets: [secret, "T0-secret-path", "secret-query", "secret-password"],
    close: () => receiver.close(),
  };
});

describeChannel("console", async () => {
  const written: string[] = [];
  let full = false;
  const channel = createConsoleChannel((_message, text) => {
    if (full) throw new Error("EPIPE");
    written.push(text);
  });
  return {
    channel,
    behave(conduct) {
      full = conduct === "refuses";
    },
    taken: () => written.length,
    secrets: [],
    close: async () => {},
  };
}, ["well", "refuses"]);
