import type { OrchestratorTexts } from "../en/orchestrator.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("ru");

export const orchestrator: OrchestratorTexts = {
  down: {
    is: "оркестратор не работает",
    over: "оркестратор отвечает",
    next: "проверьте, жив ли его процесс, прочитайте конец его лога, запустите его снова",
  },
  stale: {
    is: "оркестратор отвечает, но его данные не обновляются",
    over: "данные оркестратора свежие",
    stands: (time) => `generated_at застыл на ${time}`,
    next: "его HTTP жив, а то, что готовит данные, нет: прочитайте его лог, перезапустите, если он завис",
  },
  schema: {
    is: (problems) =>
      `в данных оркестратора ${problems} ${plural(problems, { one: "ошибка", few: "ошибки", other: "ошибок" })}`,
    over: "данные оркестратора имеют нужный вид",
    more: (problems) => `и ещё ${problems}`,
    next: "исправьте /metrics оркестратора или обновите watchdog; до тех пор названное здесь не под наблюдением",
    problem: (path, expected, found) => `${path}: ожидалось: ${expected}; получено: ${found}`,
    envelope: "весь ответ",
    expected: {
      jsonObject: "объект JSON",
      object: "объект",
      list: "список",
      version: (version) => `${version} (других этот watchdog не читает)`,
      age: "секунды, от 0 до десяти лет",
      count: "целое число от 0 до 1e9",
      tokens: "число от 0 до 1e15",
      ticks: "такты CPU, число от 0 до 2^53",
      tickRate: "тактов в секунду, число от 1 до 1e9",
      pid: "номер процесса",
      usd: "доллары США, число от 0 до 1e9",
      label: (maxChars) => `текст не длиннее ${maxChars} знаков`,
      id: (maxChars) => `идентификатор: текст от 1 до ${maxChars} печатных знаков или целое число`,
      time: "время между 2000 и 2100 годом, ISO 8601 или секунды эпохи",
      oneOf: (words) => `одно из: ${words}`,
      uniqueId: "идентификатор, которого нет у других записей",
    },
    found: { nothing: "ничего", emptyText: "пустой текст", list: "список", object: "объект" },
  },
  stage: {
    stuck: (stage, of) => `этап ${stage} (${of}) застрял`,
    over: (stage, of) => `этап ${stage} (${of}) укладывается в срок`,
    ofTask: (id) => `задача ${id}`,
    next: "посмотрите, что последним сделали его агент и лог; если ничего не движется, перезапустите этап",
  },
  backlog: {
    is: (jobs, amount) => `в очереди ${amount} ${plural(jobs, { one: "задание", few: "задания", other: "заданий" })}`,
    slots: (running, max) => `выполняется ${running}, не больше ${max} сразу`,
    next: "проверьте, выполняются ли задания; найдите, что забивает очередь, или разрешите больше сразу",
  },
  retries: {
    is: (retries, amount) =>
      `в очереди ${amount} ${plural(retries, { one: "повторная попытка", few: "повторные попытки", other: "повторных попыток" })}`,
    next: "что-то падает снова и снова: прочитайте ошибки последних заданий",
  },
  breaker: {
    open: "предохранитель оркестратора (circuit breaker) разомкнут",
    closed: "предохранитель оркестратора (circuit breaker) замкнут",
    next: "вызовы к чему-то нужному не проходят: найдите в логе, к чему; он замкнётся, когда они пройдут",
  },
  failedJobs: {
    is: (jobs, amount, before, now) =>
      `${amount} ${plural(jobs, {
        one: "задание завершилось ошибкой",
        few: "задания завершились ошибкой",
        other: "заданий завершились ошибкой",
      })} (${before} → ${now})`,
    next: "прочитайте в оркестраторе ошибку последнего такого задания; исправив её, запустите его снова",
  },
  agent: {
    name: (agent, run) => `агент ${agent} (запуск ${run})`,
    nameless: (run) => `агент запуска ${run}`,
    hung: (name) => `${name} завис: процессор не используется`,
    works: (name) => `${name} работает`,
    runningFor: (duration) => `работает уже ${duration}`,
    runningForOnCpu: (duration, cpuTime) => `работает уже ${duration}, из них на процессоре ${cpuTime}`,
    hungNextOnHost: (look, end) => `на его хосте ${look} покажет, чего он ждёт; ${end} завершит его`,
    hungNext: "посмотрите, чего он ждёт; если этого не будет, завершите запуск",
    overrun: (name) => `${name} работает слишком долго`,
    inTime: (name) => `${name} укладывается в срок`,
    overrunNext: "посмотрите в логе, продвигается ли он; если ходит по кругу, завершите запуск",
  },
  cost: {
    run: (run) => `запуск ${run} обходится слишком дорого`,
    runOver: (run) => `запуск ${run} укладывается в бюджет`,
    runNext: "посмотрите в логе, не ходит ли он по кругу; если да, завершите его",
    total: "все запуски вместе обходятся слишком дорого",
    totalOver: "все запуски вместе укладываются в бюджет",
    totalNext: "найдите самые дорогие запуски; если такие траты не планировались, остановите очередь",
    tokens: (tokens, amount) =>
      `${amount} ${plural(tokens, { one: "токен", few: "токена", many: "токенов", other: "токена" })}`,
  },
  worker: {
    silent: (id) => `воркер ${id} молчит`,
    over: (id) => `воркер ${id} на связи`,
    lastState: (state) => `последнее известное состояние: ${state}`,
    next: "проверьте, работают ли его хост и его процесс; запустите его снова",
  },
  instance: {
    stuck: (id, state) => `инстанс ${id} застрял в состоянии ${state}`,
    over: (id, state) => `инстанс ${id} в состоянии ${state}`,
    next: "посмотрите на него в консоли провайдера; если он не движется, завершите его там: он может стоить денег",
  },
  details: {
    task: (id) => `задача ${id}`,
    repo: (name) => `репозиторий ${name}`,
    pid: (pid) => `pid ${pid}`,
  },
  refusal: {
    answered: (what) => `ответ: ${what}`,
    encoding: (name) => `сжат (${name}), хотя об этом не просили`,
    checkAddress: "точно ли WATCHDOG_METRICS_URL — адрес /metrics?",
    empty: "пустое тело, а не JSON",
    html: "HTML, а не JSON",
    prometheus: "текст Prometheus, а не JSON",
    brokenJson: (why) => `испорченный JSON: ${why}`,
    redirect: (status) => `${status}, перенаправление, по нему не ходим: укажите в WATCHDOG_METRICS_URL конечный адрес`,
    redirectTo: (status, target) =>
      `${status}, перенаправление на ${target}, по нему не ходим: укажите в WATCHDOG_METRICS_URL конечный адрес`,
    unauthorized: (status, example) => `${status}: имя и пароль можно указать в WATCHDOG_METRICS_URL, ${example}`,
    otherStatus: (status) => `${status} вместо 200`,
  },
};
