/** What an observation yielded: a value, or why there is none. An error says nothing about the thing observed. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export function known<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function unknown(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
