import { describe, expect, test } from "vitest";
import { unknown } from "../../../../src/core/reading.ts";
import { EN } from "../../../../src/core/texts/index.ts";
import type { ObservedContainer } from "../../../../src/sources/containers/snapshot.ts";
import { explainExitCode, judge, reference } from "../../../../src/sources/containers/track/judge.ts";
import { observed, WALL } from "../observed.ts";

function verdictOf(container: ObservedContainer): string {
  const verdict = judge(container, WALL, EN);
  return verdict.is === "unknown" ? "unknown" : `${verdict.is}: ${verdict.what}`;
}

describe("what a state means", () => {
  test.each([
    ["running", observed(), "up: container api is running"],
    ["running and healthy", observed({ health: "healthy" }), "up: container api is healthy"],
    ["running, health not known yet", observed({ health: "starting" }), "unknown"],
    ["unhealthy", observed({ health: "unhealthy" }), "down: container api is unhealthy"],
    ["paused", observed({ state: "paused" }), "down: container api is paused"],
    [
      "restarting",
      observed({ state: "restarting", exitCode: 7, details: {} }),
      "down: container api is restarting (code 7)",
    ],
    ["dead", observed({ state: "dead" }), "down: container api is dead: Docker could not remove it"],
    ["being removed", observed({ state: "removing" }), "unknown"],
    ["in a state that we do not know", observed({ state: "unknown" }), "unknown"],
    [
      "exited by itself",
      observed({ state: "exited", exitCode: 3, details: {} }),
      "down: container api has exited (code 3)",
    ],
    [
      "killed",
      observed({ state: "exited", exitCode: 137, details: {} }),
      "down: container api has exited (code 137: killed)",
    ],
    [
      "killed for memory",
      observed({ state: "exited", exitCode: 137, details: { oomKilled: true } }),
      "down: container api has exited (code 137: out of memory)",
    ],
    [
      "finished",
      observed({ state: "exited", exitCode: 0, details: { restartPolicy: "no" } }),
      "up: container api has finished (code 0)",
    ],
    [
      "exited with 0 under a restart policy",
      observed({ state: "exited", exitCode: 0, details: { restartPolicy: "unless-stopped" } }),
      "down: container api has exited (code 0)",
    ],
    [
      "exited with 0 under a restart policy that is not told",
      observed({ state: "exited", exitCode: 0, details: { restartPolicy: undefined } }),
      "unknown",
    ],
    ["created", observed({ state: "created", details: {} }), "unknown"],
    [
      "created, as its start failed",
      observed({ state: "created", exitCode: 127, details: { startFailure: "commandNotFound" } }),
      "down: container api could not be started: its command was not found",
    ],
    [
      "created, as its start failed without a word",
      observed({ state: "created", exitCode: 128, details: {} }),
      "down: container api could not be started: code 128",
    ],
    [
      "exited, as its restart failed",
      observed({ state: "exited", exitCode: 128, details: { startFailure: "portTaken" } }),
      "down: container api has exited (code 128: a port it wants is taken)",
    ],
  ])("%s", (_name, container, expected) => expect(verdictOf(container)).toBe(expected));
});

describe("what the list tells suffices where inspecting failed, and only there", () => {
  const failed = unknown("Docker answered 500");

  test.each([
    ["exited with a code", observed({ state: "exited", exitCode: 3 }), "down: container api has exited (code 3)"],
    ["exited with 0, which may be its end", observed({ state: "exited", exitCode: 0 }), "unknown"],
    ["exited, nobody knows how", observed({ state: "exited" }), "unknown"],
    ["created", observed({ state: "created" }), "unknown"],
    ["paused", observed({ state: "paused" }), "down: container api is paused"],
    ["restarting", observed({ state: "restarting" }), "down: container api is restarting"],
    ["running", observed(), "up: container api is running"],
  ])("%s", (_name, container, expected) => {
    expect(verdictOf({ ...container, details: failed })).toBe(expected);
  });
});

describe("what a person needs at night", () => {
  test("how long it ran, since when it is down, how it would be restarted, what it is, and where to look", () => {
    const details = { startedAt: WALL - 200_000, finishedAt: WALL - 20_000, restartCount: 4, restartPolicy: "always" };
    expect(judge(observed({ state: "exited", exitCode: 1, details }), WALL, EN)).toEqual({
      is: "down",
      what: "container api has exited (code 1)",
      forMs: 20_000,
      details: ["before that it ran for 3 min", "restart policy always, restarted 4 times", "image shop/api:1.2"],
      next: "`docker logs --tail 100 api`",
    });
  });

  test("an end in the future (clocks differ) is an end just now", () => {
    const container = observed({ state: "exited", exitCode: 1, details: { finishedAt: WALL + 5_000 } });
    expect(judge(container, WALL, EN)).toMatchObject({ forMs: 0 });
  });

  test.each([
    ["paused", observed({ state: "paused" }), "`docker unpause api`"],
    ["dead", observed({ state: "dead" }), "`docker rm -f api`; then start it anew"],
    [
      "not started",
      observed({ state: "created", exitCode: 127, details: {} }),
      "`docker inspect --format '{{.State.Error}}' api`",
    ],
  ])("the next step for one that is %s", (_name, container, next) => {
    expect(judge(container, WALL, EN)).toMatchObject({ next });
  });

  test.each([
    ["api-1.shop_x", "api-1.shop_x"],
    ["api; reboot", "aaaaaaaaaaa1"],
    ["$(reboot)", "aaaaaaaaaaa1"],
    ["-rf", "aaaaaaaaaaa1"],
  ])("a command is safe to paste: %s becomes %s", (name, expected) => {
    expect(reference(observed({ name }))).toBe(expected);
  });
});

describe("exit codes by convention", () => {
  test.each([
    [0, undefined],
    [1, undefined],
    [125, undefined],
    [126, "its command may not be executed"],
    [127, "its command was not found"],
    [128, undefined],
    [130, "interrupted"],
    [134, "aborted"],
    [137, "killed"],
    [139, "segmentation fault"],
    [143, "told to stop, SIGTERM"],
    [159, "signal 31"],
    [255, undefined],
    [-1, undefined],
    [3_221_225_786, undefined],
  ])("%i: %s", (code, expected) => expect(explainExitCode(code, EN.containers.exit)).toBe(expected));
});
