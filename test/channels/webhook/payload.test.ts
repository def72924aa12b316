import { describe, expect, test } from "vitest";
import { payloadOf } from "../../../src/channels/webhook/payload.ts";
import { composeBlocks } from "../../../src/core/compose-blocks.ts";
import { type Message, packMessages } from "../../../src/core/message.ts";
import type { OwedNotice } from "../../../src/core/notice.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { loadTexts } from "../../../src/load-texts.ts";

const NOON = Date.parse("2026-06-10T12:00:00Z");
/** The steady timeline runs an hour behind the wall here. */
const WALL = { offsetMs: 3_600_000, zone: "UTC" };
const NOW = NOON - WALL.offsetMs;

function owed(id: number, more: Partial<OwedNotice> = {}): OwedNotice {
  const level = { action: "alert", nature: "level", severity: "critical", what: "dep db does not answer" } as const;
  return { key: "dep:db", ...level, since: NOW - 60_000, at: NOW - 30_000, maybeTold: false, id, ...more };
}

function messageOf(...notices: readonly OwedNotice[]): Message {
  return packMessages(composeBlocks(notices, NOW, WALL, EN), 8_000, EN.messages)[0] ?? expect.unreachable("no message");
}

const bodyOf = (...notices: readonly OwedNotice[]) => JSON.parse(payloadOf(messageOf(...notices), NOON).body);

test("the shape is the one that the README promises", () => {
  const notice = owed(7, {
    measure: { value: 93.5, limit: 90, unit: "percent" },
    details: ["refused 3 times"],
    next: "look at `docker logs db`",
  });
  const body = bodyOf(notice);
  expect(body).toEqual({
    type: "watchdog.message",
    version: 1,
    id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
    sentAt: "2026-06-10T12:00:00.000Z",
    possiblyRepeat: false,
    text: expect.stringMatching(/^🔴 dep db does not answer\n.*#dep_db$/su),
    signals: [
      {
        key: "dep:db",
        kind: "dep",
        action: "alert",
        severity: "critical",
        what: "dep db does not answer",
        since: "2026-06-10T11:59:00.000Z",
        at: "2026-06-10T11:59:30.000Z",
        times: 1,
        measure: { value: 93.5, limit: 90, unit: "percent" },
        details: ["refused 3 times"],
        next: "look at `docker logs db`",
        cause: null,
        effects: [],
        possiblyRepeat: false,
        noticeIds: [expect.stringMatching(/^[0-9a-f]{32}$/)],
      },
    ],
  });
});

test.each(["ru", "fr"] as const)("in %s the text is another, and nothing else", async (language) => {
  const texts = await loadTexts(language);
  const notice = owed(7, { measure: { value: 93.5, limit: 90, unit: "percent" } });
  const [message] = packMessages(composeBlocks([notice], NOW, WALL, texts), 8_000, texts.messages);
  const { text, ...facts } = JSON.parse(payloadOf(message ?? expect.unreachable("no message"), NOON).body);
  const { text: english, ...englishFacts } = bodyOf(notice);
  expect(facts).toEqual(englishFacts);
  expect(text).not.toBe(english);
  expect(text).toContain("93,5 %");
});

describe("ids", () => {
  test("a later attempt has the same, whatever the time and however the attempt before ended", () => {
    const first = payloadOf(messageOf(owed(7)), NOON);
    const later = payloadOf(
      packMessages(composeBlocks([owed(7, { maybeTold: true })], NOW + 9_000, WALL, EN), 8_000, EN.messages)[0]!,
      NOON + 9_000,
    );
    expect(later.id).toBe(first.id);
    expect(JSON.parse(later.body)).toMatchObject({ possiblyRepeat: true, signals: [{ possiblyRepeat: true }] });
  });

  test.each<[name: string, other: OwedNotice]>([
    ["another notice", owed(8)],
    ["the same number of a watchdog that kept no state and began anew", owed(7, { at: NOW - 29_999 })],
    ["another key", owed(7, { key: "dep:other" })],
  ])("%s has another", (_name, other) => {
    expect(payloadOf(messageOf(other), NOON).id).not.toBe(payloadOf(messageOf(owed(7)), NOON).id);
  });

  test("what joins changes the message's id and not that of the notice", () => {
    const [alone, joined] = [bodyOf(owed(7)), bodyOf(owed(7), owed(8, { key: "host_mem" }))];
    expect(joined.id).not.toBe(alone.id);
    expect(joined.signals[0].noticeIds).toEqual(alone.signals[0].noticeIds);
  });

  test("a message without signals has one too: the same words of another day are no repeat", () => {
    const message: Message = { heading: "all quiet", blocks: [], rings: false };
    const { id, body } = payloadOf(message, NOON);
    expect(JSON.parse(body)).toMatchObject({ id, text: "all quiet", signals: [] });
    expect(payloadOf(message, NOON + 86_400_000).id).not.toBe(id);
  });
});

describe("what is told together", () => {
  test.each<[name: string, notices: readonly OwedNotice[], signal: object]>([
    ["a re-alert", [owed(1, { action: "realert" })], { action: "realert" }],
    [
      "a recovery",
      [owed(1, { action: "recovery", what: "dep db answers" })],
      { action: "recovery", what: "dep db answers" },
    ],
    [
      "what came and went",
      [owed(1), owed(2, { action: "recovery", what: "dep db answers" })],
      { action: "passed", what: "dep db does not answer", times: 1 },
    ],
    [
      "what came and went twice",
      [owed(1), owed(2, { action: "recovery" }), owed(3), owed(4, { action: "recovery" })],
      { action: "passed", times: 2 },
    ],
    [
      "occurrences",
      [owed(1, { nature: "edge" }), owed(2, { nature: "edge" })],
      { action: "alert", times: 2, noticeIds: [expect.any(String), expect.any(String)] },
    ],
  ])("%s", (_name, notices, signal) => {
    expect(bodyOf(...notices).signals).toEqual([expect.objectContaining(signal)]);
  });

  test("an effect is a signal of its own, beside its cause", () => {
    const cause = { key: "docker_down", what: "Docker does not answer", severity: "critical" } as const;
    const { signals } = bodyOf(owed(1, { key: "docker_down", what: cause.what }), owed(2, { cause }));
    expect(signals).toMatchObject([
      { key: "docker_down", cause: null, effects: ["dep:db"] },
      { key: "dep:db", cause, effects: [] },
    ]);
  });

  test("an effect whose cause was told before comes with its cause's name", () => {
    const cause = { key: "docker_down", what: "Docker does not answer", severity: "critical" } as const;
    expect(bodyOf(owed(2, { cause })).signals).toMatchObject([{ key: "dep:db", cause }]);
  });
});

test("a moment that is off the calendar is null", () => {
  expect(bodyOf(owed(1, { since: -1e300 })).signals[0].since).toBeNull();
});
