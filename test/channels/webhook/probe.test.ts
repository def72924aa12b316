import { expect, test } from "vitest";
import { probeWebhook } from "../../../src/channels/webhook/probe.ts";
import { closedPort, serve, serveTls } from "../../http/faulty-servers.ts";

const SECRET = "a secret of 24 characters or more";

test("a receiver that takes connections is sent nothing", async () => {
  const server = await serve();
  const url = new URL(`http://127.0.0.1:${server.port}/token-in-path`);
  expect(await probeWebhook({ url, secret: SECRET }, 1_000)).toEqual([
    { ok: true, text: `the webhook's receiver at ${url.origin} takes connections` },
  ]);
  expect(server.requests()).toBe(0);
  await server.quiet();
});

test("messages that are not signed are worth knowing", async () => {
  const server = await serve();
  const url = new URL(`http://127.0.0.1:${server.port}/`);
  const [, second] = await probeWebhook({ url, secret: undefined }, 1_000);
  expect(second).toEqual({
    ok: true,
    text: "messages to the webhook are not signed: WATCHDOG_WEBHOOK_SECRET is unset",
  });
});

test("one that is not there", async () => {
  const url = new URL(`http://127.0.0.1:${await closedPort()}/token-in-path`);
  expect(await probeWebhook({ url, secret: SECRET }, 1_000)).toEqual([
    {
      ok: false,
      text: `the webhook's receiver at ${url.origin} was not reached: connection refused`,
      mend: "check the network, and WATCHDOG_WEBHOOK_URL",
    },
  ]);
});

test("a certificate that nobody trusts", async () => {
  const server = await serveTls("localhost", () => {});
  const url = new URL(`https://127.0.0.1:${server.port}/`);
  const [finding] = await probeWebhook({ url, secret: SECRET }, 1_000);
  expect(finding).toMatchObject({ ok: false, text: expect.stringContaining("certificate") });
});

test("one that never finishes its TLS handshake is given up", async () => {
  const server = await serve();
  const url = new URL(`https://127.0.0.1:${server.port}/`);
  const [finding] = await probeWebhook({ url, secret: SECRET }, 50);
  expect(finding).toMatchObject({ ok: false, text: expect.stringContaining("timed out") });
  await server.quiet();
});
