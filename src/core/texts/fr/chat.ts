import type { ChatTexts } from "../en/chat.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("fr");

export const chat: ChatTexts = {
  meanings: {
    status: "tout en un coup d’œil",
    incidents: "ce qui ne va pas, depuis quand, qui s’en occupe",
    ack: "je m’en occupe : plus de rappels à ce sujet",
    silence: "pas d’alertes à ce sujet pendant un temps",
    unsilence: "mettre fin à un silence",
    check: "tout vérifier maintenant",
    help: "ce que je comprends",
  },
  usage: {
    status: "/status",
    incidents: "/incidents",
    ack: "/ack CLÉ",
    silence: "/silence CLÉ DURÉE [RAISON]",
    unsilence: "/unsilence CLÉ",
    check: "/check",
    help: "/help",
  },
  helpKey: (hashtag, key) => [
    "CLÉ est le hashtag d’une alerte (",
    hashtag,
    ") ou ce que montre /status (",
    key,
    ") ; * remplace n’importe quoi.",
  ],
  helpDuration: "DURÉE : par exemple 30m, 2h, 1j. En réponse à une alerte, /ack et /silence 2h se passent de CLÉ.",

  unknownCommand: (name) => `Je ne connais pas /${name}.`,
  meantCommand: (name) => `Vouliez-vous dire /${name} ?`,
  seeHelp: "/help dit ce que je connais.",
  expected: (usage) => ["Attendu : ", usage, "."],
  rightNow: (keys) => ["En ce moment : ", ...keys],
  forHowLong: "Pour combien de temps ?",
  noDuration: (given) => [given, " n’est pas une durée."],
  expectedDuration: (example) => [
    "Après la clé, il faut une durée comme 30m, 2h ou 1j, de 366 jours au plus : ",
    example,
  ],
  unknownKey: (asked) => ["Je ne connais pas ", asked, "."],
  meantKeys: (keys) => ["Vouliez-vous dire ", ...keys, " ?"],
  seeIncidents: "/incidents dit ce qui ne va pas.",
  silenceUnseen: (example) => ["Ce qui n’est pas là en ce moment se met en silence avec un * à la fin : ", example],

  nothingToAck: "Tout va bien, il n’y a rien à prendre en charge.",
  notAlerting: (key) => [key, " n’est pas en alerte : rien à prendre en charge."],
  acked: (by, keys) => [by, " s’occupe de ", ...keys, " : plus de rappels jusqu’à la fin."],
  andMore: (count) => `et ${count} ${plural(count, { one: "autre", other: "autres" })}`,
  andMoreLines: (count) => `et ${count} ${plural(count, { one: "autre ligne", other: "autres lignes" })}`,

  // Not "jusqu’à": before a date it would be "jusqu’au".
  silenced: (key, until, duration) => [
    key,
    ` est en silence pendant ${duration} (fin : ${until}). Un retour à la normale sera annoncé quand même.`,
  ],
  unsilenced: (key) => [
    key,
    " n’est plus en silence. Ce qui ne va toujours pas sera annoncé à la prochaine vérification.",
  ],
  noSuchSilence: (asked) => ["Il n’y a pas de silence pour ", asked, "."],
  nothingSilenced: "Rien n’est en silence.",
  silences: (keys) => ["En silence : ", ...keys],
  reason: (why, by) => (why === "" ? `par ${by}` : `${why}, par ${by}`),

  allQuiet: "Tout est calme",
  quietSoFar: "Aucun problème visible, mais tout n’est pas visible",
  nothingWrong: "Tout va bien.",
  wrong(count, acked) {
    const wrong = `${count} ${plural(count, { one: "problème", other: "problèmes" })}`;
    if (acked === 0) return wrong;
    if (acked < count) return `${wrong}, dont ${acked} pris en charge`;
    return `${wrong}, ${count === 1 ? "pris en charge" : "tous pris en charge"}`;
  },
  watched: (count) => `${count} ${plural(count, { one: "signal surveillé", other: "signaux surveillés" })}`,
  noLookYet: "aucune vérification terminée",
  looked: (ago) => `vérifié il y a ${ago}`,
  lasting: (duration) => `depuis ${duration}`,
  ackedBy: (by) => `pris en charge par ${by}`,
  isSilenced: "en silence",
  becauseOf: (key) => ["à cause de ", key],
  waitsFor: (key) => ["pas encore annoncé : peut-être à cause de ", key],
  notSeen: "pas vu à la dernière vérification",
  silenceLeft: (key, duration) => [key, ` encore ${duration}`],
  unread: (source, error) => `${source} est illisible : ${error}`,
  noReason: "aucune raison donnée",
  untold: (channel, count) =>
    `${channel} : ${count} ${plural(count, { one: "annonce", other: "annonces" })} en attente`,
  because: (error) => ` : ${error}`,
  sinceAndTold: (since, told) => `depuis ${since}, dernière annonce ${told}`,
  ackedByAt: (by, at) => `pris en charge par ${by} (${at})`,
  notWrong: (key) => [key, " va bien : c’est terminé, ou ce n’est arrivé qu’une fois."],
  stale: (age) => `D’après mon horloge, ceci date d’il y a ${age}, quand je n’écoutais pas : ignoré. Renvoyez-le.`,

  stalePress: "Bouton pressé quand je n’écoutais pas : ignoré. Appuyez de nouveau.",
  unknownButton: "Je ne connais plus ce bouton : voir /incidents.",
  seeBelow: "Voir ci-dessous.",
  buttons: { ack: "Je prends", silence: "Silence 1 h", details: "Détails" },

  anonymousAdmin: "un admin anonyme",
  user: (id) => `utilisateur ${id}`,
};
