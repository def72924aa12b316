import type { ContainersTexts } from "../en/containers.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("fr");
const inBrackets = (text: string | undefined) => (text === undefined ? "" : ` (${text})`);

export const containers: ContainersTexts = {
  docker: {
    silent: (at) => `Docker ne répond pas à ${at}`,
    answers: (at) => `Docker répond à ${at}`,
    unanswered: (error) => `Docker n’a pas répondu : ${error}`,
    unknown: "l’état des conteneurs est inconnu tant qu’il ne répond pas",
  },
  is: {
    running: (name) => `le conteneur ${name} tourne`,
    healthy: (name) => `le conteneur ${name} est en bonne santé (healthy)`,
    finished: (name) => `le conteneur ${name} a terminé (code 0)`,
    unhealthy: (name) => `le conteneur ${name} est en mauvaise santé (unhealthy)`,
    notHealthyYet: (name, duration) =>
      `le conteneur ${name} n’est toujours pas en bonne santé ${duration} après son démarrage`,
    paused: (name) => `le conteneur ${name} est en pause`,
    restarting: (name, how) => `le conteneur ${name} redémarre${inBrackets(how)}`,
    exited: (name, how) => `le conteneur ${name} s’est arrêté${inBrackets(how)}`,
    dead: (name) => `le conteneur ${name} est mort : Docker n’a pas pu le supprimer`,
    notStarted: (name, why) => `le conteneur ${name} n’a pas pu démarrer : ${why}`,
    crashed: (name, how) => `le conteneur ${name} a planté (${how}) et a été relancé`,
    notBack: (name, duration) => `le conteneur ${name} a été arrêté il y a ${duration} et n’est pas revenu`,
    notBackYet: (name) => `le conteneur ${name} vient d’être arrêté et n’est pas revenu`,
    stopped: (name) => `le conteneur ${name} a été arrêté`,
    starting: (name) => `le conteneur ${name} démarre`,
    missing: (name) => `le conteneur ${name} n’existe pas`,
  },
  exit: {
    code: (code) => `code ${code}`,
    codeThatMeans: (code, meaning) => `code ${code} : ${meaning}`,
    outOfMemory: "mémoire épuisée",
    notExecutable: "sa commande ne peut pas être exécutée",
    notFound: "sa commande est introuvable",
    signal: (signal) => `signal ${signal}`,
    hangup: "SIGHUP",
    interrupted: "interrompu",
    aborted: "abandon (abort)",
    busError: "erreur de bus",
    killed: "tué (SIGKILL)",
    segmentationFault: "erreur de segmentation",
    toldToStop: "arrêt demandé, SIGTERM",
  },
  startFailure: {
    portTaken: "un port qu’il veut est déjà pris",
    notMounted: "un volume n’a pas pu être monté",
    noNetwork: "son réseau n’existe pas",
    commandNotFound: "sa commande est introuvable",
    notExecutable: "sa commande ne peut pas être exécutée",
    other: "Docker n’a pas pu le démarrer",
  },
  details: {
    ranFor: (duration) => `avant cela, il a tourné ${duration}`,
    healthFailed: (count) =>
      `son contrôle de santé a échoué ${plural(count, { one: `${count} fois`, other: `${count} fois de suite` })}`,
    says: (output) => `sa sortie : ${output}`,
    image: (name) => `image ${name}`,
    ended: (how) => `fin : ${how}`,
    endedLast: (how) => `dernière fin : ${how}`,
    endedBefore: (codes) => `auparavant aussi avec : ${codes}`,
    removedAgo: (duration) => `il a été supprimé il y a ${duration}`,
    named: "il est nommé dans WATCHDOG_CONTAINERS",
  },
  restartPolicy: {
    is: (policy) => `politique de redémarrage ${policy}`,
    restarted: (policy, count) => `politique de redémarrage ${policy}, redémarré ${count} fois`,
    startsAgain: (policy, attempt) => `politique de redémarrage ${policy} : Docker le relance, tentative ${attempt}`,
    startsAgainOf: (policy, attempt, most) =>
      `politique de redémarrage ${policy} : Docker le relance, tentative ${attempt} sur ${most}`,
    staysDown: (policy) => `politique de redémarrage ${policy} : il reste arrêté tant que personne ne le lance`,
    givenUp: (policy, count) =>
      `politique de redémarrage ${policy} : Docker a renoncé après ${count} ${plural(count, { one: "tentative", other: "tentatives" })}`,
  },
  restarts: {
    none: (name, window) => `le conteneur ${name} n’a pas redémarré depuis ${window}`,
    some: (name, count, window) => `le conteneur ${name} a redémarré ${count} fois en ${window}`,
    loop: (name, count, window) => `le conteneur ${name} redémarre en boucle : ${count} fois en ${window}`,
  },
  oom: {
    killed: (name) => `le conteneur ${name} a été tué : mémoire épuisée`,
    lostProcess: (name) => `un processus du conteneur ${name} a été tué : mémoire épuisée`,
    times: (count) => `${count} fois depuis la dernière annonce`,
  },
  memory: {
    full: (name) => `le conteneur ${name} a presque épuisé sa mémoire`,
    fine: (name) => `le conteneur ${name} a encore de la mémoire`,
    use: (used, limit) => `${used} sur ${limit}, hors caches ; au-delà, il est tué`,
    next: (command) => `${command} : augmentez sa limite de mémoire, ou trouvez ce qui grossit`,
  },
  cpu: {
    full: (name) => `le conteneur ${name} utilise sans arrêt presque tout son CPU`,
    fine: (name) => `le conteneur ${name} a encore du CPU`,
    has: (cpus, amount) => `sur ${amount} CPU ${plural(cpus, { one: "disponible", other: "disponibles" })}`,
    next: (command) => `${command} : voyez ce qu’il fait, ou augmentez sa limite de CPU`,
  },
  volumes: {
    none: "chaque volume Docker est utilisé par un conteneur",
    orphaned: (count) =>
      `${count} ${plural(count, {
        one: "volume Docker n’est utilisé par aucun conteneur",
        other: "volumes Docker ne sont utilisés par aucun conteneur",
      })}`,
    oldest: (names) => `les plus anciens : ${names}`,
    oldestAndMore: (names, more) => `les plus anciens : ${names}, et ${more} de plus`,
    next: (look, remove) => `${look} montre leur taille ; ${remove} supprime ceux dont personne n’a besoin`,
  },
  label: {
    is: (name) => `le conteneur ${name} porte une étiquette inutilisable, elle est ignorée`,
    next: "corrigez-la dans le fichier compose, puis recréez le conteneur",
    unusable: (label, value, expected) => `${label}="${value}" : attendu : ${expected}`,
    unknownRoute: (label, value, nearest) =>
      `${label}="${value}" : ni route ni destinataire de ce nom ; peut-être ${nearest} ?`,
    seconds: (least, most) => `des secondes, de ${least} à ${most}`,
    wholeNumber: (least, most) => `un nombre entier, de ${least} à ${most}`,
    percentage: (least, most) => `un pourcentage, de ${least} à ${most}`,
    either: (one, other) => `${one} ou ${other}`,
    route: "le nom d’une route de WATCHDOG_ROUTES, ou un destinataire",
  },
  redeploy: {
    what: (service, from, to) =>
      `${service} redéployé${to === undefined ? "" : ` : ${from === undefined ? to : `${from} → ${to}`}`}`,
    healthy: (what, duration) => `${what}, en bonne santé après ${duration}`,
    running: (what, duration) => `${what}, tourne après ${duration}`,
    removed: (name) => `le conteneur ${name} a été supprimé`,
  },
  next: {
    startAnew: (command) => `${command} ; puis recréez-le`,
    startOrForget: (command) => `${command}, ou retirez-le de WATCHDOG_CONTAINERS`,
  },
};
