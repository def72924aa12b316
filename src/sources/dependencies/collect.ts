import type { DependencyTarget } from "../../config/kinds.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import { SECOND_MS } from "../../core/time.ts";
import { createConnection, type SocketOptions } from "../../http/connection.ts";
import { explainFailureIn, failureCode } from "../../http/explain-failure.ts";
import { Failure } from "../../http/failure.ts";
import { createSharedLookup, type SharedLookup } from "../../http/shared-lookup.ts";
import { pingHttp, pingTcp } from "./ping.ts";
import type { PingOutcome } from "./signals.ts";

/** Asks one dependency, again and again. */
export interface Prober {
  /**
   * Pings once, under an explicit timer of `timeoutMs` from the name lookup to the last byte.
   *
   * @throws Error when nothing was learned about the dependency: `deadline` aborted, or this process has run out of
   *   something (files, memory, turns to look up a name)
   */
  probe(deadline: AbortSignal): Promise<PingOutcome>;
  close(): Promise<void>;
}

/** In which the error of an outcome is worded. */
export type ProbeTexts = AreaTexts<"dependencies" | "failures">;

export interface ProberOptions {
  /** How host names are looked up: shared by all dependencies. */
  readonly names?: SharedLookup;
  /** The only certificates to trust, as PEM, instead of those that Node trusts. */
  readonly ca?: string;
}

export function createProber(
  { url }: DependencyTarget,
  timeoutMs: number,
  texts: ProbeTexts,
  { names = createSharedLookup(), ca }: ProberOptions = {},
): Prober {
  const options = { lookup: names.lookup, ...(ca !== undefined && { ca }) };
  // What people wrote, to the last digit.
  const timeoutS = String(timeoutMs / SECOND_MS).replace(".", texts.units.decimal);
  const pinger = url.protocol === "tcp:" ? tcpPinger(url, options) : httpPinger(url, options);
  return {
    async probe(deadline) {
      deadline.throwIfAborted();
      const startedMs = performance.now();
      const timeout = new AbortController();
      const timer = setTimeout(() => {
        timeout.abort(new Error(texts.dependencies.timedOut(timeoutS)));
      }, timeoutMs);
      const stop = (): void => timeout.abort(deadline.reason);
      deadline.addEventListener("abort", stop, { once: true });
      try {
        const status = await pinger.ping(timeout.signal);
        if (status !== undefined && status >= 400) {
          return { up: false, error: texts.dependencies.answered(status), status };
        }
        return { up: true, ms: Math.round(performance.now() - startedMs) };
      } catch (thrown) {
        if (deadline.aborted || OWN_SHORTAGES.has(failureCode(thrown))) throw thrown;
        if (timeout.signal.aborted && names.waits(url.hostname)) throw new Failure(({ namesWait }) => namesWait);
        return { up: false, error: explainFailureIn(texts.failures, thrown) };
      } finally {
        clearTimeout(timer);
        deadline.removeEventListener("abort", stop);
      }
    },
    close: pinger.close,
  };
}

/** Failures of this process before anything was sent: they say nothing about the dependency. */
const OWN_SHORTAGES = new Set(["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"]);

interface Pinger {
  /** The HTTP status, where there is one. */
  ping(deadline: AbortSignal): Promise<number | undefined>;
  close(): Promise<void>;
}

function httpPinger(url: URL, options: SocketOptions): Pinger {
  const connection = createConnection(url.origin, options);
  return { ping: (deadline) => pingHttp(connection, url, deadline), close: connection.close };
}

function tcpPinger(url: URL, options: SocketOptions): Pinger {
  // The host of a URL holds an IPv6 address in brackets.
  const target = { ...options, host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port) };
  return { ping: (deadline) => pingTcp(target, deadline).then(() => undefined), close: () => Promise.resolve() };
}
