import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isReadOnly } from "../../../../src/sources/containers/engine/guarded-agent.ts";
import { EventRecord } from "../../../../src/sources/containers/events/event-facts.ts";
import { EventStream } from "../../../../src/sources/containers/events/events.ts";
import { FAULTS, idOf, type StandInEngine, startDockerEngine } from "../../../stand-ins/docker-engine.ts";

const MADE_AT = Date.parse("2026-06-10T12:00:00Z");

let standIn: StandInEngine;
let record: EventRecord;
let stream: EventStream | undefined;
let nudges: number;
let scopes: string[];
/** The pauses before it opened again, in milliseconds; none is waited for. */
let pausesMs: number[];
let wall: number;
let warnings: string[];

beforeEach(async () => {
  standIn = await startDockerEngine();
  record = new EventRecord();
  nudges = 0;
  pausesMs = [];
  scopes = [];
  warnings = [];
  wall = MADE_AT;
});
afterEach(async () => {
  stream?.stop();
  await standIn.close();
  expect(standIn.requests.filter((line) => !isReadOnly(...(line.split(" ") as [string, string])))).toEqual([]);
});

function follow(socketPath = standIn.socketPath): void {
  const after = (delayMs: number, run: () => void): (() => void) => {
    pausesMs.push(delayMs);
    const timer = setTimeout(run, delayMs / 20);
    return () => clearTimeout(timer);
  };
  const clock = { wallNow: () => wall, after };
  const isWatched = (name: string): boolean => name !== "other";
  const engine = { versionPrefix: async () => "", forgetVersion: () => undefined };
  const warn = (problem: string) => void warnings.push(problem);
  const parts = {
    address: { socketPath },
    engine,
    warn,
    record,
    isWatched,
    startedAt: MADE_AT,
    lookBackMs: 180_000,
    clock,
    random: () => 0,
  };
  stream = new EventStream(parts, (scope) => {
    nudges += 1;
    scopes.push(scope);
  });
}

async function followed(): Promise<void> {
  follow();
  await vi.waitFor(() => expect(standIn.followers()).toBe(1));
}

function emit(action: string, more: object = {}): void {
  standIn.emit({ action, at: wall, ...more });
}

/** When it asked, the query of the last time. */
function lastQuery(): URLSearchParams {
  return new URL(standIn.requests.at(-1)?.split(" ")[1] ?? "", "http://docker").searchParams;
}

describe("following", () => {
  test("asks for what it uses, from as far back as a stop may have been ordered", async () => {
    await followed();
    expect(standIn.requests).toHaveLength(1);
    expect(Number(lastQuery().get("since"))).toBe(wall / 1_000 - 180);
    expect(JSON.parse(lastQuery().get("filters") ?? "")).toEqual({
      type: ["container"],
      event: expect.arrayContaining(["start", "die", "kill", "stop", "oom", "health_status", "destroy", "rename"]),
    });
  });

  test.each(["die", "start", "stop", "destroy", "pause", "health_status: unhealthy"])("%s nudges", async (action) => {
    await followed();
    emit(action);
    await vi.waitFor(() => expect(nudges).toBe(1));
  });

  test("an order alone, an event of old, of what is not watched and of what is left out nudge nobody", async () => {
    await followed();
    emit("kill", { attributes: { signal: "15" } });
    emit("die", { at: wall - 1 });
    emit("die", { id: idOf(2), name: "other" });
    emit("die", { id: idOf(3), attributes: { "watchdog.enable": "false" } });
    emit("exec_die");
    emit("die");
    await vi.waitFor(() => expect(nudges).toBe(1));
  });

  test("a kill for memory waits a moment for the end that it mostly brings, so that both are found together", async () => {
    await followed();
    emit("oom");
    emit("die", { attributes: { exitCode: "137" } });
    await vi.waitFor(() => expect(nudges).toBe(1));
    expect(record.take().news[0]).toMatchObject({ ooms: [wall], end: { exitCode: 137, deliberate: false } });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(nudges).toBe(1);
  });

  test("a kill for memory waits for its own end, not for that of another", async () => {
    await followed();
    emit("oom");
    emit("die", { id: idOf(2), name: "db" });
    await vi.waitFor(() => expect(scopes).toEqual(["news", "all"]));
  });

  test("an end asks for the news alone, whatever else for all: a new name too, also one that is not watched", async () => {
    await followed();
    emit("die");
    emit("start");
    emit("rename", { name: "other" });
    await vi.waitFor(() => expect(scopes).toEqual(["news", "all", "all"]));
  });

  test("a kill for memory that ends nothing is found all the same", async () => {
    await followed();
    emit("oom");
    await vi.waitFor(() => expect(nudges).toBe(1));
  });

  test("what happened before anybody followed, and after the watchdog was made, is news", async () => {
    wall += 500;
    await followed();
    emit("die", { at: wall - 400 });
    await vi.waitFor(() => expect(scopes).toEqual(["news"]));
    expect(record.take().news).toMatchObject([{ end: { at: wall - 400 } }]);
  });

  test("silence costs nothing", async () => {
    await followed();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(standIn.requests).toHaveLength(1);
    expect([nudges, pausesMs]).toEqual([0, []]);
  });

  test("stopped, it lets go and does not come back", async () => {
    await followed();
    stream?.stop();
    await vi.waitFor(() => expect(standIn.connections()).toBe(0));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(standIn.requests).toHaveLength(1);
  });
});

describe("a stream that is not as it should be", () => {
  test.each([
    ["garbage", "}{\n<html>\nnull\n[]\n7\n\n"],
    ["an event without an id", '{"Type":"container","Action":"die","time":1}\n'],
    ["an event of something else", '{"Type":"network","Action":"die","Actor":{"ID":"aaaaaaaaaaaa"},"time":1}\n'],
    ["an endless line", `${"x".repeat(400_000)}\n`],
  ])("%s is passed over", async (_name, text) => {
    await followed();
    standIn.emitText(text);
    emit("die");
    await vi.waitFor(() => expect(nudges).toBe(1));
    expect(record.take().news).toHaveLength(1);
  });

  test("an event that comes in pieces is one event", async () => {
    await followed();
    const line = JSON.stringify({ Type: "container", Action: "die", time: wall / 1_000, Actor: { ID: idOf(7) } });
    standIn.emitText(line.slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 20));
    standIn.emitText(`${line.slice(20)}\n`);
    await vi.waitFor(() => expect(nudges).toBe(1));
  });

  test("cut, it goes on from a little before the last event, looks, and takes no event twice", async () => {
    await followed();
    emit("die");
    await vi.waitFor(() => expect(nudges).toBe(1));
    expect(record.take().news).toHaveLength(1);
    standIn.cutEvents();
    await vi.waitFor(() => expect(standIn.requests).toHaveLength(2));
    expect(Number(lastQuery().get("since"))).toBe(wall / 1_000 - 1);
    await vi.waitFor(() => expect(nudges).toBe(2));
    emit("die");
    emit("start", { at: wall + 1 });
    await vi.waitFor(() => expect(nudges).toBe(3));
    expect(record.take().news).toMatchObject([{ end: undefined, restarts: [wall] }]);
  });

  test.each(["hangsUp", "truncates", "isHtml", "isEmpty", "fails", "upgrades"] as const)(
    "an engine that %s is asked again, after growing pauses",
    async (fault) => {
      standIn.fault = FAULTS[fault];
      follow();
      await vi.waitFor(() => expect(standIn.requests.length).toBeGreaterThanOrEqual(4));
      expect(pausesMs.slice(0, 3)).toEqual([500, 1_000, 2_000]);
      standIn.fault = undefined;
      await vi.waitFor(() => expect(standIn.followers()).toBe(1), { timeout: 5_000 });
    },
  );

  test("a proxy that forbids it is asked seldom", async () => {
    standIn.fault = FAULTS.forbids;
    follow();
    await vi.waitFor(() => expect(pausesMs.slice(0, 2)).toEqual([2_500, 5_000]));
  });

  test("a socket that is missing is tried again", async () => {
    follow("/nowhere/docker.sock");
    await vi.waitFor(() => expect(pausesMs.length).toBeGreaterThanOrEqual(2));
  });

  test("one that has died silently is opened anew when a reading finds what it should have told", async () => {
    await followed();
    wall += 60_000;
    stream?.expect(wall - 3_000); // may still come
    stream?.expect(wall - 90_000); // was before
    expect(pausesMs).toEqual([]);
    stream?.expect(wall - 10_000);
    await vi.waitFor(() => expect(standIn.requests).toHaveLength(2));
  });

  test("one that told it is left alone", async () => {
    await followed();
    wall += 60_000;
    emit("die", { at: wall - 10_000 });
    await vi.waitFor(() => expect(nudges).toBe(1));
    stream?.expect(wall - 10_050);
    expect(pausesMs).toEqual([]);
  });
});
