import { cleanText } from "../../core/text.ts";
import type { Texts } from "../../core/texts/index.ts";

const COMMANDS = ["`ip route`", "`ping -c 3 1.1.1.1`", "`resolvectl query example.com`"] as const;

/** @param probes addresses @param targets the names of the dependencies outside */
export function wordOffline(
  { probes, outsideTargets }: { readonly probes: readonly string[]; readonly outsideTargets: readonly string[] },
  texts: Texts["network"],
): { what: string; details: string[]; next: string } {
  const names = [...probes.map(texts.probe), ...outsideTargets].join(", ");
  const notJudged = outsideTargets.length === 0 ? [] : [texts.notJudged];
  return {
    what: texts.offline,
    details: [texts.nobody(cleanText(names)), ...notJudged],
    next: texts.next(...COMMANDS),
  };
}
