import type { Trace } from "../trace.ts";
import { absenceIsToldOnce } from "./absence.ts";
import { causesAreCauses } from "./causes.ts";
import {
  cleanStopsAreQuick,
  criticalsRing,
  messagesFit,
  nothingBreaks,
  oneSendAtATime,
  paceIsKept,
  quietWorldsAreNotWritten,
  ticksAreOnCadence,
} from "./conduct.ts";
import { decisionsFollowReadings } from "./decisions.ts";
import {
  blocksSayWhatIsOwed,
  commitsComeBeforeSends,
  healthyChannelsTellSoon,
  nothingIsLost,
  onlyTheAcceptedIsSettled,
  orderIsKept,
  repeatsAreMarked,
} from "./deliveries.ts";
import { edgesAreCountedOnce } from "./edges.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { alertAndRecoveryAlternate, lastWordIsTheTruth } from "./people.ts";
import { editsAreTrue, editsDelayNothing, repliesGoToWhatRaisedIt, whatIsOverSaysSo } from "./threads.ts";

/** What the watchdog promises. */
export const INVARIANTS = {
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
  causesAreCauses,
  edgesAreCountedOnce,
  absenceIsToldOnce,
  messagesFit,
  criticalsRing,
  paceIsKept,
  oneSendAtATime,
  healthyChannelsTellSoon,
  ticksAreOnCadence,
  quietWorldsAreNotWritten,
  cleanStopsAreQuick,
  repliesGoToWhatRaisedIt,
  editsAreTrue,
  whatIsOverSaysSo,
  editsDelayNothing,
} satisfies Record<string, Invariant>;

export type Promised = keyof typeof INVARIANTS;

export interface BrokenPromise extends Violation {
  readonly invariant: Promised;
}

/** Every promise that a trace breaks, each with the first event that shows it. */
export function findBroken(trace: Trace): BrokenPromise[] {
  return (Object.keys(INVARIANTS) as Promised[]).flatMap((invariant) => {
    const violation = INVARIANTS[invariant](trace);
    return violation === undefined ? [] : [{ invariant, ...violation }];
  });
}
