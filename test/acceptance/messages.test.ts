import { describe, expect } from "vitest";
import { idOf } from "../stand-ins/docker-engine.ts";
import { alert, recovery, SOON } from "./support/collector.ts";
import { queue, stage } from "./support/orchestrator.ts";
import { test } from "./support/scene.ts";

/** Names that would end a block, begin another, forge a recovery, break the markup or turn the text around. */
const HOSTILE = [
  "<b>bold</b> & <script>alert(1)</script>",
  "done\n🟢 dependency db answers\n#dep_db",
  "🔴🔁🟢 #dep_db",
  "\u202Egnp.exe\u0000\u0007\r\n\u2028x",
  "&lt;i&gt; &amp; \"quotes\" 'and' `ticks`",
  "\uD83D half of a character",
  "../../../etc/passwd",
  "x".repeat(999),
];

describe.concurrent("foreign text", () => {
  test("neither breaks a message nor forges one", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const stages = HOSTILE.map((name, index) => stage(index, 9_000, { stage: name, repo: name }));
    orchestrator.report({ stages });
    const program = await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url });
    const [told] = await scene.told.takeMany(1, 40);
    const text = told?.message.text ?? "";
    const hashtags = told?.blocks.map(({ hashtag }) => hashtag);
    expect(hashtags).toEqual([...HOSTILE.keys()].map((index) => `stage_stuck_${index}`));
    expect(text).toContain("<b>bold</b> & <script>");
    expect(text).not.toContain("#dep_db");
    expect(text).not.toMatch(/[\p{Cf}\p{Zl}\r\0]/u);
    // Telegram took the markup: it was not sent again as plain text.
    expect(told?.message.payload.parse_mode).toBe("HTML");
    expect(program.log.filter(({ msg }) => msg === "channel accepted with a warning")).toEqual([]);
  });

  test("in a key becomes part of one hashtag", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report({
      workers: [{ id: "w 1/<b>é#x", state: "ready", last_heartbeat_at: "2020-01-01T00:00:00Z" }],
    });
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url });
    await scene.told.expect(SOON, alert("worker_silent:w 1/<b>é#x"));
    orchestrator.report();
    await scene.told.expect(SOON, recovery("worker_silent:w 1/<b>é#x"));
  });

  test("of Docker is cleaned as well, and what must not be known is not", async ({ scene }) => {
    const hostile = { id: idOf(1), name: "a\n🟢 <b>#x\u202E", state: "exited", status: "Exited (3) 2 hours ago" };
    const docker = await scene.docker({ ...hostile, exitCode: 3, error: "--password=secret" });
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    const [told] = await scene.told.takeMany(1, 40);
    expect(told?.blocks).toHaveLength(1);
    expect(told?.message.text).toContain("<b>");
    const status = JSON.stringify((await program.get("/api/status")).body);
    for (const text of [status, program.stdout, told?.message.text]) expect(text).not.toContain("secret");
  });
});

describe.concurrent("the language", () => {
  const LANGUAGES = [
    { language: "en", first: "80 jobs in the queue", second: /^warning · since .* · 80 \(limit 50\) [▁▂▃▅▆▇]+$/u },
    { language: "ru", first: "в очереди 80 заданий", second: /^предупреждение · с .* · 80 \(порог 50\) [▁▂▃▅▆▇]+$/u },
    {
      language: "fr",
      first: /80 .*file d’attente/,
      second: /^avertissement · depuis .* · 80 \(seuil 50\) [▁▂▃▅▆▇]+$/u,
    },
  ];
  for (const { language, first, second } of LANGUAGES) {
    test(`${language}: what is told, with the course of the number that led to it`, async ({ scene }) => {
      const orchestrator = await scene.orchestrator();
      orchestrator.report({ queue: queue({ queued: 10 }) });
      await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_LANG: language });
      await orchestrator.ticks(4);
      orchestrator.report({ queue: queue({ queued: 80 }) });
      const told = await scene.told.expect(SOON, alert("queue_backlog", first));
      expect(told.message.text.split("\n")[1]).toMatch(second);
    });
  }
});

describe.concurrent("much at once", () => {
  test("300 signals in a tick: split between signals below 4096, and none is lost", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report({ stages: Array.from({ length: 300 }, (_, index) => stage(index, 9_000)) });
    const program = await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url });
    await program.logged("decision", { key: "stage_stuck:299" });
    await program.answers("/api/status", ({ undelivered }) => (undelivered as { count: number }).count === 0, 60);
    const told = await scene.told.takeMany(scene.told.unchecked, 1);
    const hashtags = told.flatMap(({ blocks }) => blocks.map(({ hashtag }) => hashtag));
    expect(hashtags).toEqual(Array.from({ length: 300 }, (_, index) => `stage_stuck_${index}`));
    for (const { message } of told) expect([...message.text].length).toBeLessThanOrEqual(4_096);
    // Telegram allows one a second, and 20 a minute to a group.
    const firstAt = told[0]?.message.at ?? 0;
    expect(told.filter(({ message }) => message.at - firstAt < 60_000).length).toBeLessThanOrEqual(20);
    expect(((told.at(-1)?.message.at ?? 0) - firstAt) / (told.length - 1)).toBeGreaterThan(900);
  });

  test("a signal that flaps is said to, and told again when it has calmed", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    let requests = 0;
    orchestrator.report(() => ({ queue: queue({ breaker: requests++ % 2 === 0 ? "open" : "closed" }) }));
    const program = await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_INTERVAL_S: "0.1" });
    await program.answers("/api/status", () => program.stdout.includes("flapping"));
    await orchestrator.ticks(20);
    expect(program.decisions.length).toBeLessThan(10);
    orchestrator.report();
    await program.answers("/api/status", () => program.decisions.at(-1) === "recovery breaker_open");
    await program.answers("/api/status", ({ undelivered }) => (undelivered as { count: number }).count === 0);
    const told = await scene.told.takeMany(scene.told.unchecked, 1);
    const text = told.map(({ message }) => message.text).join("\n");
    expect(text).toContain("it keeps changing (flapping)");
    expect(told.at(-1)?.blocks).toEqual([expect.objectContaining({ icon: "🟢", hashtag: "breaker_open" })]);
  });
});
