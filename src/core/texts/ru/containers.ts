import type { ContainersTexts } from "../en/containers.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("ru");
const inBrackets = (text: string | undefined) => (text === undefined ? "" : ` (${text})`);
const times = (count: number) => `${count} ${plural(count, { one: "раз", few: "раза", other: "раз" })}`;
const attempts = (count: number) => `${count} ${plural(count, { one: "попытки", other: "попыток" })}`;

export const containers: ContainersTexts = {
  docker: {
    silent: (at) => `Docker не отвечает по адресу ${at}`,
    answers: (at) => `Docker отвечает по адресу ${at}`,
    unanswered: (error) => `Docker не ответил: ${error}`,
    unknown: "что с контейнерами, неизвестно, пока он не ответит",
  },
  is: {
    running: (name) => `контейнер ${name} работает`,
    healthy: (name) => `контейнер ${name} здоров (healthy)`,
    finished: (name) => `контейнер ${name} закончил работу (код 0)`,
    unhealthy: (name) => `контейнер ${name} нездоров (unhealthy)`,
    notHealthyYet: (name, duration) => `контейнер ${name} всё ещё нездоров, хотя запущен ${duration} назад`,
    paused: (name) => `контейнер ${name} на паузе`,
    restarting: (name, how) => `контейнер ${name} перезапускается${inBrackets(how)}`,
    exited: (name, how) => `контейнер ${name} завершился${inBrackets(how)}`,
    dead: (name) => `контейнер ${name} мёртв: Docker не смог его удалить`,
    notStarted: (name, why) => `контейнер ${name} не запустился: ${why}`,
    crashed: (name, how) => `контейнер ${name} упал (${how}) и был запущен снова`,
    notBack: (name, duration) => `контейнер ${name} остановлен ${duration} назад и не вернулся`,
    notBackYet: (name) => `контейнер ${name} только что остановлен и не вернулся`,
    stopped: (name) => `контейнер ${name} остановлен`,
    starting: (name) => `контейнер ${name} запускается`,
    missing: (name) => `контейнера ${name} не существует`,
  },
  exit: {
    code: (code) => `код ${code}`,
    codeThatMeans: (code, meaning) => `код ${code}: ${meaning}`,
    outOfMemory: "не хватило памяти",
    notExecutable: "его команду нельзя выполнить",
    notFound: "его команда не найдена",
    signal: (signal) => `сигнал ${signal}`,
    hangup: "SIGHUP",
    interrupted: "прерван",
    aborted: "аварийный выход (abort)",
    busError: "ошибка шины (bus error)",
    killed: "убит (SIGKILL)",
    segmentationFault: "ошибка сегментации",
    toldToStop: "велено остановиться, SIGTERM",
  },
  startFailure: {
    portTaken: "нужный порт занят",
    notMounted: "том не удалось подключить",
    noNetwork: "его сети не существует",
    commandNotFound: "его команда не найдена",
    notExecutable: "его команду нельзя выполнить",
    other: "Docker не смог его запустить",
  },
  details: {
    ranFor: (duration) => `до этого проработал ${duration}`,
    healthFailed: (count) => `проверка здоровья не прошла ${count === 1 ? "1 раз" : `${times(count)} подряд`}`,
    says: (output) => `её вывод: ${output}`,
    image: (name) => `образ ${name}`,
    ended: (how) => `завершился: ${how}`,
    endedLast: (how) => `последнее завершение: ${how}`,
    endedBefore: (codes) => `раньше также с кодами: ${codes}`,
    removedAgo: (duration) => `удалён ${duration} назад`,
    named: "он назван в WATCHDOG_CONTAINERS",
  },
  restartPolicy: {
    is: (policy) => `политика перезапуска ${policy}`,
    restarted: (policy, count) => `политика перезапуска ${policy}, перезапущен ${times(count)}`,
    startsAgain: (policy, attempt) => `политика перезапуска ${policy}: Docker запускает его снова, попытка ${attempt}`,
    startsAgainOf: (policy, attempt, most) =>
      `политика перезапуска ${policy}: Docker запускает его снова, попытка ${attempt} из ${most}`,
    staysDown: (policy) => `политика перезапуска ${policy}: сам не поднимется, его нужно запустить`,
    givenUp: (policy, count) => `политика перезапуска ${policy}: Docker сдался после ${attempts(count)}`,
  },
  restarts: {
    none: (name, window) => `контейнер ${name} не перезапускался ${window}`,
    some: (name, count, window) => `контейнер ${name} перезапускался ${times(count)} за ${window}`,
    loop: (name, count, window) => `контейнер ${name} перезапускается снова и снова: ${times(count)} за ${window}`,
  },
  oom: {
    killed: (name) => `контейнер ${name} убит: не хватило памяти`,
    lostProcess: (name) => `в контейнере ${name} убит процесс: не хватило памяти`,
    times: (count) => `${times(count)} с прошлого сообщения`,
  },
  memory: {
    full: (name) => `контейнер ${name} почти исчерпал свою память`,
    fine: (name) => `у контейнера ${name} есть запас памяти`,
    use: (used, limit) => `${used} из ${limit}, не считая кэшей; выше предела его убьют`,
    next: (command) => `${command}: поднимите его предел памяти или найдите, что растёт`,
  },
  cpu: {
    full: (name) => `контейнер ${name} всё время использует почти весь свой CPU`,
    fine: (name) => `у контейнера ${name} есть запас CPU`,
    has: (_cpus, amount) => `доступно CPU: ${amount}`,
    next: (command) => `${command}: посмотрите, чем он занят, или поднимите его предел CPU`,
  },
  volumes: {
    none: "каждый том Docker используется контейнером",
    orphaned: (count) =>
      `${count} ${plural(count, {
        one: "том Docker не используется ни одним контейнером",
        few: "тома Docker не используются ни одним контейнером",
        other: "томов Docker не используются ни одним контейнером",
      })}`,
    oldest: (names) => `самые старые: ${names}`,
    oldestAndMore: (names, more) => `самые старые: ${names} и ещё ${more}`,
    next: (look, remove) => `${look} покажет их размер; никому не нужные удалит ${remove}`,
  },
  label: {
    is: (name) => `у контейнера ${name} негодная метка, она не учитывается`,
    next: "исправьте её в файле compose и создайте контейнер заново",
    unusable: (label, value, expected) => `${label}="${value}": ожидалось: ${expected}`,
    unknownRoute: (label, value, nearest) =>
      `${label}="${value}": нет такого маршрута или получателя; может быть, ${nearest}?`,
    seconds: (least, most) => `секунды, от ${least} до ${most}`,
    wholeNumber: (least, most) => `целое число, от ${least} до ${most}`,
    percentage: (least, most) => `проценты, от ${least} до ${most}`,
    either: (one, other) => `${one} или ${other}`,
    route: "имя маршрута из WATCHDOG_ROUTES или получателя",
  },
  redeploy: {
    what: (service, from, to) =>
      `${service} развёрнут заново${to === undefined ? "" : `: ${from === undefined ? to : `${from} → ${to}`}`}`,
    healthy: (what, duration) => `${what}, здоров через ${duration}`,
    running: (what, duration) => `${what}, работает через ${duration}`,
    removed: (name) => `контейнер ${name} удалён`,
  },
  next: {
    startAnew: (command) => `${command}; затем запустите его заново`,
    startOrForget: (command) => `${command} или уберите его из WATCHDOG_CONTAINERS`,
  },
};
