import type { Channel, Delivery } from "../../src/channels/channel.ts";
import type { Evaluation } from "../../src/core/signal.ts";
import { Deliverer } from "../../src/outbox/deliverer.ts";
import type { Store } from "../../src/store/store.ts";
import { Watchdog } from "../../src/watchdog.ts";
import type { Alterations } from "./alterations.ts";
import * as faulty from "./faulty-parts.ts";
import type { Promised } from "./invariants/index.ts";

/** A way to get it wrong, by the parts that are passed in, and the promise that it breaks. */
export interface DeliberateBug {
  readonly breaks: Promised;
  readonly alterations: Partial<Alterations>;
}

function withStore(
  Faulty: new (...parts: ConstructorParameters<typeof Store>) => Store,
  breaks: Promised,
): DeliberateBug {
  return { breaks, alterations: { store: (...parts) => new Faulty(...parts) } };
}

/** The answers of the channels as somebody might misread them. */
function withAnswers(
  misread: (delivery: Extract<Delivery, { accepted: false }>) => Delivery,
  breaks: Promised,
): DeliberateBug {
  const altered = (channel: Channel): Channel => ({
    ...channel,
    send: async (message, deadline, replyTo) => {
      const delivery = await channel.send(message, deadline, replyTo);
      return delivery.accepted ? delivery : misread(delivery);
    },
  });
  return { breaks, alterations: { channel: altered } };
}

/** What the sources make of their readings, made wrong. */
function withEvaluations(
  alter: (evaluation: Evaluation<unknown>, reading: { readonly ok: boolean }) => Evaluation<unknown>,
  breaks: Promised,
): DeliberateBug {
  const source: Alterations["source"] = (right) => ({
    ...right,
    evaluate: (reading, memory, now) => alter(right.evaluate(reading, memory, now), reading),
  });
  return { breaks, alterations: { source } };
}

const NOT_EDITED = { edited: false, reason: "failed", error: "cannot" } as const;

/** A channel that is held wrongly; one that cannot edit stays so. */
function withChannel(breaks: Promised, hold: (channel: Channel) => Partial<Channel>): DeliberateBug {
  const altered = (channel: Channel): Channel => {
    const { edit, ...held } = hold(channel);
    return { ...channel, ...held, ...(edit && channel.edit && { edit }) };
  };
  return { breaks, alterations: { channel: altered } };
}

/** Each of these is wrong, and somewhere it is somebody's watchdog. */
export const DELIBERATE_BUGS: Readonly<Record<string, DeliberateBug>> = {
  "sends before it commits": withStore(faulty.CommitsLate, "commitsComeBeforeSends"),
  "commits states and notices one after the other": withStore(faulty.CommitsInTwoParts, "decisionsFollowReadings"),
  "does not store what sources remember": withStore(faulty.ForgetsMemories, "edgesAreCountedOnce"),
  "does not store that it lives": withStore(faulty.NeverSaysItLives, "absenceIsToldOnce"),
  "settles before the channel accepted": withStore(faulty.SettlesBeforeAccepted, "nothingIsLost"),
  "sends again what was accepted": withStore(faulty.ForgetsToSettle, "alertAndRecoveryAlternate"),
  "forgets at a restart what was told": withStore(faulty.ForgetsAlerts, "alertAndRecoveryAlternate"),
  "forgets the cooldown at a restart": withStore(faulty.ForgetsCooldowns, "decisionsFollowReadings"),
  "does not mark repeats": withStore(faulty.MarksNoRepeats, "alertAndRecoveryAlternate"),
  "does not mark what a crash cut off": withStore(faulty.ForgetsAttempts, "repeatsAreMarked"),
  "tells the newest first": withStore(faulty.TellsNewestFirst, "orderIsKept"),
  "tells in spite of a silence": withStore(faulty.HearsNoSilences, "decisionsFollowReadings"),
  "hears no acks": withStore(faulty.HearsNoAcks, "decisionsFollowReadings"),
  "drops what is refused with 429": withAnswers(
    (delivery) => (delivery.retryAfterMs === undefined ? delivery : { accepted: true }),
    "onlyTheAcceptedIsSettled",
  ),
  "takes an ambiguous send for told": withAnswers(
    (delivery) => (delivery.arrived === "no" ? delivery : { accepted: true }),
    "nothingIsLost",
  ),
  "takes an ambiguous send for not sent": withAnswers(
    (delivery) => ({ ...delivery, arrived: "no" }),
    "repeatsAreMarked",
  ),
  "gives up on a permanent failure": withAnswers(
    (delivery) => (delivery.permanent ? { accepted: true } : delivery),
    "lastWordIsTheTruth",
  ),
  "takes a failed reading for recovered": withEvaluations(
    (evaluation, { ok }) => (ok ? evaluation : { ...evaluation, holds: [] }),
    "decisionsFollowReadings",
  ),
  "takes what is unknown for over": withEvaluations(
    (evaluation, { ok }) => (ok ? { ...evaluation, holds: [] } : evaluation),
    "decisionsFollowReadings",
  ),
  "takes what was not asked about for over": withEvaluations(
    ({ partial: _, ...evaluation }) => evaluation,
    "decisionsFollowReadings",
  ),
  "keeps alerting what is no longer reported": withEvaluations(
    (evaluation) => ({ ...evaluation, holds: ["animal0", "animal1", "animal2"] }),
    "lastWordIsTheTruth",
  ),
  "does not say what hangs on what": withEvaluations(({ signals, ...evaluation }) => {
    return { ...evaluation, signals: signals.map(({ needs: _, ...signal }) => signal) };
  }, "causesAreCauses"),
  "suspects what is well": withEvaluations(
    (evaluation) => ({ ...evaluation, suspects: evaluation.signals.filter(({ active }) => !active) }),
    "causesAreCauses",
  ),
  "folds under the next best": withStore(faulty.FoldsUnderAnything, "causesAreCauses"),
  "forgets folded lines": {
    breaks: "nothingIsLost",
    alterations: {
      channel: (channel) => ({
        ...channel,
        send: ({ blocks, ...message }, deadline, replyTo) =>
          channel.send({ ...message, blocks: blocks.map(({ folded: _, ...block }) => block) }, deadline, replyTo),
      }),
    },
  },
  "cannot evaluate an empty reading": withEvaluations((evaluation) => {
    if (evaluation.signals.length > 1) return evaluation;
    throw new Error("nothing there");
  }, "nothingBreaks"),
  "writes at every tick": {
    breaks: "quietWorldsAreNotWritten",
    alterations: {
      source: (source, store) => ({
        ...source,
        evaluate: (reading, memory, now) => {
          const evaluation = source.evaluate(reading, memory, now);
          store.remember(`source/${source.name}`, evaluation.memory);
          return evaluation;
        },
      }),
    },
  },
  "tells what came and went as over": {
    breaks: "blocksSayWhatIsOwed",
    alterations: {
      channel: (channel) => ({
        ...channel,
        send: ({ blocks, ...message }, deadline, replyTo) => {
          const retold = blocks.map((block) => (block.icon === "🔴🟢" ? { ...block, icon: "🟢" as const } : block));
          return channel.send({ ...message, blocks: retold }, deadline, replyTo);
        },
      }),
    },
  },
  "keeps to no pace": {
    breaks: "paceIsKept",
    alterations: { channel: (channel) => ({ ...channel, pace: { minGapMs: 0, maxPerMinute: 1_000 } }) },
  },
  "tells of effects without a sound": {
    breaks: "criticalsRing",
    alterations: {
      channel: (channel) => ({
        ...channel,
        send: (message, deadline, replyTo) =>
          channel.send(
            { ...message, rings: message.blocks.some(({ icon }) => icon !== "↳" && icon !== "🟢") },
            deadline,
            replyTo,
          ),
      }),
    },
  },
  "packs messages too full": {
    breaks: "messagesFit",
    alterations: { channel: (channel) => ({ ...channel, maxChars: 10 * channel.maxChars }) },
  },
  "has two deliverers for one channel": {
    breaks: "oneSendAtATime",
    alterations: { deliverers: (parts) => [new Deliverer(parts), new Deliverer(parts)] },
  },
  "lets one channel wait for the other": {
    breaks: "healthyChannelsTellSoon",
    alterations: { deliverers: (parts) => [new faulty.WaitsForTheFirst(parts)] },
  },
  "loses at a clean stop what is owed": {
    breaks: "nothingIsLost",
    alterations: { deliverers: (parts) => [new faulty.LosesOnStop(parts)] },
  },
  "takes an edit for told": {
    breaks: "onlyTheAcceptedIsSettled",
    alterations: { deliverers: (parts) => [new faulty.SettlesByEdits(parts)] },
  },
  "replies to nothing": withChannel("repliesGoToWhatRaisedIt", ({ send }) => ({
    send: (message, deadline) => send(message, deadline),
  })),
  "replies to whatever came last": withChannel("repliesGoToWhatRaisedIt", ({ send }) => {
    let last: string | undefined;
    return {
      send: async (message, deadline) => {
        const delivery = await send(message, deadline, last);
        if (delivery.accepted) last = delivery.ref;
        return delivery;
      },
    };
  }),
  "forgets threads at a restart": withStore(faulty.ForgetsHeads, "repliesGoToWhatRaisedIt"),
  "says too early that it is over": withChannel("editsAreTrue", ({ edit }) => ({
    edit: async (ref, { blocks, ...message }, deadline) => {
      const over = blocks.map((block) => ({ ...block, icon: "🔴🟢" as const }));
      return (await edit?.(ref, { ...message, blocks: over }, deadline)) ?? NOT_EDITED;
    },
  })),
  "rings with an edit": withChannel("editsAreTrue", ({ edit }) => ({
    edit: async (ref, message, deadline) => (await edit?.(ref, { ...message, rings: true }, deadline)) ?? NOT_EDITED,
  })),
  "leaves a message that is over as it was": withChannel("whatIsOverSaysSo", ({ edit }) => ({
    edit: async (ref, message, deadline) => {
      if (message.blocks.some(({ icon }) => icon === "🔴🟢")) return { edited: true };
      return (await edit?.(ref, message, deadline)) ?? NOT_EDITED;
    },
  })),
  "edits first": {
    breaks: "editsDelayNothing",
    alterations: { deliverers: (parts) => [new faulty.EditsFirst(parts)] },
  },
  "takes its time to stop": {
    breaks: "cleanStopsAreQuick",
    alterations: { deliverers: (parts) => [new faulty.StopsSlowly(parts)] },
  },
  "wakes nobody when something is owed": {
    breaks: "nothingIsLost",
    alterations: { watchdog: (parts) => new Watchdog({ ...parts, onOwed: () => {} }) },
  },
  "tells one of two channels": {
    breaks: "lastWordIsTheTruth",
    alterations: { watchdog: (parts) => new Watchdog({ ...parts, channels: parts.channels.slice(0, 1) }) },
  },
  "alerts again after half the cooldown": {
    breaks: "decisionsFollowReadings",
    alterations: { watchdog: (parts) => new Watchdog({ ...parts, cooldownMs: parts.cooldownMs / 2 }) },
  },
  "goes by the wall clock": {
    breaks: "ticksAreOnCadence",
    alterations: { clock: (clock) => ({ ...clock, now: () => clock.wallNow() }) },
  },
};
