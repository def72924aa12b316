import type { NetworkTexts } from "../en/network.ts";

export const network: NetworkTexts = {
  offline: "cet hôte est hors ligne : rien ne répond à l’extérieur",
  online: "cet hôte est en ligne : l’extérieur répond",
  probe: (address) => `adresse de contrôle ${address}`,
  nobody: (names) => `sans réponse : ${names}`,
  notJudged: "l’extérieur n’est pas jugé tant que rien n’y répond",
  next: (route, ping, resolve) =>
    `vérifiez que cet hôte atteint son réseau : ${route} ; puis ${ping} ; puis ${resolve}`,
};
