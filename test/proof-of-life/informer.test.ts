import { describe, expect, test } from "vitest";
import { loadSettings } from "../../src/config/load-settings.ts";
import type { AlertState } from "../../src/core/alerts.ts";
import type { IncidentHistory } from "../../src/core/incidents.ts";
import { type Message, renderPlain } from "../../src/core/message.ts";
import type { SignalView } from "../../src/core/overview.ts";
import { loadTexts } from "../../src/load-texts.ts";
import { Informer } from "../../src/proof-of-life/informer.ts";
import type { LifeFacts } from "../../src/proof-of-life/pulse.ts";
import { SimulatedClock, settle } from "../stand-ins/simulated-clock.ts";

const S = 1_000;
const MIN = 60 * S;
const HOUR = 60 * MIN;
const ICONS = /[🔴🔁🟢#]/u;

/** What outlives a process: the time, the memory, and what people were told. */
class World {
  readonly clock = new SimulatedClock(Date.UTC(2026, 5, 10, 5, 0, 0));
  readonly memories = new Map<string, unknown>();
  readonly told: Message[] = [];
  accepts = true;
  incidents: IncidentHistory = [];
  alerting: AlertState[] = [];
  facts: Omit<LifeFacts, "now"> = {
    sources: [{ name: "host/memory", ok: true, error: undefined, readAt: 0 }],
    signals: [],
    channels: [],
  };

  get texts(): string[] {
    return this.told.map(renderPlain);
  }

  /** One process of the watchdog that ticks every ten seconds for so long; then it is gone. */
  async live(forMs: number, env: Record<string, string> = {}, { keepsState = true, version = "1.0.0" } = {}) {
    const { clock, memories } = this;
    const aliveAt = memories.get("alive");
    if (!keepsState) memories.clear();
    const { settings, problems } = loadSettings({ WATCHDOG_DOCKER_SOCK: "off", WATCHDOG_TZ: "Europe/Berlin", ...env });
    expect(problems).toEqual([]);
    const informer = new Informer({
      texts: await loadTexts(settings.language),
      settings,
      version,
      clock,
      memory: { memory: (owner) => memories.get(owner), remember: (owner, value) => memories.set(owner, value) },
      keepsState,
      aliveAt,
      deliverers: [
        {
          channel: "telegram",
          inform: async (message) => {
            this.told.push(message);
            return this.accepts;
          },
        },
      ],
      incidents: () => this.incidents,
      alerting: () => this.alerting,
    });
    for (let ms = 0; ms <= forMs; ms += 10 * S) {
      informer.ticked(() => ({ now: clock.now(), ...this.facts }));
      await settle();
      memories.set("alive", clock.now());
      await clock.advance(10 * S);
    }
  }
}

describe("the start", () => {
  test("is told once, when a stack that starts together has come up", async () => {
    const world = new World();
    await world.live(20 * S);
    expect(world.texts).toEqual([]);
    await world.live(10 * MIN);
    expect(world.texts).toEqual([
      [
        "Watchdog 1.0.0 started watching at 07:00:30",
        "memory",
        "not watched: containers (no docker.sock: see WATCHDOG_DOCKER_SOCK), an orchestrator (WATCHDOG_METRICS_URL is unset), dependencies (WATCHDOG_DEPS is unset), disks (see WATCHDOG_DISK_CRIT_ENABLED, WATCHDOG_FORECAST_H)",
        "alerts go to: telegram",
        "commands in the chat: off",
      ].join("\n"),
    ]);
    expect(world.told[0]).toMatchObject({ rings: false, blocks: [] });
  });

  test("is not told again for restarts, however many and however late after the last word", async () => {
    const world = new World();
    await world.live(3 * HOUR);
    for (let restart = 0; restart < 5; restart++) await world.live(2 * MIN);
    expect(world.told).toHaveLength(1);
  });

  test("is told again after an hour away", async () => {
    const world = new World();
    await world.live(5 * MIN);
    await world.clock.advance(HOUR);
    await world.live(5 * MIN);
    expect(world.told).toHaveLength(2);
  });

  test.each<[name: string, env: Record<string, string>, version: string]>([
    ["something more is watched", { WATCHDOG_DEPS: "db=tcp://db:5432" }, "1.0.0"],
    ["it is another version", {}, "1.0.1"],
  ])("is told at once where %s", async (_name, env, version) => {
    const world = new World();
    await world.live(5 * MIN);
    await world.live(5 * MIN, env, { version });
    expect(world.told).toHaveLength(2);
  });

  test("is told nobody without a state, nor where it is switched off", async () => {
    const world = new World();
    await world.live(5 * MIN, {}, { keepsState: false });
    await world.live(5 * MIN, { WATCHDOG_START_NOTICE: "false" });
    expect(world.told).toEqual([]);
  });

  test("is offered again while no channel takes it, and not for ever", async () => {
    const world = new World();
    world.accepts = false;
    await world.live(2 * HOUR);
    expect(world.told.length).toBeGreaterThan(3);
    expect(world.told.length).toBeLessThan(8);
    world.told.length = 0;
    world.accepts = true;
    await world.live(2 * HOUR);
    expect(world.told).toHaveLength(1);
  });
});

describe("the digest at 08:00", () => {
  const env = { WATCHDOG_DIGEST_AT: "08:00", WATCHDOG_START_NOTICE: "false" };

  test("is told once a day, without a sound", async () => {
    const world = new World();
    await world.live(49 * HOUR, env);
    expect(world.texts).toEqual(
      ["10 Jun", "11 Jun", "12 Jun"]
        .slice(0, 3)
        .map((day) => `${day}: all quiet now\nwatched: memory\nno incident in the last 24 h`),
    );
    expect(world.told.every(({ rings }) => !rings)).toBe(true);
  });

  test("is told once over restarts", async () => {
    const world = new World();
    for (let restart = 0; restart < 60; restart++) await world.live(2 * MIN, env);
    expect(world.told).toHaveLength(1);
  });

  test("is not told late at the very first start", async () => {
    const world = new World();
    await world.clock.advance(2 * HOUR);
    await world.live(HOUR, env);
    expect(world.told).toEqual([]);
  });

  test("is told late by a machine that slept, and left out by one that slept too long", async () => {
    const world = new World();
    await world.live(MIN, env);
    await world.clock.freeze(3 * HOUR);
    await world.live(MIN, env);
    expect(world.told).toHaveLength(1);
    await world.clock.freeze(26 * HOUR);
    await world.live(MIN, env);
    expect(world.told).toHaveLength(1);
  });

  test("follows the wall clock, not the timeline", async () => {
    const world = new World();
    world.clock.stepWall(HOUR);
    await world.live(MIN, { ...env, WATCHDOG_DIGEST_AT: "08:01" });
    expect(world.told).toHaveLength(1);
  });

  test("says what is wrong, what cannot be read, what was, and what will be full", async () => {
    const world = new World();
    const now = world.clock.now();
    const fill = (key: string, status: SignalView["status"], details?: string[]): SignalView => {
      return { key, severity: "warning", status, what: `${key} will be full`, ...(details && { details }) };
    };
    const alert = (key: string, severity: "critical" | "warning"): AlertState => {
      return { key, source: "x", severity, since: now, lastAlertAt: now, what: `${key} is 🔴 bad #x` };
    };
    world.alerting = [alert("queue_backlog", "warning"), alert("dep:db", "critical")];
    world.incidents = [
      ["too:old", now - 24 * HOUR],
      ["dep:db", now],
      ["dep:db", now],
      ["queue_backlog", now],
    ];
    world.facts = {
      ...world.facts,
      sources: [
        { name: "containers", ok: true, error: undefined, readAt: 0 },
        { name: "host/disk /", ok: true, error: undefined, readAt: 0 },
        { name: "dependencies/db", ok: true, error: undefined, readAt: 0 },
        { name: "orchestrator", ok: false, error: "connection <refused>", readAt: 0 },
      ],
      signals: [
        { key: "container:a", severity: "critical", status: "inactive", what: "" },
        { key: "container:b", severity: "critical", status: "unknown", what: "" },
        fill("host_disk_fill:/", "inactive", ["fills"]),
        fill("host_mem_fill", "inactive"),
      ],
    };
    await world.live(HOUR, env);
    expect(world.texts).toEqual([
      [
        "10 Jun: 2 problems now",
        "– dep:db is • bad ＃x",
        "– queue_backlog is • bad ＃x",
        "watched: 2 containers, the orchestrator, 1 dependency, disk /",
        "cannot be read: orchestrator (connection <refused>)",
        "3 incidents in the last 24 h (#dep_db ×2, #queue_backlog)",
        "host_disk_fill:/ will be full",
      ].join("\n"),
    ]);
    expect(world.texts[0]?.replace(/ \(#dep_db .*\)$/m, "")).not.toMatch(ICONS);
  });

  test("that cannot see everything does not call it quiet", async () => {
    const world = new World();
    world.facts = { ...world.facts, sources: [{ name: "containers", ok: false, error: "refused", readAt: 0 }] };
    await world.live(HOUR, env);
    expect(world.texts[0]).toMatch(/^10 Jun: nothing wrong, as far as I can see\n/);
  });

  test("with hundreds of anything stays one short message", async () => {
    const world = new World();
    const many = Array.from({ length: 300 }, (_, index) => `k${index}`);
    world.incidents = many.map((key) => [`${key}${"x".repeat(10_000)}`, world.clock.now()] as const);
    world.facts = {
      ...world.facts,
      sources: many.map((name) => ({ name, ok: false, error: "<&>".repeat(5_000), readAt: 0 })),
    };
    await world.live(HOUR, env);
    expect(world.texts[0]?.length).toBeLessThan(3_000);
    expect(world.texts[0]).toContain("and 295 more");
  });
});

describe("in Russian", () => {
  const containers = (count: number): SignalView[] =>
    Array.from({ length: count }, (_, index) => ({
      key: `container:${index}`,
      severity: "critical",
      status: "inactive",
      what: "",
    }));

  test.each<[count: number, said: string]>([
    [1, "1 контейнер"],
    [2, "2 контейнера"],
    [5, "5 контейнеров"],
    [21, "21 контейнер"],
  ])("the start, with %i watched", async (count, said) => {
    const world = new World();
    world.facts = {
      ...world.facts,
      sources: [{ name: "containers", ok: true, error: undefined, readAt: 0 }],
      signals: containers(count),
    };
    await world.live(MIN, { WATCHDOG_LANG: "ru", WATCHDOG_DEPS: "db=tcp://db:5432" });
    expect(world.texts).toEqual([
      [
        "Watchdog 1.0.0 начал наблюдение (07:00:00)",
        said,
        "без наблюдения: контейнеры (нет docker.sock: см. WATCHDOG_DOCKER_SOCK), оркестратор (не задано WATCHDOG_METRICS_URL), диски (см. WATCHDOG_DISK_CRIT_ENABLED, WATCHDOG_FORECAST_H)",
        "куда идут тревоги: telegram",
        "команды в чате: выключены",
      ].join("\n"),
    ]);
  });

  test.each<[count: number, wrong: string, incidents: string]>([
    [1, "1 проблема", "1 инцидент"],
    [2, "2 проблемы", "2 инцидента"],
    [5, "5 проблем", "5 инцидентов"],
    [21, "21 проблема", "21 инцидент"],
  ])("the digest, with %i wrong", async (count, wrong, incidents) => {
    const world = new World();
    const now = world.clock.now();
    world.alerting = Array.from({ length: count }, (_, index): AlertState => {
      return { key: `dep:${index}`, source: "x", severity: "critical", since: now, lastAlertAt: now, what: "db" };
    });
    world.incidents = Array.from({ length: count }, () => ["dep:db", now]);
    await world.live(HOUR, { WATCHDOG_LANG: "ru", WATCHDOG_DIGEST_AT: "08:00", WATCHDOG_START_NOTICE: "false" });
    const lines = world.texts[0]?.split("\n") ?? [];
    expect(lines[0]).toBe(`10 июн.: ${wrong} сейчас`);
    if (count > 5) expect(lines).toContain(`и ещё ${count - 5}`);
    expect(lines.slice(-2)).toEqual([
      "под наблюдением: память",
      `за последние 24 ч ${incidents} (${count === 1 ? "#dep_db" : `#dep_db ×${count}`})`,
    ]);
  });
});
