import type { BrokenPromise } from "./invariants/index.ts";
import type { SentBlock, Trace, TraceEvent } from "./trace.ts";

/** A trace for people: a line an event, with the broken promises where they show. */
export function renderTrace({ scenario, events }: Trace, broken: readonly BrokenPromise[]): string {
  const { seed, troubles, intervalMs, cooldownMs, channels, sources } = scenario;
  const lines = [
    `seed ${seed}: ${troubles.join(", ") || "no trouble"}`,
    `interval ${intervalMs / 1_000} s, cooldown ${cooldownMs / 1_000} s`,
    ...sources.map((plan) => `source ${JSON.stringify(plan)}`),
    ...channels.map((plan) => `channel ${JSON.stringify(plan)}`),
  ];
  for (const event of events) {
    lines.push(renderEvent(event));
    for (const { invariant, message, event: shown } of broken) {
      if (shown === event) lines.push(`      ^^^^ ${invariant}: ${message}`);
    }
  }
  return lines.join("\n");
}

function renderEvent(event: TraceEvent): string {
  return `${formatAt(event.at)} #${event.life} ${event.kind.padEnd(9)} ${renderFacts(event)}`.trimEnd();
}

function formatAt(ms: number): string {
  const clock = new Date(ms).toISOString();
  return `${String(Math.floor(ms / 3_600_000)).padStart(2, "0")}${clock.slice(13, 23)}`;
}

function renderBlocks(blocks: readonly SentBlock[]): string {
  return blocks
    .map(({ icon, key, noticeIds, text, under }) => {
      const mark = text.includes("possibly") ? " possibly a repeat" : "";
      return `${under === undefined ? "" : `${under}↳`}${icon} ${key} (${noticeIds.join(",")}${mark})`;
    })
    .join(" ");
}

function renderFacts(event: TraceEvent): string {
  switch (event.kind) {
    case "started":
      return `${event.rebooted ? "after a reboot, " : ""}watching ${event.sources.join(", ") || "nothing"}`;
    case "died":
      return `${event.how}${event.underway.length > 0 ? `; under way: ${event.underway.join(", ")}` : ""}`;
    case "evaluated":
      return [
        event.source,
        event.ok ? "" : "UNKNOWN",
        event.partial ? "in part," : "",
        `wrong: ${event.active.join(" ") || "-"}; well: ${event.inactive.join(" ") || "-"}`,
        event.holds.length > 0 ? `; unknown: ${event.holds.join(" ")}` : "",
        event.suspects.length > 0 ? `; suspected: ${event.suspects.join(" ")}` : "",
        event.rise > 0 ? `; ${event.rise} escaped` : "",
      ].join(" ");
    case "committed":
      return [
        event.tables.join("+"),
        ...event.notices.map(
          ({ id, channel, notice }) =>
            `${id}=${notice.action} ${notice.key}${notice.cause ? `<${notice.cause.key}` : ""}→${channel}`,
        ),
        ...(event.settled.length > 0 ? [`settled ${event.settled.join(",")}`] : []),
      ].join(" ");
    case "sent":
      return [
        `${event.channel} attempt ${event.attempt}`,
        event.replyTo === undefined ? "" : ` in reply to ${event.replyTo}`,
        `: ${renderBlocks(event.blocks)}`,
      ].join("");
    case "edited":
      return `${event.channel} ${event.ref}: ${renderBlocks(event.blocks)}${event.isShown ? "" : " (not shown)"}`;
    case "editEnded":
      return `${event.channel} ${event.ref}: ${JSON.stringify(event.edit) ?? "threw"}`;
    case "acked":
      return event.key;
    case "aborted":
    case "arrived":
      return `${event.channel} attempt ${event.attempt}`;
    case "answered":
      return `${event.channel} attempt ${event.attempt}: ${JSON.stringify(event.delivery) ?? "threw"}`;
    case "slept":
      return `${event.how} for ${event.ms / 1_000} s`;
    case "stepped":
      return `the wall clock by ${event.ms / 1_000} s`;
    case "silenced":
    case "unsilenced":
      return event.keyGlob;
    case "fault":
      return event.what;
    case "over":
      return JSON.stringify(event.truth);
    default:
      return "";
  }
}
