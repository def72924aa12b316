import type { ServerResponse } from "node:http";
import { type LocalServer, startHttp } from "./servers.ts";

/** How the stand-in answers one request for `/metrics`. */
export type Behaviour = (response: ServerResponse) => void;

export interface Orchestrator extends LocalServer {
  readonly url: string;
  readonly requests: number;
  /** Answers with a healthy envelope in which these sections are replaced; `undefined` leaves a section out. */
  report(sections?: Sections | (() => Sections)): void;
  /** Answers like this from now on. */
  behave(behaviour: Behaviour): void;
  /** The next requests are answered like these, one each; those after them as before. */
  script(...behaviours: readonly Behaviour[]): void;
  /** Resolves once `count` further requests have come: a tick that began before is over then. */
  ticks(count: number): Promise<void>;
}

export type Sections = Readonly<Record<string, unknown>>;

/** A sound envelope of this very moment. */
export function envelope(sections: Sections = {}): object {
  return {
    schema_version: 1,
    generated_at: new Date().toISOString(),
    clk_tck: 100,
    stages: [],
    queue: queue(),
    agents: [],
    cost: { runs: [], total: { tokens: 1_000, cost_usd: 1 } },
    workers: [],
    instances: [],
    ...sections,
  };
}

/** A healthy queue with some of its parts replaced. */
export function queue({ queued = 0, failed = 0, retries = 0, breaker = "closed" } = {}): object {
  const counts = { queued, running: 1, done: 10, failed };
  return { counts, retries, breaker: { state: breaker }, concurrency: { running: 1, max: 2 } };
}

export function stage(taskId: number, ageS: number, more: object = {}): object {
  const names = { work_item_id: `ORCH-${taskId}`, repo: "shop", stage: "development" };
  return { task_id: taskId, ...names, age_s: ageS, ...more };
}

const JSON_TYPE = { "content-type": "application/json" };

function answer(status: number, body: string, headers: Record<string, string> = JSON_TYPE): Behaviour {
  return (response) => response.writeHead(status, headers).end(body);
}

export const BEHAVIOURS = {
  envelope: (sections: Sections | (() => Sections) = {}): Behaviour => {
    const make = typeof sections === "function" ? sections : () => sections;
    return (response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(envelope(make())));
  },
  /** The same envelope again and again. */
  frozen: () => answer(200, JSON.stringify(envelope())),
  text: (body: string) => answer(200, body),
  html: answer(200, "<html><body>Sign in</body></html>", { "content-type": "text/html" }),
  status: (status: number) => answer(status, "{}"),
  hang: () => {},
  drip: (response: ServerResponse) => {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(timer));
  },
  endless: (response: ServerResponse) => {
    const chunk = Buffer.alloc(64 * 1_024, 0x20);
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(200, JSON_TYPE).on("drain", pour);
    pour();
  },
} as const;

export async function startOrchestrator(): Promise<Orchestrator> {
  let behaviour: Behaviour = BEHAVIOURS.envelope();
  const scripted: Behaviour[] = [];
  let requests = 0;
  let waiting: { readonly from: number; readonly done: () => void }[] = [];
  const server = await startHttp((_request, response) => {
    requests += 1;
    (scripted.shift() ?? behaviour)(response);
    for (const { from, done } of waiting) if (requests >= from) done();
    waiting = waiting.filter(({ from }) => requests < from);
  });
  return {
    ...server,
    get connections() {
      return server.connections;
    },
    url: `http://127.0.0.1:${server.port}/metrics`,
    get requests() {
      return requests;
    },
    report: (sections) => {
      behaviour = BEHAVIOURS.envelope(sections);
    },
    behave: (next) => {
      behaviour = next;
    },
    script: (...next) => {
      scripted.push(...next);
    },
    ticks: (count) => new Promise((done) => waiting.push({ from: requests + count, done })),
  };
}
