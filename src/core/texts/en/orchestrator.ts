import { pluralOf } from "../plural.ts";

const plural = pluralOf("en");

/** Numbers come as people read them; where a word depends on one, the number itself comes too. */
export const orchestrator = {
  down: {
    is: "the orchestrator is down",
    over: "the orchestrator answers",
    next: "see whether its process still runs, read the end of its log, start it again",
  },
  stale: {
    is: "the orchestrator answers, but its envelope is frozen",
    over: "the orchestrator's envelope is fresh",
    stands: (time: string) => `generated_at stands at ${time}`,
    next: "its HTTP side lives, what fills it does not: read its log, start it again if it is stuck",
  },
  schema: {
    is: (problems: number) =>
      `the orchestrator's envelope has ${plural(problems, { one: "1 problem", other: `${problems} problems` })}`,
    over: "the orchestrator's envelope has the agreed shape",
    more: (problems: number) => `and ${problems} more`,
    next: "mend the orchestrator's /metrics, or update the watchdog; until then what is named here is not watched",
    problem: (path: string, expected: string, found: string) => `${path}: expected ${expected}, found ${found}`,
    envelope: "the envelope",
    expected: {
      jsonObject: "a JSON object",
      object: "an object",
      list: "a list",
      version: (version: number) => `${version} (this watchdog reads no other)`,
      age: "seconds, from 0 to ten years",
      count: "a whole number from 0 to 1e9",
      tokens: "a number from 0 to 1e15",
      ticks: "CPU ticks, a number from 0 to 2^53",
      tickRate: "ticks a second, a number from 1 to 1e9",
      pid: "a process id",
      usd: "US dollars, a number from 0 to 1e9",
      label: (maxChars: number) => `text of at most ${maxChars} characters`,
      id: (maxChars: number) => `an id: text of 1 to ${maxChars} printable characters, or a whole number`,
      time: "a time between 2000 and 2100, as ISO 8601 or epoch seconds",
      oneOf: (words: string) => `one of ${words}`,
      uniqueId: "an id that no other entry has",
    },
    found: { nothing: "nothing", emptyText: "empty text", list: "a list", object: "an object" },
  },
  stage: {
    /** @param of the work item, or `ofTask` */
    stuck: (stage: string, of: string) => `stage ${stage} of ${of} is stuck`,
    over: (stage: string, of: string) => `stage ${stage} of ${of} is within its time`,
    ofTask: (id: string) => `task ${id}`,
    next: "see what its agent and its log did last; restart the stage if nothing moves",
  },
  backlog: {
    is: (jobs: number, amount: string) => `${amount} ${plural(jobs, { one: "job", other: "jobs" })} in the queue`,
    slots: (running: number, max: number) => `running ${running} of at most ${max}`,
    next: "see whether jobs still get done; find what floods the queue, or allow more at once",
  },
  retries: {
    is: (retries: number, amount: string) =>
      `${amount} ${plural(retries, { one: "retry", other: "retries" })} in the queue`,
    next: "something fails again and again: read the errors of the newest jobs",
  },
  breaker: {
    open: "the orchestrator's circuit breaker is open",
    closed: "the orchestrator's circuit breaker is closed",
    next: "calls to something it needs keep failing: find which in its log; it closes once they succeed",
  },
  failedJobs: {
    is: (jobs: number, amount: string, before: string, now: string) =>
      `${amount} ${plural(jobs, { one: "job", other: "jobs" })} failed (${before} → ${now})`,
    next: "read the error of the newest failed job in the orchestrator; run it again once that is mended",
  },
  agent: {
    name: (agent: string, run: string) => `agent ${agent} (run ${run})`,
    nameless: (run: string) => `the agent of run ${run}`,
    hung: (name: string) => `${name} is hung: it uses no CPU`,
    works: (name: string) => `${name} is working`,
    runningFor: (duration: string) => `running for ${duration}`,
    runningForOnCpu: (duration: string, cpuTime: string) => `running for ${duration}, of which on the CPU ${cpuTime}`,
    /** @param look shows what a process waits for; @param end ends it */
    hungNextOnHost: (look: string, end: string) => `on its host ${look} shows what it waits for; ${end} ends it`,
    hungNext: "look at what it waits for; end the run if that never comes",
    overrun: (name: string) => `${name} runs too long`,
    inTime: (name: string) => `${name} is within its time`,
    overrunNext: "see in its log whether it still gets anywhere; end the run if it goes in circles",
  },
  cost: {
    run: (run: string) => `run ${run} costs too much`,
    runOver: (run: string) => `run ${run} is within its budget`,
    runNext: "see in its log whether it goes in circles; end it if so",
    total: "all runs together cost too much",
    totalOver: "all runs are within the budget",
    totalNext: "find the runs that cost most; pause the queue if nobody meant to spend this",
    tokens: (tokens: number, amount: string) => `${amount} ${plural(tokens, { other: "tokens" })}`,
  },
  worker: {
    silent: (id: string) => `worker ${id} is silent`,
    over: (id: string) => `worker ${id} sends heartbeats`,
    lastState: (state: string) => `last known state: ${state}`,
    next: "see whether its host and its process still run; start it again",
  },
  instance: {
    stuck: (id: string, state: string) => `instance ${id} is stuck ${state}`,
    over: (id: string, state: string) => `instance ${id} is ${state}`,
    next: "look at it in its provider's console; end it there if it does not get on, for it may cost money",
  },
  details: {
    task: (id: string) => `task ${id}`,
    repo: (name: string) => `repo ${name}`,
    pid: (pid: number) => `pid ${pid}`,
  },
  /** Why there is no envelope. */
  refusal: {
    answered: (what: string) => `answered ${what}`,
    encoding: (name: string) => `in the encoding ${name}, though none was asked for`,
    checkAddress: "is WATCHDOG_METRICS_URL the /metrics address?",
    empty: "an empty body, not JSON",
    html: "HTML, not JSON",
    prometheus: "Prometheus text, not the JSON envelope",
    brokenJson: (why: string) => `broken JSON: ${why}`,
    redirect: (status: number) =>
      `${status}, a redirect, which is not followed: set WATCHDOG_METRICS_URL to the final address`,
    redirectTo: (status: number, target: string) =>
      `${status}, a redirect to ${target}, which is not followed: set WATCHDOG_METRICS_URL to the final address`,
    /** @param example an address with both in it */
    unauthorized: (status: number, example: string) =>
      `${status}: name and password can stand in WATCHDOG_METRICS_URL, ${example}`,
    otherStatus: (status: number) => `${status} instead of 200`,
  },
};

export type OrchestratorTexts = typeof orchestrator;
