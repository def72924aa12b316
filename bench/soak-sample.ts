import type { Held } from "../test/stand-ins/troubled-watchdog.ts";

export const SAMPLES = 20;

/** What the watchdog holds at one moment of the soak. */
export interface Sample extends Held {
  /** Right after a garbage collection. */
  readonly heapMb: number;
  readonly rssMb: number;
  /** The most that it ever was so far. */
  readonly peakRssMb: number;
  /** Told so far. */
  readonly messages: number;
}
