import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signedHeaders } from "../../../src/channels/webhook/sign.ts";

/** The example that the reference libraries of Standard Webhooks are tested with. */
const EXAMPLE = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  body: '{"test": 2432232314}',
  atMs: 1_614_265_330_000,
};

describe("Standard Webhooks", () => {
  test("the known answer of its libraries", () => {
    const { secret, id, body, atMs } = EXAMPLE;
    expect(signedHeaders(secret, id, body, atMs)).toEqual({
      "webhook-id": id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  test("a secret without the prefix is used as it is", () => {
    const secret = "a passphrase of 24 or more characters";
    const content = createHmac("sha256", secret).update("msg_1.1614265330.{}").digest("base64");
    expect(signedHeaders(secret, "msg_1", "{}", EXAMPLE.atMs)["webhook-signature"]).toBe(`v1,${content}`);
  });

  test("without a secret there is an id and a time, and no signature", () => {
    expect(Object.keys(signedHeaders(undefined, "msg_1", "{}", 0))).toEqual(["webhook-id", "webhook-timestamp"]);
  });
});
