import { describe } from "vitest";
import { alert, recovery, SOON } from "./support/collector.ts";
import { BEHAVIOURS, type Behaviour, queue, type Sections, stage } from "./support/orchestrator.ts";
import type { Environment } from "./support/program.ts";
import { test } from "./support/scene.ts";
import { CERTIFICATE_PATH, startHttp, startHttps, startTcp } from "./support/servers.ts";

interface Row {
  readonly key: string;
  readonly env?: Environment;
  readonly well?: Sections | (() => Sections);
  readonly wrong: Sections | (() => Sections);
  readonly says: readonly (string | RegExp)[];
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
const agent = (cpuTicks: number, runtimeS = 60) => ({
  agents: [{ run_id: 77, task_id: 12, agent: "developer", pid: 4242, runtime_s: runtimeS, cpu_ticks: cpuTicks }],
});
const worker = (lastHeartbeatAt: unknown) => ({
  workers: [{ id: "w1", state: "ready", last_heartbeat_at: lastHeartbeatAt }],
});
const instance = (since: unknown) => ({ instances: [{ id: "i1", state: "booting", since }] });

/** Each kind that the envelope can tell of, with its default threshold unless `env` sets another. */
const ROWS: readonly Row[] = [
  {
    key: "stage_stuck:12",
    well: { stages: [stage(12, 7_200)] },
    wrong: { stages: [stage(12, 7_260)] },
    says: ["warning", "ORCH-12", "2 h 1 min (limit 2 h)", "shop"],
  },
  {
    key: "stage_stuck:13",
    env: { WATCHDOG_STAGE_LIMITS: "review=3600,deploy=900" },
    well: { stages: [stage(13, 3_600, { stage: "review" })] },
    wrong: { stages: [stage(13, 3_660, { stage: "review" })] },
    says: ["review", "(limit 1 h)"],
  },
  {
    key: "queue_backlog",
    well: { queue: queue({ queued: 50 }) },
    wrong: { queue: queue({ queued: 51 }) },
    says: ["warning", "51 (limit 50)"],
  },
  {
    key: "queue_retries",
    well: { queue: queue({ retries: 20 }) },
    wrong: { queue: queue({ retries: 21 }) },
    says: ["warning", "21 (limit 20)"],
  },
  {
    key: "breaker_open",
    wrong: { queue: queue({ breaker: "open" }) },
    says: ["critical", "breaker is open"],
  },
  {
    key: "agent_hung:77",
    env: { WATCHDOG_AGENT_HUNG_S: "1" },
    well: () => agent(Date.now()),
    wrong: agent(53_211),
    says: ["critical", "developer", "(limit 1 s)", "4242"],
  },
  {
    key: "agent_overrun:77",
    well: () => agent(Date.now(), 7_200),
    wrong: () => agent(Date.now(), 7_260),
    says: ["warning", "developer", "2 h 1 min (limit 2 h)"],
  },
  {
    key: "cost_run:77",
    env: { WATCHDOG_COST_RUN_USD: "5" },
    well: { cost: { runs: [{ run_id: 77, tokens: 9, cost_usd: 5 }] } },
    wrong: { cost: { runs: [{ run_id: 77, tokens: 9, cost_usd: 5.5 }] } },
    says: ["warning", "$5.50 (limit $5.00)"],
  },
  {
    key: "cost_total",
    env: { WATCHDOG_COST_TOTAL_USD: "200" },
    well: { cost: { total: { tokens: 9, cost_usd: 140.2 } } },
    wrong: { cost: { total: { tokens: 9, cost_usd: 200.01 } } },
    says: ["critical", "$200.01 (limit $200.00)"],
  },
  {
    key: "worker_silent:w1",
    well: () => worker(ago(1)),
    wrong: () => worker(Math.floor(Date.now() / 1_000) - 360),
    says: ["critical", /6 min( \d+ s)? \(limit 5 min\)/],
  },
  {
    key: "instance_stuck:i1",
    env: { WATCHDOG_INSTANCE_LIMITS: "booting=60" },
    well: () => instance(ago(30)),
    wrong: () => instance(ago(3_660)),
    says: ["warning", "booting", /1 h 1 min \(limit 1 min\)/],
  },
  {
    key: "orch_schema",
    wrong: { stages: "many", agents: [{ run_id: 1, runtime_s: "long", cpu_ticks: 1 }] },
    says: ["warning", "2 problems", "stages: expected", 'found "long"'],
  },
];

describe.concurrent("each kind of the envelope: not told below its threshold, told above it, over again", () => {
  test.for(ROWS)("$key", async ({ key, env, well, wrong, says }, { scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(well);
    await scene.run({ ...env, WATCHDOG_METRICS_URL: orchestrator.url });
    await orchestrator.ticks(3);
    orchestrator.report(wrong);
    await scene.told.expect(SOON, alert(key, "since", "→", ...says));
    orchestrator.report(well);
    await scene.told.expect(SOON, recovery(key));
  });

  test("orch_stale: it answers, but what it says stands still", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_ORCH_STALE_S: "1" });
    await orchestrator.ticks(3);
    orchestrator.behave(BEHAVIOURS.frozen());
    await scene.told.expect(SOON, alert("orch_stale", "critical", "frozen", "(limit 1 s)"));
    orchestrator.report();
    await scene.told.expect(SOON, recovery("orch_stale"));
  });

  test("ages are measured against generated_at: a clock that is hours off raises nothing", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(() => ({ ...worker(ago(7_200)), ...instance(ago(7_200)), generated_at: ago(7_200) }));
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url });
    await orchestrator.ticks(5);
  });
});

describe.concurrent("orch_down, however it fails", () => {
  const WAYS: readonly (readonly [string, Behaviour, string])[] = [
    ["it answers 500", BEHAVIOURS.status(500), "answered 500"],
    ["it answers HTML", BEHAVIOURS.html, "HTML, not JSON"],
    ["it answers half of its JSON", BEHAVIOURS.text('{ "schema_version": 1, "stages": ['), "broken JSON"],
    ["it answers nothing", BEHAVIOURS.text(""), "an empty body"],
    ["it hangs", BEHAVIOURS.hang, "no answer within"],
    ["it drips", BEHAVIOURS.drip, "no answer within"],
  ];
  test.for(WAYS)("%s", async ([, behaviour, says], { scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.behave(behaviour);
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_HTTP_TIMEOUT_S: "0.5" });
    await scene.told.expect(SOON, alert("orch_down", "critical", "since", "→", says));
  });
});

describe.concurrent("the host", () => {
  test("host_mem: above its threshold; over once the threshold is higher", async ({ scene }) => {
    const state = { WATCHDOG_STATE_DIR: scene.path("state") };
    const before = await scene.run({ ...state, WATCHDOG_MEM_PCT: "1" });
    await scene.told.expect(SOON, alert("host_mem", "critical", "(limit 1 %)", "GiB", "→"));
    await before.stop();
    await scene.run({ ...state, WATCHDOG_MEM_PCT: "100" });
    await scene.told.expect(SOON, recovery("host_mem"));
  });

  test("host_disk: opt-in, one for each path; a path that is not there is unknown", async ({ scene }) => {
    const program = await scene.run({
      WATCHDOG_DISK_CRIT_ENABLED: "true",
      WATCHDOG_DISK_CRIT_PCT: "1",
      WATCHDOG_DISK_PATHS: "/,/does/not/exist",
    });
    await scene.told.expect(SOON, alert("host_disk:/", "critical", "(limit 1 %)", "GiB", "→"));
    await program.logged("source cannot be read", { source: "host/disk /does/not/exist" });
  });

  test("host_disk is off unless asked for", async ({ scene }) => {
    const program = await scene.run({ WATCHDOG_DISK_CRIT_PCT: "1" });
    await program.ticks(3);
  });
});

describe.concurrent("dependencies", () => {
  test("http: 404 is down, a redirect is an answer", async ({ scene }) => {
    let status = 302;
    const api = await scene.host(
      startHttp((_request, response) => response.writeHead(status, { location: "http://127.0.0.1:1/" }).end()),
    );
    const program = await scene.run({ WATCHDOG_DEPS: `api=http://127.0.0.1:${api.port}/health` });
    await program.ticks(3);
    status = 404;
    await scene.told.expect(SOON, alert("dep:api", "critical", "answers 404"));
    status = 200;
    await scene.told.expect(SOON, recovery("dep:api"));
  });

  test("https: a certificate that nobody vouches for is down, one that is trusted is up", async ({ scene }) => {
    const api = await scene.host(startHttps((_request, response) => response.end()));
    const env = { WATCHDOG_DEPS: `api=https://localhost:${api.port}`, WATCHDOG_STATE_DIR: scene.path("state") };
    const distrusting = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:api", "self-signed certificate", "NODE_EXTRA_CA_CERTS"));
    await distrusting.stop();
    await scene.run({ ...env, NODE_EXTRA_CA_CERTS: CERTIFICATE_PATH });
    await scene.told.expect(SOON, recovery("dep:api"));
  });

  test("tcp: refused is down, accepted is up", async ({ scene }) => {
    const db = await scene.host(startTcp());
    const program = await scene.run({ WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}` });
    await program.ticks(3);
    await db.goAway();
    await scene.told.expect(SOON, alert("dep:db", "connection refused"));
    await db.comeBack();
    await scene.told.expect(SOON, recovery("dep:db"));
  });

  test("http: one that takes the connection and never answers is down", async ({ scene }) => {
    const api = await scene.host(startTcp());
    await scene.run({ WATCHDOG_DEPS: `api=http://127.0.0.1:${api.port}`, WATCHDOG_HTTP_TIMEOUT_S: "0.5" });
    await scene.told.expect(SOON, alert("dep:api", "timed out after 0.5 s"));
  });
});
