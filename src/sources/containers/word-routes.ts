import { distance } from "fastest-levenshtein";

/** What is wrong with a label that names no route. @param known never empty */
export function wordUnknownRoute(given: string, known: readonly string[]): string {
  const [nearest] = [...known].sort((a, b) => distance(a, given) - distance(b, given));
  return `watchdog.route="${given}": no such route or receiver; did you mean ${nearest}?`;
}
