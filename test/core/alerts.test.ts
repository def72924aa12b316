import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlertChanges, type AlertState, advanceAlerts, isHeld, retireAlerts } from "../../src/core/alerts.ts";
import type { Standing } from "../../src/core/causes.ts";
import type { Notice } from "../../src/core/notice.ts";
import type { Evaluation, Signal } from "../../src/core/signal.ts";
import type { Silence } from "../../src/core/silence.ts";
import { EN } from "../../src/core/texts/index.ts";
import { active, edge, inactive } from "../stand-ins/scripted-source.ts";

const NOW = 1_000_000;
const COOLDOWN = 60_000;

function state(key: string, more: Partial<AlertState> = {}): AlertState {
  const what = `${key} was bad`;
  return { key, source: "test", severity: "critical", since: NOW - 5_000, lastAlertAt: NOW - 5_000, what, ...more };
}

function advance(
  signals: readonly Signal[],
  alerting: readonly AlertState[] = [],
  more: { holds?: string[]; silences?: Silence[]; cooldownMs?: number } = {},
): AlertChanges {
  const evaluation: Evaluation<unknown> = { signals, holds: more.holds ?? [], memory: null };
  const states = new Map(alerting.map((one) => [one.key, one]));
  return advanceAlerts("test", evaluation, states, NOW, more.cooldownMs ?? COOLDOWN, EN.messages, more.silences);
}

/** As they are decided while every new alert stands like this to others. */
function advanceAs(standing: Standing, signals: readonly Signal[], alerting: readonly AlertState[] = []): AlertChanges {
  const states = new Map(alerting.map((one) => [one.key, one]));
  return advanceAlerts(
    "test",
    { signals, holds: [], memory: null },
    states,
    NOW,
    COOLDOWN,
    EN.messages,
    [],
    () => standing,
  );
}

/** What was decided, as one reads it in a log. */
function decisions({ notices }: AlertChanges): string[] {
  return notices.map(({ action, key }) => `${action} ${key}`);
}

const longAgo = { lastAlertAt: NOW - COOLDOWN };

describe("what is decided", () => {
  test.each<[name: string, signals: Signal[], alerting: AlertState[], holds: string[], decided: string[]]>([
    ["nothing to see", [], [], [], []],
    ["a good signal", [inactive("a")], [], [], []],
    ["a bad signal alerts", [active("a")], [], [], ["alert a"]],
    ["a bad signal that was alerted", [active("a")], [state("a")], [], []],
    ["one that stays bad beyond the cooldown", [active("a")], [state("a", longAgo)], [], ["realert a"]],
    ["one that is good again", [inactive("a")], [state("a")], [], ["recovery a"]],
    ["one that is good again after the cooldown", [inactive("a")], [state("a", longAgo)], [], ["recovery a"]],
    ["one that is gone", [], [state("a")], [], ["recovery a"]],
    ["one that is gone among others", [active("b")], [state("a"), state("b")], [], ["recovery a"]],
    ["a held key keeps its state", [], [state("dep:db")], ["dep:db"], []],
    ["a held key is not told again either", [], [state("dep:db", longAgo)], ["dep:db"], []],
    ["a held kind", [], [state("stage:1"), state("stage:2")], ["stage"], []],
    ["a kind holds no other kind", [], [state("stage:1"), state("stages:1")], ["stage"], ["recovery stages:1"]],
    ["a key without a subject is its own kind", [], [state("host_mem")], ["host_mem"], []],
    ["a held key holds no longer key", [], [state("c:web:1")], ["c:web"], ["recovery c:web:1"]],
    ["a kind holds a subject with colons", [], [state("c:web:1")], ["c"], []],
    ["a signal beats a hold of its kind", [inactive("stage:1")], [state("stage:1")], ["stage"], ["recovery stage:1"]],
    ["of two signals of one key the first counts", [active("a"), inactive("a")], [], [], ["alert a"]],
    ["also where it is the good one", [inactive("a"), active("a")], [state("a")], [], ["recovery a"]],
    ["an edge alerts", [edge("job_failed")], [], [], ["alert job_failed"]],
    ["every edge alerts", [edge("oom:a"), edge("oom:a")], [], [], ["alert oom:a", "alert oom:a"]],
    [
      "keys that a prototype has",
      [active("__proto__")],
      [state("constructor")],
      [],
      ["alert __proto__", "recovery constructor"],
    ],
  ])("%s", (_name, signals, alerting, holds, decided) => {
    expect(decisions(advance(signals, alerting, { holds }))).toEqual(decided);
  });
});

describe("what is remembered", () => {
  test("an alert, with its text and its time", () => {
    const { set, forget } = advance([active("a", { severity: "warning", what: "a is bad", since: NOW - 7_000 })]);
    expect(set).toEqual([
      { key: "a", source: "test", severity: "warning", since: NOW - 7_000, lastAlertAt: NOW, what: "a is bad" },
    ]);
    expect(forget).toEqual([]);
  });

  test("a second alert keeps when it began", () => {
    const before = state("a", { since: 5, lastAlertAt: NOW - COOLDOWN });
    const { set } = advance([active("a", { since: 9, what: "a is worse" })], [before]);
    expect(set).toEqual([{ ...before, lastAlertAt: NOW, what: "a is worse" }]);
  });

  test("of one that began long before, when people heard of it first", () => {
    const since = NOW - 3_600_000;
    expect(advance([active("a", { since })]).set).toEqual([expect.objectContaining({ since, toldAt: NOW })]);
    const again = advance([active("a")], [state("a", { since, toldAt: NOW - COOLDOWN, ...longAgo })]);
    expect(again.set).toEqual([expect.objectContaining({ since, toldAt: NOW - COOLDOWN, lastAlertAt: NOW })]);
    expect(advance([active("a")]).set[0]).not.toHaveProperty("toldAt");
  });

  test("nothing of an edge", () => {
    const { set, forget } = advance([edge("job_failed")]);
    expect({ set, forget }).toEqual({ set: [], forget: [] });
  });

  test("what recovered or is gone is forgotten", () => {
    expect(advance([inactive("a")], [state("a"), state("b")]).forget).toEqual(["a", "b"]);
  });
});

describe("what people are told", () => {
  const told = (changes: AlertChanges): Notice => changes.notices[0]!;

  test("an alert carries all that the signal knows", () => {
    const facts = {
      what: "a is bad",
      details: ["d"],
      next: "n",
      measure: { value: 2, limit: 1, unit: "count" },
    } as const;
    expect(told(advance([active("a", { ...facts, since: NOW - 9 })]))).toEqual({
      ...facts,
      key: "a",
      action: "alert",
      nature: "level",
      severity: "critical",
      since: NOW - 9,
      at: NOW,
    });
  });

  test("of an alert whose beginning nobody knows: since now", () =>
    expect(told(advance([active("a")])).since).toBe(NOW));

  test("nothing began in the future", () => {
    expect(told(advance([active("a", { since: NOW + 1 })])).since).toBe(NOW);
    expect(told(advance([edge("a", { since: NOW + 1 })])).since).toBe(NOW);
  });

  test("a recovery says what is now and what was", () => {
    expect(told(advance([inactive("a", { what: "a is fine" })], [state("a", { severity: "warning" })]))).toEqual({
      key: "a",
      action: "recovery",
      nature: "level",
      severity: "warning",
      what: "a is fine",
      details: ["it was: a was bad"],
      since: NOW - 5_000,
      at: NOW,
    });
  });

  test("of a subject that is gone: that it is over", () => {
    expect(told(advance([], [state("a")]))).toMatchObject({ action: "recovery", what: "a is no longer reported" });
  });
});

describe("silences", () => {
  const hush = (keyGlob: string, until = NOW + 1): Silence => ({ keyGlob, until, why: "" });

  test.each<[name: string, signals: Signal[], alerting: AlertState[], silence: Silence, decided: string[]]>([
    ["a silenced alert is not told", [active("a:1")], [], hush("a:*"), []],
    ["nor told again", [active("a:1")], [state("a:1", longAgo)], hush("a:*"), []],
    ["an edge neither", [edge("a:1")], [], hush("*"), []],
    ["what was told is resolved all the same", [inactive("a:1")], [state("a:1")], hush("*"), ["recovery a:1"]],
    ["also when it is gone", [], [state("a:1")], hush("*"), ["recovery a:1"]],
    ["another key is told", [active("b")], [], hush("a:*"), ["alert b"]],
    ["when it has ended, what is still wrong is told", [active("a:1")], [], hush("a:*", NOW), ["alert a:1"]],
  ])("%s", (_name, signals, alerting, silence, decided) => {
    const changes = advance(signals, alerting, { silences: [silence] });
    expect(decisions(changes)).toEqual(decided);
    if (decided.length === 0) expect(changes).toEqual({ set: [], forget: [], notices: [] });
  });
});

test("a signal whose nature changed is told again at once", () => {
  expect(decisions(advance([active("a", { renewed: true })], [state("a")]))).toEqual(["realert a"]);
  expect(decisions(advance([active("a", { renewed: true })]))).toEqual(["alert a"]);
});

test("retireAlerts ends what nothing can end any more", () => {
  const { set, forget, notices } = retireAlerts([state("dep:old")], NOW, EN.messages);
  expect({ set, forget }).toEqual({ set: [], forget: ["dep:old"] });
  expect(notices).toMatchObject([
    { action: "recovery", key: "dep:old", what: "dep:old is no longer watched", at: NOW },
  ]);
});

test.each<[key: string, holds: string[], held: boolean]>([
  ["dep:db", ["dep:db"], true],
  ["dep:db", ["dep"], true],
  ["dep:db", ["dep:d"], false],
  ["dep", ["dep:db"], false],
  ["dep:db", [], false],
])("isHeld %s by %j: %j", (key, holds, held) => expect(isHeld(key, new Set(holds))).toBe(held));

/** Plays evaluations from nothing, applying the changes as the watchdog does. */
function play(evaluations: readonly Evaluation<null>[], cooldownMs: number) {
  const alerting = new Map<string, AlertState>();
  const notices: Notice[] = [];
  const steps = evaluations.map((evaluation, tick) => {
    const before = new Map(alerting);
    const changes = advanceAlerts("test", evaluation, alerting, tick * 1_000, cooldownMs, EN.messages);
    for (const one of changes.set) alerting.set(one.key, one);
    for (const key of changes.forget) alerting.delete(key);
    notices.push(...changes.notices);
    return { evaluation, before, after: new Map(alerting), changes };
  });
  return { steps, notices, alerting };
}

const KEYS = ["a", "b:1", "b:2", "c:x:y"];
const signalOf = fc
  .tuple(fc.constantFrom(...KEYS), fc.boolean())
  .map(([key, bad]) => (bad ? active(key) : inactive(key)));
const evaluations = fc.array(
  fc.record({
    signals: fc.array(signalOf, { maxLength: 5 }),
    holds: fc.array(fc.constantFrom(...KEYS, "b", "c"), { maxLength: 2 }),
    memory: fc.constant(null),
  }),
  { maxLength: 30 },
);
const cooldowns = fc.constantFrom(0, 1_000, 3_000);

describe("over any sequence of evaluations", () => {
  test("alerts and recoveries of a key alternate, realerts only between them", () => {
    fc.assert(
      fc.property(evaluations, cooldowns, (sequence, cooldownMs) => {
        for (const [, ofKey] of Map.groupBy(play(sequence, cooldownMs).notices, ({ key }) => key)) {
          const letters = ofKey.map(({ action }) => ({ alert: "A", realert: "r", recovery: "R" })[action]).join("");
          expect(letters).toMatch(/^(Ar*R)*(Ar*)?$/);
        }
      }),
    );
  });

  test("a key of which a partial evaluation says nothing never changes", () => {
    const evaluation = { signals: [inactive("dep:a")], holds: [], partial: true, memory: null } as const;
    const alerting = new Map(["dep:a", "dep:b"].map((key) => [key, state(key, longAgo)]));
    const changes = advanceAlerts("test", evaluation, alerting, NOW, COOLDOWN, EN.messages);
    expect(decisions(changes)).toEqual(["recovery dep:a"]);
    expect(changes.forget).toEqual(["dep:a"]);
  });

  test("a held key that is not reported never changes", () => {
    fc.assert(
      fc.property(evaluations, cooldowns, (sequence, cooldownMs) => {
        for (const { evaluation, before, after, changes } of play(sequence, cooldownMs).steps) {
          for (const key of KEYS) {
            if (!isHeld(key, new Set(evaluation.holds)) || evaluation.signals.some((signal) => signal.key === key))
              continue;
            expect(after.get(key)).toBe(before.get(key));
            expect(changes.notices.some((notice) => notice.key === key)).toBe(false);
          }
        }
      }),
    );
  });

  test("what alerts is what was told and not yet resolved; when all are gone, nothing is left", () => {
    fc.assert(
      fc.property(evaluations, cooldowns, (sequence, cooldownMs) => {
        const { notices, alerting } = play(sequence, cooldownMs);
        const open = new Set<string>();
        for (const { key, action } of notices) action === "recovery" ? open.delete(key) : open.add(key);
        expect(new Set(alerting.keys())).toEqual(open);
        const gone = { signals: [], holds: [], memory: null };
        expect(play([...sequence, gone], cooldownMs).alerting.size).toBe(0);
      }),
    );
  });

  test("two realerts are never closer than the cooldown", () => {
    fc.assert(
      fc.property(evaluations, fc.constantFrom(1_000, 2_500, 10_000), (sequence, cooldownMs) => {
        for (const [, ofKey] of Map.groupBy(play(sequence, cooldownMs).notices, ({ key }) => key)) {
          ofKey.forEach(({ action, at }, index) => {
            if (action === "realert") expect(at - ofKey[index - 1]!.at).toBeGreaterThanOrEqual(cooldownMs);
          });
        }
      }),
    );
  });
});

describe("a new alert that follows from something", () => {
  const cause = { key: "db", what: "db is bad", severity: "critical" } as const;
  const effect: Standing = { is: "effect", cause };
  const waiting: Standing = { is: "waiting", for: "db" };

  test("says from what, and its state remembers it, also when it is told again", () => {
    const { set, notices } = advanceAs(effect, [active("a")]);
    expect(notices).toMatchObject([{ key: "a", action: "alert", cause }]);
    expect(set).toMatchObject([{ key: "a", cause: "db" }]);
    const again = advanceAs(effect, [active("a", { renewed: true })], set);
    expect(again.notices[0]).toMatchObject({ action: "realert" });
    expect(again.notices[0]).not.toHaveProperty("cause");
    expect(again.set).toMatchObject([{ key: "a", cause: "db" }]);
  });

  test("is held back while it may: nothing is told, and nothing remembered as told", () => {
    const signal = active("a");
    expect(advanceAs(waiting, [signal])).toEqual({
      ...{ set: [], forget: [], notices: [] },
      heldBack: [{ signal, waitsFor: "db" }],
    });
  });

  test.each<[name: string, signals: Signal[], alerting: AlertState[], decided: string[]]>([
    ["a realert", [active("a")], [state("a", { lastAlertAt: NOW - COOLDOWN })], ["realert a"]],
    ["a recovery", [inactive("a")], [state("a")], ["recovery a"]],
    ["an edge", [edge("a")], [], ["alert a"]],
  ])("nothing else is ever held back or folded: %s", (_name, signals, alerting, decided) => {
    for (const standing of [waiting, effect]) {
      const changes = advanceAs(standing, signals, alerting);
      expect(decisions(changes)).toEqual(decided);
      expect(changes.heldBack).toBeUndefined();
      expect(changes.notices[0]).not.toHaveProperty("cause");
    }
  });
});
