import { describe, expect, test } from "vitest";
import { createWayOut, type Probe } from "../../src/sources/way-out.ts";
import { settle } from "../stand-ins/simulated-clock.ts";

const NEVER = new AbortController().signal;

/** A ping that a test ends. */
function pending() {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  return { promise, resolve, reject };
}

/** What a promise came to, so far. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  const ended = promise.catch((thrown: Error) => thrown.message);
  await settle();
  return Promise.race([ended, Promise.resolve("pending")]);
}

const OFFLINE = "not judged: nothing outside answers, this host is offline";
const silent: Probe = async () => false;
const answering: Probe = async () => true;

/** Witnesses whose pings end as told: `true` is an answer. */
function world(probe: Probe, witnesses: number) {
  let probed = 0;
  const wayOut = createWayOut([
    () => {
      probed += 1;
      return probe();
    },
  ]);
  const members = Array.from({ length: witnesses }, () => wayOut.join());
  return {
    wayOut,
    probed: () => probed,
    ping: (index: number, outcome: Promise<boolean>, deadline = NEVER) =>
      members[index]?.ping(
        () => outcome,
        (isUp) => isUp,
        deadline,
      ) ?? Promise.reject(new Error("no such witness")),
  };
}

describe("what does not answer is judged", () => {
  test("as long as a probe answers: it is its own fault", async () => {
    const { ping } = world(answering, 2);
    expect(await ping(0, Promise.resolve(false))).toBe(false);
  });

  test("as soon as another one answers, whatever the probes do", async () => {
    const { ping } = world(silent, 2);
    const [one, other] = [pending(), pending()];
    const judged = [ping(0, one.promise), ping(1, other.promise)];
    one.resolve(false);
    expect(await stateOf(judged[0]!)).toBe("pending");
    other.resolve(true);
    expect(await Promise.all(judged)).toEqual([false, true]);
  });

  test("not where nothing answers", async () => {
    const { ping } = world(silent, 2);
    const [one, other] = [pending(), pending()];
    const judged = [ping(0, one.promise), ping(1, other.promise)];
    one.resolve(false);
    other.resolve(false);
    expect(await Promise.all(judged.map(stateOf))).toEqual([OFFLINE, OFFLINE]);
  });

  test("not by an answer from before it was asked", async () => {
    const { ping } = world(silent, 2);
    await ping(1, Promise.resolve(true));
    const judged = ping(0, Promise.resolve(false));
    expect(await stateOf(judged)).toBe("pending");
    void ping(1, Promise.resolve(false)).catch(() => {});
    await expect(judged).rejects.toThrow(OFFLINE);
  });

  test("not before the others were asked, and not beyond its deadline", async () => {
    const { ping } = world(silent, 2);
    const deadline = new AbortController();
    const judged = ping(0, Promise.resolve(false), deadline.signal);
    expect(await stateOf(judged)).toBe("pending");
    deadline.abort(new Error("over"));
    expect(await stateOf(judged)).toBe("over");
  });

  test("afresh when the way out is there again", async () => {
    const { ping } = world(silent, 1);
    await expect(ping(0, Promise.resolve(false))).rejects.toThrow(OFFLINE);
    expect(await ping(0, Promise.resolve(true))).toBe(true);
  });
});

test("what answers waits for nobody", async () => {
  const { ping, probed } = world(silent, 2);
  expect(await ping(0, Promise.resolve(true))).toBe(true);
  expect(probed()).toBe(0);
});

test("a ping that breaks is its own trouble, and no answer", async () => {
  const { ping } = world(silent, 2);
  const judged = [ping(0, Promise.reject(new Error("no more files"))), ping(1, Promise.resolve(false))];
  expect(await Promise.all(judged.map(stateOf))).toEqual(["no more files", OFFLINE]);
});

test("many that fail at once share one round of probes", async () => {
  const { ping, probed } = world(silent, 50);
  const judged = Array.from({ length: 50 }, (_, index) => ping(index, Promise.resolve(false)));
  expect(new Set(await Promise.all(judged.map(stateOf)))).toEqual(new Set([OFFLINE]));
  expect(probed()).toBe(1);
});

describe("whether it is open", () => {
  test("costs no probe while something outside answers", async () => {
    const { wayOut, ping, probed } = world(answering, 2);
    const open = wayOut.isOpen(NEVER);
    await ping(0, Promise.resolve(true));
    expect(await open).toBe(true);
    expect(probed()).toBe(0);
  });

  test.each([
    ["open, a probe answers", answering, true],
    ["closed, none does", silent, false],
    ["closed, one breaks", () => Promise.reject(new Error("no more files")), false],
  ] as const)("nothing else answers: %s", async (_name, probe, expected) => {
    const { wayOut, ping } = world(probe, 2);
    const open = wayOut.isOpen(NEVER);
    await Promise.allSettled([ping(0, Promise.resolve(false)), ping(1, Promise.resolve(false))]);
    expect(await open).toBe(expected);
  });

  test("with probes alone they are asked each time", async () => {
    const { wayOut, probed } = world(answering, 0);
    expect([await wayOut.isOpen(NEVER), await wayOut.isOpen(NEVER)]).toEqual([true, true]);
    expect(probed()).toBeGreaterThan(0);
  });

  test("one probe of several is enough", async () => {
    expect(await createWayOut([silent, answering]).isOpen(NEVER)).toBe(true);
    expect(await createWayOut([silent, silent]).isOpen(NEVER)).toBe(false);
  });

  test("is unknown when the deadline comes first", async () => {
    const { wayOut } = world(silent, 1);
    await expect(wayOut.isOpen(AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
  });
});
