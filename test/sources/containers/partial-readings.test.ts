import { describe, expect, test } from "vitest";
import { type EventFacts, NO_FACTS } from "../../../src/sources/containers/events/event-facts.ts";
import type { Snapshot } from "../../../src/sources/containers/snapshot.ts";
import { idOf } from "../../stand-ins/docker-engine.ts";
import { observed, Play, WALL } from "./observed.ts";

const S = 1_000;

const api = observed();
const db = observed({ id: idOf(2), name: "db" });

/** What was read of `api` alone, when it had ended. */
const apiEnded = (at: number) =>
  observed({ state: "exited", exitCode: 3, leastAgeMs: 0, details: { finishedAt: WALL + at } });

function ended(at: number): Partial<Snapshot> {
  const end = { at: WALL + at, exitCode: 3, deliberate: false };
  const news: EventFacts["news"] = [{ id: idOf(1), end, restarts: [], ooms: [] }];
  return { events: { ...NO_FACTS, news } };
}

const partly = (at: number): Partial<Snapshot> => ({ ...ended(at), partial: true });

describe("a reading of one container alone", () => {
  test("says of that what a whole one says, and of others nothing", () => {
    const whole = new Play().read([api, db]).read([apiEnded(40 * S), db], 10 * S, ended(40 * S));
    const part = new Play().read([api, db]).read([apiEnded(40 * S)], 10 * S, partly(40 * S));
    expect(part.last.partial).toBe(true);
    expect(part.last.signals).toEqual(whole.last.signals.filter(({ key }) => key.endsWith(":api")));
    expect(part.signal("container:api")?.active).toBe(true);
    expect(part.last.holds).toEqual([]);
  });

  test("is no tick for another whose fault must last two", () => {
    const stopped = observed({ id: idOf(2), name: "db", state: "dead" });
    const play = new Play({ downTicks: 2 }).read([api, db]).read([api, stopped]);
    expect(play.state("container:db")).toBe("held");
    const before = play.memory.tracks.find(([name]) => name === "db");
    play.read([apiEnded(80 * S)], 20 * S, partly(80 * S));
    expect(play.memory.tracks.find(([name]) => name === "db")).toEqual(before);
    expect(play.read([apiEnded(80 * S), db], 10 * S).state("container:db")).toBe("inactive");
  });

  test("does not hide that another was started again since everything was read", () => {
    const again = observed({
      id: idOf(2),
      name: "db",
      leastAgeMs: 20 * S,
      details: { finishedAt: WALL + 39 * S, startedAt: WALL + 40 * S },
    });
    const play = new Play({ restartsMax: 1 }).read([api, db]);
    play.read([apiEnded(45 * S)], 15 * S, partly(45 * S));
    expect(play.read([apiEnded(45 * S), again], 15 * S).state("container_restarts:db")).toBe("active");
  });

  test("and the whole one after it tell and count one end once", () => {
    const back = observed({
      leastAgeMs: 15 * S,
      details: { finishedAt: WALL + 40 * S, startedAt: WALL + 45 * S, restartCount: 1 },
    });
    const play = new Play({ restartsMax: 2 }).read([api, db]).read([apiEnded(40 * S)], 10 * S, partly(40 * S));
    expect(play.state("container:api")).toBe("active");
    play.read([back, db], 20 * S);
    expect(play.state("container:api")).toBe("inactive");
    const [, track] = play.memory.tracks.find(([name]) => name === "api") ?? [];
    expect(track?.loop.bursts.reduce((sum, { count }) => sum + count, 0)).toBe(1);
  });

  test("leaves how often Docker did not answer", () => {
    const play = new Play({ engineDownTicks: 3 }).read([api]).fail();
    play.read([apiEnded(65 * S)], 10 * S, partly(65 * S));
    expect(play.memory.failures).toMatchObject({ failuresInARow: 1 });
    expect(play.state("docker_down")).toBe("absent");
  });
});
