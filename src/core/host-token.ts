/** The token of a host name, as a URL or a container has it: what lies on that host needs it, what is that host stands for it. */
export function hostToken(host: string): string {
  return `host:${host.toLowerCase().replace(/\.$/, "")}`;
}
