import type { ChatTexts } from "../en/chat.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("ru");

/** Nobody's gender is known: "занимается", not "взял". */
export const chat: ChatTexts = {
  meanings: {
    status: "всё одним взглядом",
    incidents: "что не так, с каких пор, кто этим занимается",
    ack: "занимаюсь этим: больше не повторять",
    silence: "какое-то время без тревог об этом",
    unsilence: "закончить тишину раньше срока",
    check: "проверить всё прямо сейчас",
    help: "что я понимаю",
  },
  usage: {
    status: "/status",
    incidents: "/incidents",
    ack: "/ack КЛЮЧ",
    silence: "/silence КЛЮЧ СРОК [ПРИЧИНА]",
    unsilence: "/unsilence КЛЮЧ",
    check: "/check",
    help: "/help",
  },
  helpKey: (hashtag, key) => [
    "КЛЮЧ — хештег тревоги (",
    hashtag,
    ") или то, что показывает /status (",
    key,
    "); * — что угодно.",
  ],
  helpDuration: "СРОК — например 30м, 2ч, 1д. В ответе на тревогу /ack и /silence 2ч понятны без ключа.",

  unknownCommand: (name) => `Я не знаю команды /${name}.`,
  meantCommand: (name) => `Может быть, /${name}?`,
  seeHelp: "Что я знаю: /help.",
  expected: (usage) => ["Нужно так: ", usage, "."],
  rightNow: (keys) => ["Сейчас: ", ...keys],
  forHowLong: "На сколько?",
  noDuration: (given) => [given, " — это не срок."],
  expectedDuration: (example) => ["После ключа нужен срок: 30м, 2ч или 1д, не больше 366 дней. Например: ", example],
  unknownKey: (asked) => ["Я не знаю ключа ", asked, "."],
  meantKeys: (keys) => ["Может быть, ", ...keys, "?"],
  seeIncidents: "Что не так: /incidents.",
  silenceUnseen: (example) => ["То, чего сейчас нет, заглушается с * в конце: ", example],

  nothingToAck: "Всё в порядке, брать на себя нечего.",
  notAlerting: (key) => ["По ", key, " сейчас нет тревоги: брать на себя нечего."],
  acked: (by, keys) => [by, " занимается: ", ...keys, ". Повторов не будет, пока не закончится."],
  andMore: (count) => `и ещё ${count}`,
  andMoreLines: (count) =>
    `и ещё ${count} ${plural(count, { one: "строка", few: "строки", many: "строк", other: "строки" })}`,

  silenced: (key, until, duration) => [
    key,
    ` — тишина до ${until} (${duration}). О возвращении в норму всё равно скажу.`,
  ],
  unsilenced: (key) => ["Тишины для ", key, " больше нет. О том, что ещё не так, скажу при следующей проверке."],
  noSuchSilence: (asked) => ["Тишины для ", asked, " нет."],
  nothingSilenced: "Ничего не заглушено.",
  silences: (keys) => ["Заглушено: ", ...keys],
  reason: (why, by) => (why === "" ? by : `${why}, ${by}`),

  allQuiet: "Всё спокойно",
  quietSoFar: "Проблем не видно, но видно не всё",
  nothingWrong: "Всё в порядке.",
  wrong(count, acked) {
    const wrong = plural(count, { one: "проблема", few: "проблемы", many: "проблем", other: "проблемы" });
    if (acked === 0) return `${count} ${wrong}`;
    if (acked < count) return `${count} ${wrong}, в работе ${acked}`;
    return `${count} ${wrong}, ${count === 1 ? "в работе" : "все в работе"}`;
  },
  watched: (count) =>
    `${count} ${plural(count, { one: "сигнал", few: "сигнала", many: "сигналов", other: "сигнала" })} под наблюдением`,
  noLookYet: "ещё ни одной проверки",
  looked: (ago) => `проверено ${ago} назад`,
  lasting: (duration) => `уже ${duration}`,
  ackedBy: (by) => `занимается ${by}`,
  isSilenced: "заглушено",
  becauseOf: (key) => ["из-за ", key],
  waitsFor: (key) => ["ещё не сообщено: возможно, из-за ", key],
  notSeen: "при последней проверке не видно",
  silenceLeft: (key, duration) => [key, ` ещё ${duration}`],
  unread: (source, error) => `${source} не читается: ${error}`,
  noReason: "причина не названа",
  untold: (channel, count) =>
    `${channel}: ${count} ${plural(count, {
      one: "сообщение ещё не отправлено",
      few: "сообщения ещё не отправлены",
      many: "сообщений ещё не отправлено",
      other: "сообщения ещё не отправлены",
    })}`,
  because: (error) => `: ${error}`,
  sinceAndTold: (since, told) => `с ${since}, последнее сообщение ${told}`,
  ackedByAt: (by, at) => `занимается ${by} с ${at}`,
  notWrong: (key) => [key, " сейчас в порядке: это закончилось или случилось один раз."],
  stale: (age) =>
    `По моим часам это отправлено ${age} назад, когда меня не было на связи: не выполнено. Отправьте ещё раз.`,

  stalePress: "Нажато, когда меня не было на связи: не выполнено. Нажмите ещё раз.",
  unknownButton: "Я больше не знаю этой кнопки: см. /incidents.",
  seeBelow: "Ответ ниже.",
  buttons: { ack: "Беру", silence: "Тишина 1 ч", details: "Подробнее" },

  anonymousAdmin: "анонимный админ",
  user: (id) => `пользователь ${id}`,
};
