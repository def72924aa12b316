/** An address without credentials and query, either of which may hold a token. */
export function withoutSecrets(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
