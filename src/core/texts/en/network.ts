export const network = {
  offline: "this host is offline: nothing outside answers",
  online: "this host is online: something outside answers",
  probe: (address: string) => `probe ${address}`,
  /** @param names of probes and of dependencies outside */
  nobody: (names: string) => `no answer from: ${names}`,
  notJudged: "what is outside is not judged until something answers",
  /** @param route a command, as the others */
  next: (route: string, ping: string, resolve: string) =>
    `see whether this host reaches its network: ${route}; then ${ping}; then ${resolve}`,
};

export type NetworkTexts = typeof network;
