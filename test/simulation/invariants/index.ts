import type { Trace } from "../trace.ts";
import {
  cleanStopsAreQuick,
  messagesFit,
  nothingBreaks,
  oneSendAtATime,
  paceIsKept,
  quietWorldsAreNotWritten,
  ticksAreOnCadence,
} from "./conduct.ts";
import { absenceIsToldOnce, decisionsFollowReadings, edgesAreCountedOnce } from "./decisions.ts";
import {
  blocksSayWhatIsOwed,
  commitsComeBeforeSends,
  healthyChannelsTellSoon,
  nothingIsLost,
  onlyTheAcceptedIsSettled,
  orderIsKept,
  repeatsAreMarked,
} from "./deliveries.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { alertAndRecoveryAlternate, lastWordIsTheTruth } from "./people.ts";

/** What the watchdog promises. */
export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  nothingBreaks,
  commitsComeBeforeSends,
  onlyTheAcceptedIsSettled,
  nothingIsLost,
  orderIsKept,
  blocksSayWhatIsOwed,
  repeatsAreMarked,
  alertAndRecoveryAlternate,
  lastWordIsTheTruth,
  decisionsFollowReadings,
  edgesAreCountedOnce,
  absenceIsToldOnce,
  messagesFit,
  paceIsKept,
  oneSendAtATime,
  healthyChannelsTellSoon,
  ticksAreOnCadence,
  quietWorldsAreNotWritten,
  cleanStopsAreQuick,
};

export interface BrokenPromise extends Violation {
  readonly invariant: string;
}

/** Every promise that a trace breaks, each with the first event that shows it. */
export function findBroken(trace: Trace): BrokenPromise[] {
  return Object.entries(INVARIANTS).flatMap(([invariant, judge]) => {
    const violation = judge(trace);
    return violation === undefined ? [] : [{ invariant, ...violation }];
  });
}
