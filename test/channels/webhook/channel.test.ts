import { describe, expect, onTestFinished, test } from "vitest";
import { createWebhookChannel } from "../../../src/channels/webhook/index.ts";
import { composeBlocks } from "../../../src/core/compose-blocks.ts";
import type { Message } from "../../../src/core/message.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { closedPort, serve } from "../../http/faulty-servers.ts";
import { isSigned, startWebhookReceiver, type WebhookReceiver } from "../../stand-ins/webhook-receiver.ts";

/* What every channel promises is in ../contract.ts. */

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const KEY = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
const NEVER = new AbortController().signal;
const NOTICE = { key: "dep:api", action: "alert", nature: "level", severity: "critical", what: "héllo" } as const;
const MESSAGE: Message = {
  blocks: composeBlocks([{ ...NOTICE, since: 1, at: 2, id: 1, maybeTold: false }], 3, { offsetMs: 0, zone: "UTC" }, EN),
  rings: true,
};

async function receiver(path?: string): Promise<WebhookReceiver> {
  const started = await startWebhookReceiver(0, path);
  onTestFinished(() => started.close());
  return started;
}

describe("a message", () => {
  test("is posted as JSON, signed over the bytes that are sent", async () => {
    const { url, posts } = await receiver("/hook?token=t");
    const channel = createWebhookChannel({ url: new URL(url), secret: SECRET }, () => 1_614_265_330_999);
    expect(await channel.send(MESSAGE, NEVER)).toEqual({ accepted: true });
    const [post] = posts;
    expect(post).toMatchObject({ method: "POST", path: "/hook?token=t" });
    expect(post?.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": post?.json.id,
      "webhook-timestamp": "1614265330",
    });
    expect(isSigned(post!, KEY)).toBe(true);
    expect(isSigned({ ...post!, body: `${post?.body} ` }, KEY)).toBe(false);
  });

  test("has the same id in every attempt, and a time of its own", async () => {
    const { url, posts, behave } = await receiver();
    let now = 1_614_265_330_000;
    const channel = createWebhookChannel({ url: new URL(url), secret: SECRET }, () => (now += 60_000));
    behave({ status: 503 });
    await channel.send(MESSAGE, NEVER);
    behave(undefined);
    await channel.send(MESSAGE, NEVER);
    expect(new Set(posts.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(posts.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(2);
  });

  test("is not signed without a secret", async () => {
    const { url, posts } = await receiver();
    await createWebhookChannel({ url: new URL(url), secret: undefined }).send(MESSAGE, NEVER);
    expect(posts[0]?.headers).not.toHaveProperty("webhook-signature");
  });

  test("carries name and password of the address as Basic authentication", async () => {
    const { url, posts } = await receiver();
    const address = new URL(url.replace("://", "://ann:pass%20word@"));
    await createWebhookChannel({ url: address, secret: undefined }).send(MESSAGE, NEVER);
    expect(posts[0]?.headers.authorization).toBe(`Basic ${Buffer.from("ann:pass word").toString("base64")}`);
  });
});

test("each message has a connection of its own, which does not stay open", async () => {
  const server = await serve((socket) => socket.write("HTTP/1.1 204 No Content\r\n\r\n"));
  const channel = createWebhookChannel({ url: new URL(`http://127.0.0.1:${server.port}/`), secret: undefined });
  await channel.send(MESSAGE, NEVER);
  await channel.send(MESSAGE, NEVER);
  expect(server.connections()).toBe(2);
  await server.quiet();
});

describe("of a failure, people are shown the origin and what happened", () => {
  test("nobody listens", async () => {
    const url = new URL(`http://127.0.0.1:${await closedPort()}/token`);
    const delivery = await createWebhookChannel({ url, secret: undefined }).send(MESSAGE, NEVER);
    expect(delivery).toMatchObject({ error: `webhook ${url.origin}: connection refused` });
  });

  test("an answer that breaks off may have been one", async () => {
    const { url, behave } = await receiver();
    behave("truncate");
    const delivery = await createWebhookChannel({ url: new URL(url), secret: undefined }).send(MESSAGE, NEVER);
    expect(delivery).toMatchObject({ accepted: false, arrived: "maybe", permanent: false });
  });

  test("what speaks no HTTP", async () => {
    const server = await serve((socket) => socket.end("SSH-2.0-x\r\n"));
    const url = new URL(`http://127.0.0.1:${server.port}/`);
    const delivery = await createWebhookChannel({ url, secret: undefined }).send(MESSAGE, NEVER);
    expect(delivery).toMatchObject({ arrived: "maybe", error: expect.stringContaining("the answer is not HTTP") });
  });
});
