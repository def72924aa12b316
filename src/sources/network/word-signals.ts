import { cleanText } from "../../core/text.ts";

/** @param targets the names of the dependencies outside */
export function wordOffline(targets: readonly string[]): { what: string; details: string[]; next: string } {
  const asked =
    targets.length === 0 ? "no probe answers" : `neither a probe answers nor ${cleanText(targets.join(", "))}`;
  return {
    what: "this host is offline: nothing outside answers",
    details: [asked, ...(targets.length === 0 ? [] : ["these are not judged until something outside answers"])],
    next: "see the way out: `ip route`, `ping -c 3 1.1.1.1`, `resolvectl query example.com`",
  };
}
