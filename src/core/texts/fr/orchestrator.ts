import type { OrchestratorTexts } from "../en/orchestrator.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("fr");

export const orchestrator: OrchestratorTexts = {
  down: {
    is: "l’orchestrateur est en panne",
    over: "l’orchestrateur répond",
    next: "vérifiez que son processus tourne encore, lisez la fin de son journal, relancez-le",
  },
  stale: {
    is: "l’orchestrateur répond, mais ses données sont figées",
    over: "les données de l’orchestrateur sont à jour",
    stands: (time) => `generated_at reste à ${time}`,
    next: "son côté HTTP vit, mais pas ce qui l’alimente : lisez son journal, relancez-le s’il est bloqué",
  },
  schema: {
    is: (problems) =>
      `les données de l’orchestrateur ont ${problems} ${plural(problems, { one: "erreur", other: "erreurs" })}`,
    over: "les données de l’orchestrateur ont la forme convenue",
    more: (problems) => `et ${problems} de plus`,
    next: "corrigez le /metrics de l’orchestrateur ou mettez watchdog à jour ; d’ici là, ce qui est nommé ici n’est pas surveillé",
    problem: (path, expected, found) => `${path} : attendu : ${expected} ; reçu : ${found}`,
    envelope: "la réponse entière",
    expected: {
      jsonObject: "un objet JSON",
      object: "un objet",
      list: "une liste",
      version: (version) => `${version} (ce watchdog n’en lit pas d’autre)`,
      age: "des secondes, de 0 à dix ans",
      count: "un nombre entier de 0 à 1e9",
      tokens: "un nombre de 0 à 1e15",
      ticks: "des tics CPU, un nombre de 0 à 2^53",
      tickRate: "des tics par seconde, un nombre de 1 à 1e9",
      pid: "un numéro de processus",
      usd: "des dollars US, un nombre de 0 à 1e9",
      label: (maxChars) => `un texte de ${maxChars} caractères au plus`,
      id: (maxChars) => `un identifiant : un texte de 1 à ${maxChars} caractères imprimables, ou un nombre entier`,
      time: "une heure entre 2000 et 2100, en ISO 8601 ou en secondes Unix",
      oneOf: (words) => `l’un de : ${words}`,
      uniqueId: "un identifiant qu’aucune autre entrée ne porte",
    },
    found: { nothing: "rien", emptyText: "un texte vide", list: "une liste", object: "un objet" },
  },
  stage: {
    stuck: (stage, of) => `l’étape ${stage} (${of}) est bloquée`,
    over: (stage, of) => `l’étape ${stage} (${of}) est dans les temps`,
    ofTask: (id) => `tâche ${id}`,
    next: "voyez ce que son agent et son journal ont fait en dernier ; relancez l’étape si rien ne bouge",
  },
  backlog: {
    is: (jobs, amount) => `${amount} ${plural(jobs, { one: "job", other: "jobs" })} en file d’attente`,
    slots: (running, max) => `${running} en cours, ${max} au plus à la fois`,
    next: "voyez si des jobs se terminent encore ; trouvez ce qui inonde la file, ou autorisez-en plus à la fois",
  },
  retries: {
    is: (retries, amount) =>
      `${amount} ${plural(retries, { one: "nouvelle tentative", other: "nouvelles tentatives" })} dans la file d’attente`,
    next: "quelque chose échoue encore et encore : lisez les erreurs des derniers jobs",
  },
  breaker: {
    open: "le disjoncteur de l’orchestrateur (circuit breaker) est ouvert",
    closed: "le disjoncteur de l’orchestrateur (circuit breaker) est fermé",
    next: "les appels à quelque chose dont il a besoin échouent : trouvez à quoi dans son journal ; il se fermera quand ils passeront",
  },
  failedJobs: {
    is: (jobs, amount, before, now) =>
      `${amount} ${plural(jobs, { one: "job a échoué", other: "jobs ont échoué" })} (${before} → ${now})`,
    next: "lisez dans l’orchestrateur l’erreur du dernier job échoué ; relancez-le une fois la cause corrigée",
  },
  agent: {
    name: (agent, run) => `l’agent ${agent} (exécution ${run})`,
    nameless: (run) => `l’agent de l’exécution ${run}`,
    hung: (name) => `${name} est figé : il n’utilise pas le processeur`,
    works: (name) => `${name} travaille`,
    runningFor: (duration) => `tourne depuis ${duration}`,
    runningForOnCpu: (duration, cpuTime) => `tourne depuis ${duration}, dont ${cpuTime} sur le processeur`,
    hungNextOnHost: (look, end) => `sur son hôte, ${look} montre ce qu’il attend ; ${end} l’arrête`,
    hungNext: "voyez ce qu’il attend ; arrêtez l’exécution si cela ne vient jamais",
    overrun: (name) => `${name} tourne trop longtemps`,
    inTime: (name) => `${name} est dans les temps`,
    overrunNext: "voyez dans son journal s’il avance encore ; arrêtez l’exécution s’il tourne en rond",
  },
  cost: {
    run: (run) => `l’exécution ${run} coûte trop cher`,
    runOver: (run) => `l’exécution ${run} respecte son budget`,
    runNext: "voyez dans son journal si elle tourne en rond ; si oui, arrêtez-la",
    total: "toutes les exécutions ensemble coûtent trop cher",
    totalOver: "toutes les exécutions respectent le budget",
    totalNext: "trouvez les exécutions les plus chères ; suspendez la file si personne n’a prévu cette dépense",
    tokens: (tokens, amount) => `${amount} ${plural(tokens, { one: "jeton", other: "jetons" })}`,
  },
  worker: {
    silent: (id) => `le worker ${id} ne donne plus signe de vie`,
    over: (id) => `le worker ${id} donne signe de vie`,
    lastState: (state) => `dernier état connu : ${state}`,
    next: "vérifiez que son hôte et son processus tournent encore ; relancez-le",
  },
  instance: {
    stuck: (id, state) => `l’instance ${id} est bloquée dans l’état ${state}`,
    over: (id, state) => `l’instance ${id} est dans l’état ${state}`,
    next: "regardez-la dans la console du fournisseur ; si elle n’avance pas, arrêtez-la là-bas, elle peut coûter de l’argent",
  },
  details: {
    task: (id) => `tâche ${id}`,
    repo: (name) => `dépôt ${name}`,
    pid: (pid) => `pid ${pid}`,
  },
  refusal: {
    answered: (what) => `réponse : ${what}`,
    encoding: (name) => `encodée en ${name}, sans que ce soit demandé`,
    checkAddress: "WATCHDOG_METRICS_URL est-elle bien l’adresse de /metrics ?",
    empty: "un corps vide, pas du JSON",
    html: "du HTML, pas du JSON",
    prometheus: "du texte Prometheus, pas le JSON attendu",
    brokenJson: (why) => `un JSON abîmé : ${why}`,
    redirect: (status) =>
      `${status}, une redirection, qui n’est pas suivie : mettez l’adresse finale dans WATCHDOG_METRICS_URL`,
    redirectTo: (status, target) =>
      `${status}, une redirection vers ${target}, qui n’est pas suivie : mettez l’adresse finale dans WATCHDOG_METRICS_URL`,
    unauthorized: (status, example) =>
      `${status} : le nom et le mot de passe peuvent figurer dans WATCHDOG_METRICS_URL, ${example}`,
    otherStatus: (status) => `${status} au lieu de 200`,
  },
};
