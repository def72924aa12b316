import { lookup as lookupBySystem } from "node:dns";
import type { LookupFunction } from "node:net";

type Answered = Parameters<LookupFunction>[2];

/** The system's name lookup, shared by many who may all ask for names that nobody answers for. */
export interface SharedLookup {
  readonly lookup: LookupFunction;
  /** Whether a lookup of this name waits for its turn: nobody has been asked yet. */
  waits(hostname: string): boolean;
}

/**
 * A lookup keeps a thread of libuv's pool until the resolver loses patience, ten seconds and more, whoever has given up
 * meanwhile; libuv lets lookups have half of the pool. So a name is looked up once at a time, however many ask for it,
 * and only so many names are, that others (the channel that has to tell of it) still find a thread.
 *
 * @param maxAtOnce of the 16 that a pool of 32 threads grants (`UV_THREADPOOL_SIZE`, see bin/watchdog)
 */
export function createSharedLookup(maxAtOnce = 8, resolve: LookupFunction = lookupBySystem): SharedLookup {
  const underWay = new Map<string, Answered[]>();
  const queue = new Map<string, { readonly hostname: string; readonly start: () => void }>();
  let running = 0;

  function startNext(): void {
    const [next] = queue;
    if (next === undefined || running >= maxAtOnce) return;
    queue.delete(next[0]);
    running += 1;
    next[1].start();
  }

  return {
    lookup(hostname, options, answered) {
      const key = `${hostname} ${options.family} ${options.hints} ${options.all}`;
      const asking = underWay.get(key);
      if (asking !== undefined) {
        asking.push(answered);
        return;
      }
      underWay.set(key, [answered]);
      const start = (): void =>
        resolve(hostname, options, (...answer) => {
          running -= 1;
          const waiting = underWay.get(key) ?? [];
          underWay.delete(key);
          for (const one of waiting) one(...answer);
          startNext();
        });
      queue.set(key, { hostname, start });
      startNext();
    },
    waits: (hostname) => queue.values().some((queued) => queued.hostname === hostname),
  };
}
