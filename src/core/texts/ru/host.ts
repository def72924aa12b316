import type { HostTexts } from "../en/host.ts";

export const host: HostTexts = {
  memory: {
    full: "память хоста почти исчерпана",
    fine: "память хоста в норме",
    use: (used, total, available) => `занято ${used} из ${total}, доступно ${available}`,
    next: (one, other) => `посмотрите, кто её занимает: ${one} или ${other}`,
  },
  disk: {
    full: (path) => `диск ${path} почти заполнен`,
    fine: (path) => `на диске ${path} есть место`,
    use: (used, available) => `занято ${used}, доступно ${available}`,
    next: (one, other) => `посмотрите, чем он занят: ${one} и ${other}`,
    othersHang: (others) => `не измерено: не отвечают другие файловые системы (${others})`,
  },
  fill: {
    memory: (about) => `память хоста закончится примерно через ${about}`,
    memoryFilled: "память хоста исчерпана",
    memoryCalm: "память хоста не убывает равномерно",
    memoryNext: (one, other) => `посмотрите, кто растёт: ${one} или ${other}`,
    disk: (path, about) => `диск ${path} заполнится примерно через ${about}`,
    diskFilled: (path) => `диск ${path} заполнен`,
    diskCalm: (path) => `диск ${path} не заполняется равномерно`,
    diskNext: (one, other) => `посмотрите, что растёт: ${one} и ${other}`,
    aMinute: "минуту",
    pace: (perHour, span, free) => `убывает по ${perHour}/ч (за последние ${span}), свободно ${free}`,
  },
};
