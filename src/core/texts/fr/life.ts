import type { LifeTexts } from "../en/life.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("fr");

export const life: LifeTexts = {
  started: (version, at) => `Watchdog ${version} a commencé à surveiller (${at})`,
  unwatched: (whats) => `sans surveillance : ${whats.join(", ")}`,
  whyUnwatched: {
    containers: "les conteneurs (pas de docker.sock : voir WATCHDOG_DOCKER_SOCK)",
    orchestrator: "un orchestrateur (WATCHDOG_METRICS_URL n’est pas définie)",
    dependencies: "les dépendances (WATCHDOG_DEPS n’est pas définie)",
    disks: "les disques (voir WATCHDOG_DISK_CRIT_ENABLED, WATCHDOG_FORECAST_H)",
  },
  unread: (source, error) => `illisible : ${source} (${error})`,
  alertsGoTo: (channels) => `les alertes vont vers : ${channels.join(", ")}`,
  commandsOn: "commandes dans le chat : activées, voir /help",
  commandsOff: "commandes dans le chat : désactivées",

  quietDay: (day) => `${day} : tout est calme à présent`,
  quietSoFarDay: (day) => `${day} : aucun problème visible, mais tout n’est pas visible`,
  wrongDay: (day, count) => `${day} : ${count} ${plural(count, { one: "problème", other: "problèmes" })} à présent`,
  watched: (scope) => `sous surveillance : ${scope}`,
  noIncident: "aucun incident ces dernières 24 h",
  incidents: (count, names) =>
    `${count} ${plural(count, { one: "incident", other: "incidents" })} ces dernières 24 h (${names})`,

  containers: (count) => `${count} ${plural(count, { one: "conteneur", other: "conteneurs" })}`,
  orchestrator: "l’orchestrateur",
  dependencies: (count) => `${count} ${plural(count, { one: "dépendance", other: "dépendances" })}`,
  memory: "la mémoire",
  disk: (path) => `le disque ${path}`,
  moreDisks: (count) => `${count} ${plural(count, { one: "autre disque", other: "autres disques" })}`,
  wayOut: "l’accès au réseau",
  nothing: "rien",
  more: (count) => `${count} ${plural(count, { one: "autre", other: "autres" })}`,
  andMore: (count) => `et ${count} ${plural(count, { one: "autre", other: "autres" })}`,
};
