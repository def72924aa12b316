import type { MessagesTexts } from "../en/messages.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("fr");
/** Of a count of "problèmes". */
const s = (count: number) => plural(count, { one: "", other: "s" });

export const messages: MessagesTexts = {
  critical: "critique",
  warning: "avertissement",
  wrongCount: (count) => `${count} problème${s(count)}`,
  resolvedCount: (count) => `${count} résolu${s(count)}`,
  stillWrongCount: (count) => `${count} pas encore rétabli${s(count)}`,
  passedCount: (count) => `${count} passager${s(count)}`,
  still: "toujours : ",
  since: (time, age) => `depuis ${time} (déjà ${age})`,
  sinceJustNow: (time) => `depuis ${time} (à l’instant)`,
  at: (time) => `heure : ${time}`,
  span: (from, until) => `${from} – ${until}`,
  timesWithin: (times, span) => `${times} fois, ${span}`,
  theLast: " ; la dernière :",
  lasted: (duration, span) => `le problème a duré ${duration} (${span})`,
  itWas: (what) => `c’était : ${what}`,
  cameAndWent: "apparu puis disparu : ",
  passedSpan: (span, how) => `, ${span} (${how})`,
  passedTimes: (times) => `${times} fois`,
  possiblyToldBefore: " ; peut-être déjà signalé",
  toldLate: (detected, told) => `signalé en retard : détecté ${detected}, envoyé ${told}`,
  possiblyRepeat: "peut-être une répétition de ce message : un envoi précédent est resté sans réponse",
  foldedDetail: (detail) => ` : ${detail}`,
  foldedDetected: (time) => `détecté ${time}`,
  foldedPossiblyRepeat: "peut-être une répétition",
  takesWithIt: "à cause de cela :",
  alsoWrongBecause: "également touché – cause : ",
  followedFrom: (cause) => `cause : ${cause}`,
  stillWrong: (whats) => `pas encore rétabli : ${whats.join(" ; ")}`,
  andMore: (count) => `et ${count} de plus`,
  over: (duration) => `terminé après ${duration} : `,
  foldedOver: (duration) => ` · terminé après ${duration}`,
  goesOn: (time) => `toujours en cours (mis à jour : ${time})`,
  reminded: (times) => `rappelé ${times} fois`,
  ackedBy: (name) => `pris en charge par ${name}`,
  ongoingCount: (count) => `${count} en cours`,
  overCount: (count) => `${count} terminé${s(count)}`,
  noLongerReported: (key) => `${key} : plus aucune donnée`,
  noLongerWatched: (key) => `${key} : n’est plus surveillé`,
  flapping: (what) => `${what} ; l’état change sans cesse`,
  flappingNext: "pas de message à chaque changement ; il en viendra un quand l’état restera bon, ou mauvais",
  calmed: (what) => `${what} ; l’état est redevenu stable`,
  away: (duration) => `le watchdog lui-même était absent pendant ${duration}`,
  awayMeaning:
    "ce qui est apparu puis disparu entre-temps n’a été vu par personne ; ce qui ne va pas maintenant est signalé comme d’habitude",
};
