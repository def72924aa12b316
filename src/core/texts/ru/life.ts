import type { LifeTexts } from "../en/life.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("ru");

export const life: LifeTexts = {
  started: (version, at) => `Watchdog ${version} начал наблюдение (${at})`,
  unwatched: (whats) => `без наблюдения: ${whats.join(", ")}`,
  whyUnwatched: {
    containers: "контейнеры (нет docker.sock: см. WATCHDOG_DOCKER_SOCK)",
    orchestrator: "оркестратор (не задано WATCHDOG_METRICS_URL)",
    dependencies: "зависимости (не задано WATCHDOG_DEPS)",
    disks: "диски (см. WATCHDOG_DISK_CRIT_ENABLED, WATCHDOG_FORECAST_H)",
  },
  unread: (source, error) => `не читается: ${source} (${error})`,
  alertsGoTo: (channels) => `куда идут тревоги: ${channels.join(", ")}`,
  commandsOn: "команды в чате: включены, список — /help",
  commandsOff: "команды в чате: выключены",

  quietDay: (day) => `${day}: сейчас всё спокойно`,
  quietSoFarDay: (day) => `${day}: проблем не видно, но видно не всё`,
  wrongDay: (day, count) =>
    `${day}: ${count} ${plural(count, { one: "проблема", few: "проблемы", many: "проблем", other: "проблемы" })} сейчас`,
  watched: (scope) => `под наблюдением: ${scope}`,
  noIncident: "за последние 24 ч инцидентов не было",
  incidents: (count, names) =>
    `за последние 24 ч ${count} ${plural(count, { one: "инцидент", few: "инцидента", many: "инцидентов", other: "инцидента" })} (${names})`,

  containers: (count) =>
    `${count} ${plural(count, { one: "контейнер", few: "контейнера", many: "контейнеров", other: "контейнера" })}`,
  orchestrator: "оркестратор",
  dependencies: (count) =>
    `${count} ${plural(count, { one: "зависимость", few: "зависимости", many: "зависимостей", other: "зависимости" })}`,
  memory: "память",
  disk: (path) => `диск ${path}`,
  moreDisks: (count) => `ещё ${count} ${plural(count, { one: "диск", few: "диска", many: "дисков", other: "диска" })}`,
  wayOut: "выход в сеть",
  nothing: "ничего",
  more: (count) => `ещё ${count}`,
  andMore: (count) => `и ещё ${count}`,
};
