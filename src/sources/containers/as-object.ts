export type Json = Readonly<Record<string, unknown>>;

/** JSON that nobody has checked yet, if it is an object at least. */
export function asObject(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
