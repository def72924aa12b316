import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Channel } from "../src/channels/channel.ts";
import type { Notice } from "../src/core/notice.ts";
import { EN } from "../src/core/texts/index.ts";
import { MINUTE_MS, SECOND_MS } from "../src/core/time.ts";
import { Deliverer } from "../src/outbox/deliverer.ts";
import { SimulatedClock } from "../test/stand-ins/simulated-clock.ts";
import { openState, SILENT } from "./open-state.ts";

export interface Drain {
  readonly notices: number;
  readonly messages: number;
  /** Of the clock that the deliverer sees. */
  readonly minutes: number;
  /** After a garbage collection: before the first message, and the most that was seen while it drained. */
  readonly heapBeforeMb: number;
  readonly heapMostMb: number;
}

/** A backlog of `count` alerts of as many signals, of which nothing can be merged, at Telegram's pace. */
export async function measureDrain(count: number): Promise<Drain> {
  const state = openState();
  const clock = new SimulatedClock();
  const heaps: number[] = [];
  let messages = 0;
  const channel: Channel = {
    name: "chat",
    maxChars: 4_000,
    pace: { minGapMs: SECOND_MS, maxPerMinute: 20 },
    async send() {
      if (messages % 20 === 0) heaps.push(heapMb());
      messages += 1;
      return { accepted: true };
    },
  };
  const notices = (offset: number) =>
    Array.from({ length: 1_000 }, (_, index): Notice => {
      const key = `dep:${offset + index}`;
      const level = { nature: "level", severity: "critical", since: clock.now(), at: clock.now() } as const;
      return {
        key,
        action: "alert",
        ...level,
        what: `dependency ${key} does not answer`,
        next: "see what its log says",
      };
    });
  try {
    for (let offset = 0; offset < count; offset += 1_000) {
      const tick = { set: [], forget: [], memories: new Map(), channels: ["chat"] };
      state.store.commit({ ...tick, notices: notices(offset) });
    }
    const timing = { random: () => 0.5, zone: "UTC", timeoutMs: 5 * SECOND_MS };
    const deliverer = new Deliverer({ texts: EN, channel, notices: state.store, clock, log: SILENT, ...timing });
    const startedAt = clock.now();
    const heapBeforeMb = heapMb();
    deliverer.kick();
    while (deliverer.status().undelivered > 0) await clock.advance(10 * SECOND_MS);
    const minutes = (clock.now() - startedAt) / MINUTE_MS;
    return { notices: count, messages, minutes, heapBeforeMb, heapMostMb: Math.max(...heaps, heapMb()) };
  } finally {
    state.close();
  }
}

let collectGarbage: (() => void) | undefined;

function heapMb(): number {
  if (collectGarbage === undefined) {
    setFlagsFromString("--expose-gc");
    collectGarbage = runInNewContext("gc") as () => void;
  }
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
