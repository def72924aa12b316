import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ack } from "../../src/core/ack.ts";
import { type AlertState, advanceAlerts } from "../../src/core/alerts.ts";
import type { Signal } from "../../src/core/signal.ts";
import { EN } from "../../src/core/texts/index.ts";
import { active, inactive } from "../stand-ins/scripted-source.ts";

const NOW = 1_000_000;
const COOLDOWN = 60_000;
const ACK: Ack = { by: "Ann", at: NOW - 1_000 };

function state(more: Partial<AlertState> = {}): AlertState {
  const what = "a was bad";
  return { key: "a", source: "test", severity: "critical", since: 0, lastAlertAt: NOW - COOLDOWN, what, ...more };
}

function advance(signals: readonly Signal[], alerting: readonly AlertState[], holds: string[] = []) {
  const states = new Map(alerting.map((one) => [one.key, one]));
  return advanceAlerts("test", { signals, holds, memory: null }, states, NOW, COOLDOWN, EN.messages);
}

describe("an incident that somebody acked", () => {
  test.each<[name: string, signals: Signal[], alerting: AlertState[], decided: string[]]>([
    ["is not told again, however long it lasts", [active("a")], [state({ ack: ACK })], []],
    ["one that nobody acked is", [active("a")], [state()], ["realert a"]],
    ["its end is told", [inactive("a")], [state({ ack: ACK })], ["recovery a"]],
    ["its end is told, also when it is gone", [], [state({ ack: ACK })], ["recovery a"]],
    ["what it has become is told", [{ ...active("a"), renewed: true }], [state({ ack: ACK })], ["realert a"]],
    ["an ack is of one key", [active("a"), active("b")], [state({ ack: ACK })], ["alert b"]],
  ])("%s", (_name, signals, alerting, decided) => {
    expect(advance(signals, alerting).notices.map(({ action, key }) => `${action} ${key}`)).toEqual(decided);
  });

  test("the ack goes with the state: the next incident of the key is told, and told again", () => {
    expect(advance([inactive("a")], [state({ ack: ACK })]).forget).toEqual(["a"]);
    const [next] = advance([active("a")], []).set;
    expect(next).toMatchObject({ key: "a" });
    expect(next).not.toHaveProperty("ack");
  });

  test("what has become something else was acked by nobody", () => {
    const [renewed] = advance([{ ...active("a"), renewed: true }], [state({ ack: ACK })]).set;
    expect(renewed).not.toHaveProperty("ack");
  });

  test("an ack never hides a first alert nor an end", () => {
    const bad = fc.boolean();
    fc.assert(
      fc.property(bad, bad, bad, (isActive, isAlerting, isAcked) => {
        const alerting = isAlerting ? [state(isAcked ? { ack: ACK } : {})] : [];
        const actions = advance([isActive ? active("a") : inactive("a")], alerting).notices.map(({ action }) => action);
        if (isActive && !isAlerting) expect(actions).toEqual(["alert"]);
        if (!isActive && isAlerting) expect(actions).toEqual(["recovery"]);
      }),
    );
  });
});
