import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Channel, Delivery } from "../../src/channels/channel.ts";
import type { Message } from "../../src/core/message.ts";

/** How the other side behaves towards every send. */
export type Conduct =
  | "well"
  /** Refuses for the moment. */
  | "refuses"
  /** Refuses until somebody mends something. */
  | "forbids"
  /** Demands a pause of 7 s. */
  | "too many"
  /** Takes the message and never answers. */
  | "hangs"
  /** Takes the message and resets the connection. */
  | "resets"
  /** Answers one byte at a time, without end. */
  | "drips"
  /** Sends elsewhere. */
  | "redirects"
  /** Nobody listens. */
  | "is away";

/** A channel with its other side. */
export interface ChannelStage {
  readonly channel: Channel;
  /** @throws where this other side cannot behave so */
  behave(conduct: Conduct): Promise<void> | void;
  /** How many messages the other side took. */
  taken(): number;
  /** What must be seen nowhere. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

const MESSAGE: Message = {
  blocks: [{ icon: "🔴", lines: [[{ bold: "api <down>" }], ["since 14:02"]], key: "dep:api", noticeIds: [1] }],
  rings: true,
};
const NEVER = new AbortController().signal;

/** What each conduct must be told as. */
const OUTCOMES: Readonly<Record<Conduct, object>> = {
  well: { accepted: true },
  refuses: { accepted: false, arrived: "no", permanent: false },
  forbids: { accepted: false, arrived: "no", permanent: true },
  "too many": { accepted: false, arrived: "no", permanent: false, retryAfterMs: 7_000 },
  hangs: { accepted: false, arrived: "maybe", permanent: false },
  resets: { accepted: false, arrived: "maybe", permanent: false },
  drips: { accepted: false, arrived: "maybe", permanent: false },
  redirects: { accepted: false, arrived: "no" },
  "is away": { accepted: false, arrived: "no", permanent: false },
};
const ENDS_AT_THE_DEADLINE: readonly Conduct[] = ["hangs", "drips"];
/** Also on a busy machine: without a connection the request was never written. */
const ENOUGH_TO_CONNECT_MS = 500;

/**
 * What the outbox relies on in every channel, in the manner of hono's common.case.test.ts: one suite for all
 * implementations.
 *
 * @param conducts how its other side can behave
 */
export function describeChannel(
  name: string,
  open: () => Promise<ChannelStage>,
  conducts: readonly Conduct[] = Object.keys(OUTCOMES) as Conduct[],
): void {
  describe(`the contract of a channel: ${name}`, () => {
    let stage: ChannelStage;
    beforeEach(async () => {
      stage = await open();
    });
    afterEach(() => stage.close());

    const sendUntil = async (ms: number | undefined): Promise<Delivery> => {
      if (ms === undefined) return stage.channel.send(MESSAGE, NEVER);
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(new Error("timed out")), ms);
      return stage.channel.send(MESSAGE, deadline.signal).finally(() => clearTimeout(timer));
    };

    test("it says what it can take, and how often", () => {
      const { maxChars, pace } = stage.channel;
      expect(stage.channel.name).not.toBe("");
      expect(maxChars).toBeGreaterThanOrEqual(1_000);
      expect(pace.minGapMs).toBeGreaterThanOrEqual(0);
      expect(pace.maxPerMinute).toBeGreaterThanOrEqual(1);
    });

    test.each(conducts)("an other side that %s", async (conduct) => {
      await stage.behave(conduct);
      const delivery = await sendUntil(ENDS_AT_THE_DEADLINE.includes(conduct) ? ENOUGH_TO_CONNECT_MS : undefined);
      expect(delivery).toMatchObject(OUTCOMES[conduct]);
      if (delivery.accepted) expect(stage.taken()).toBe(1);
      else expect(delivery.error).toMatch(/^\S.{5,}$/);
    });

    test.each(conducts)("secrets are nowhere: %s", async (conduct) => {
      await stage.behave(conduct);
      const delivery = await sendUntil(ENDS_AT_THE_DEADLINE.includes(conduct) ? ENOUGH_TO_CONNECT_MS : undefined);
      for (const secret of stage.secrets) expect(JSON.stringify(delivery)).not.toContain(secret);
    });

    test("what comes after a failure is sent as if nothing had been", async () => {
      for (const conduct of conducts.filter((each) => each === "refuses" || each === "resets")) {
        await stage.behave(conduct);
        expect(await sendUntil(undefined)).toMatchObject({ accepted: false });
      }
      await stage.behave("well");
      const before = stage.taken();
      expect(await sendUntil(undefined)).toMatchObject({ accepted: true });
      expect(stage.taken()).toBe(before + 1);
    });

    test("a deadline that is over already: nothing is sent late", async () => {
      if (!conducts.includes("hangs")) return;
      const delivery = await stage.channel.send(MESSAGE, AbortSignal.abort(new Error("timed out")));
      expect(delivery).toMatchObject({ accepted: false, arrived: "no" });
      expect(stage.taken()).toBe(0);
    });

    test("whatever a message holds, it never rejects", async () => {
      const text = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
      const blocks = fc.array(
        fc.record({
          icon: fc.constantFrom("🔴" as const, "🟢" as const),
          key: text,
          noticeIds: fc.constant([1]),
          lines: fc.array(fc.array(fc.oneof(text, fc.record({ bold: text }), fc.record({ code: text }))), {
            minLength: 1,
          }),
        }),
        { maxLength: 3 },
      );
      await fc.assert(
        fc.asyncProperty(blocks, fc.boolean(), async (blocks, rings) => {
          const delivery = await stage.channel.send({ blocks, rings }, NEVER);
          return typeof delivery.accepted === "boolean";
        }),
        { numRuns: 25 },
      );
    });

    test("closing ends what is under way", async () => {
      const isSlow = conducts.includes("hangs");
      if (isSlow) await stage.behave("hangs");
      const sending = stage.channel.send(MESSAGE, NEVER);
      if (isSlow) while (stage.taken() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await stage.channel.close?.();
      expect(await sending).toMatchObject(isSlow ? { accepted: false, arrived: "maybe" } : { accepted: true });
    });
  });
}
