import type { NetworkTexts } from "../en/network.ts";

export const network: NetworkTexts = {
  offline: "этот хост без связи: снаружи никто не отвечает",
  online: "этот хост на связи: снаружи есть ответ",
  probe: (address) => `контрольный адрес ${address}`,
  nobody: (names) => `нет ответа: ${names}`,
  notJudged: "о том, что снаружи, нельзя судить, пока никто не ответит",
  next: (route, ping, resolve) =>
    `проверьте, есть ли у этого хоста выход в сеть: ${route}; затем ${ping}; затем ${resolve}`,
};
