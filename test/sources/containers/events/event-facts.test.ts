import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventRecord, isDeliberate, type Order } from "../../../../src/sources/containers/events/event-facts.ts";
import {
  type ContainerEvent,
  EVENT_ACTIONS,
  parseEvent,
} from "../../../../src/sources/containers/events/parse-event.ts";
import { LineSplitter } from "../../../../src/sources/containers/events/split-lines.ts";
import { eventLine, idOf } from "../../../stand-ins/docker-engine.ts";

const AT = 1_800_000_000_000;

function event(action: ContainerEvent["action"], at: number, more: Partial<ContainerEvent> = {}): ContainerEvent {
  return {
    action,
    id: idOf(1),
    name: "api",
    at: AT + at,
    enabled: true,
    exitCode: undefined,
    signal: undefined,
    ...more,
  };
}

function recordOf(...events: readonly ContainerEvent[]): EventRecord {
  const record = new EventRecord();
  for (const one of events) record.record(one);
  return record;
}

describe("whether an end was ordered", () => {
  const kill = (signal: number, beforeMs: number): Order => ({ at: AT - beforeMs, signal });
  const stop = (beforeMs: number): Order => ({ at: AT - beforeMs, signal: undefined });

  test.each<[name: string, order: Order | undefined, exitCode: number, expected: boolean]>([
    ["nobody ordered it", undefined, 137, false],
    ["killed just before", kill(9, 30), 137, true],
    ["told to end just before", kill(15, 30), 0, true],
    ["told to end, and it took its time", kill(15, 59_000), 1, true],
    ["told to end long ago", kill(15, 61_000), 1, false],
    ["killed after", kill(9, -3_000), 1, false],
    ["Docker's clock is a little off itself", kill(9, -1_000), 137, true],
    ["stopped, which is told after the end", stop(-80), 143, true],
    ["stopped while it waited for its next start", stop(-30_000), 1, true],
    ["told to read its files again, and crashed", kill(1, 5_000), 1, false],
    ["told to read its files again, and died of the signal", kill(1, 5), 129, true],
    ["SIGWINCH, by which Apache is stopped", kill(28, 500), 0, true],
    ["SIGUSR1, and it was killed otherwise", kill(10, 500), 137, false],
  ])("%s", (_name, order, exitCode, expected) => {
    expect(isDeliberate(order, { at: AT, exitCode })).toBe(expected);
  });
});

describe("what is gathered from events", () => {
  test("a crash", () => {
    const { news } = recordOf(event("die", 0, { exitCode: 3 })).take();
    expect(news).toEqual([{ id: idOf(1), end: { at: AT, exitCode: 3, deliberate: false }, restarts: [], ooms: [] }]);
  });

  test("docker restart: an ordered end and another start, which settles the order", () => {
    const facts = recordOf(
      event("kill", 0, { signal: 15 }),
      event("die", 20, { exitCode: 143 }),
      event("stop", 80),
      event("start", 400),
      event("restart", 401),
    ).take();
    expect(facts.orders).toEqual([]);
    expect(facts.news).toMatchObject([{ end: { deliberate: true }, restarts: [AT + 20] }]);
  });

  test("a first start is no restart", () => {
    expect(recordOf(event("start", 0)).take().news).toMatchObject([{ end: undefined, restarts: [] }]);
  });

  test("it is news once; the order is kept for the readings that come", () => {
    const record = recordOf(event("kill", 0, { signal: 9 }), event("die", 5, { exitCode: 137 }));
    expect(record.take().news).toHaveLength(1);
    expect(record.take()).toEqual({ news: [], orders: [[idOf(1), { at: AT, signal: 9 }]], removals: [] });
  });

  test("a reading that failed gives the news back, and what came meanwhile joins them", () => {
    const record = recordOf(event("start", 0), event("die", 10), event("start", 20));
    const facts = record.take();
    record.record(event("die", 30, { exitCode: 9 }));
    record.record(event("start", 40));
    record.giveBack(facts);
    expect(record.take().news).toMatchObject([{ end: { exitCode: 9 }, restarts: [AT + 10, AT + 30] }]);
  });

  test("several kills for memory within one run are one; after a start it is another", () => {
    const record = recordOf(event("start", 0), event("oom", 1), event("oom", 2), event("die", 3), event("start", 400));
    record.record(event("oom", 500));
    expect(record.take().news[0]?.ooms).toEqual([AT + 1, AT + 500]);
  });

  test("the order of an end outlives the container, for a reading that found the end and still inspects", () => {
    const record = recordOf(event("kill", 0, { signal: 9 }), event("die", 1));
    record.take();
    record.record(event("destroy", 2));
    expect(record.orders).toEqual([[idOf(1), { at: AT, signal: 9 }]]);
  });

  test("a removed container leaves its name, when, and what was ordered", () => {
    const facts = recordOf(event("kill", 0, { signal: 9 }), event("die", 1), event("destroy", 2)).take();
    expect(facts).toEqual({ news: [], orders: [[idOf(1), { at: AT, signal: 9 }]], removals: [["api", AT + 2]] });
  });

  test("of what happened before anybody followed, orders and removals count", () => {
    const record = new EventRecord();
    for (const one of [event("start", 0), event("die", 1), event("start", 2), event("oom", 3), event("stop", 4)]) {
      record.record(one, true);
    }
    expect(record.take()).toMatchObject({ news: [], orders: [[idOf(1), { signal: undefined }]] });
  });

  test("whatever comes, it stays small and plain", () => {
    const any = fc.record({
      action: fc.constantFrom(...EVENT_ACTIONS),
      id: fc.nat(5_000).map(idOf),
      name: fc.string(),
      at: fc.nat(1e9),
      enabled: fc.boolean(),
      exitCode: fc.option(fc.nat(255), { nil: undefined }),
      signal: fc.option(fc.nat(64), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 300 }), fc.boolean(), (events, isGivenBack) => {
        const record = recordOf(...events);
        const facts = record.take();
        if (isGivenBack) record.giveBack(facts);
        expect(record.take().news).toEqual(isGivenBack ? facts.news : []);
      }),
    );
    const flood = new EventRecord();
    for (let n = 0; n < 50_000; n++) {
      flood.record(event("kill", n, { id: idOf(n), signal: 9 }));
      flood.record(event("die", n, { id: idOf(n) }));
      flood.record(event("start", n, { id: idOf(1) }));
    }
    const facts = flood.take();
    expect([facts.news.length, facts.orders.length]).toEqual([2_000, 2_000]);
    expect(Math.max(...facts.news.map(({ restarts }) => restarts.length))).toBeLessThanOrEqual(100);
  });
});

describe("an event as Docker writes it", () => {
  test("what is used is kept, and nothing else", () => {
    const line = eventLine({ action: "die", at: AT, attributes: { exitCode: "137", secret: "hush" } });
    expect(parseEvent(line)).toEqual(event("die", 0, { exitCode: 137 }));
  });

  test.each([
    ["the action with a colon", eventLine({ action: "health_status: unhealthy", at: AT }), "health_status"],
    ["older Podman's, without a type", eventLine({ action: "die" }).replace('"Type":"container",', ""), "die"],
    ["one that we do not follow", eventLine({ action: "exec_create: sh" }), undefined],
    ["one with an id that is none", eventLine({ action: "die", id: "../x" }), undefined],
    ["one without a time", '{"Action":"die","Actor":{"ID":"aaaaaaaaaaaa"}}', undefined],
  ])("%s", (_name, line, action) => expect(parseEvent(line)?.action).toBe(action));

  test("the name that Compose gives while it replaces a container is not taken for its own", () => {
    const attributes = { "com.docker.compose.project": "shop" };
    const name = "0123456789ab_shop-api-1";
    expect(parseEvent(eventLine({ action: "die", name, attributes }))?.name).toBe("shop-api-1");
    expect(parseEvent(eventLine({ action: "die", name }))?.name).toBe(name);
  });

  test("any text is taken", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseEvent(text)));
  });
});

describe("lines of a stream", () => {
  test("however it is cut, the lines are the same", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1 }).filter((text) => !/\n/.test(text) && text.trim() !== "")),
        fc.nat(7),
        (lines, size) => {
          const splitter = new LineSplitter(1_000);
          const text = lines.map((line) => `${line}\n`).join("");
          const found: string[] = [];
          for (let at = 0; at < text.length; at += size + 1)
            found.push(...splitter.push(text.slice(at, at + size + 1)));
          expect(found).toEqual(lines);
        },
      ),
    );
  });

  test("one that is too long is passed over, and the next is found", () => {
    const splitter = new LineSplitter(10);
    expect(splitter.push("xxxxxxxxxxxx")).toEqual([]);
    expect(splitter.push("xxxxxxxxxxxx")).toEqual([]);
    expect(splitter.push("x\nnext\n")).toEqual(["next"]);
  });
});
