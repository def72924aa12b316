import { loadSettings } from "../config/load-settings.ts";
import { orderByCause } from "../core/order-by-cause.ts";
import type { SignalView } from "../core/overview.ts";
import { formatMeasure } from "../core/text.ts";
import { describeSignals, describeSources } from "../face/describe-status.ts";
import { loadTexts } from "../load-texts.ts";
import type { SourceView } from "../watched-source.ts";
import { type CommandContext, EXIT } from "./command.ts";
import { passOnce } from "./pass-once.ts";

export type CheckStatus = "ok" | "warning" | "critical" | "unknown";

/** Monitoring plugins' exit codes (https://www.monitoring-plugins.org/doc/guidelines.html). */
const EXIT_OF: Readonly<Record<CheckStatus, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** One pass over everything; tells nobody, stores nothing. */
export async function check(context: CommandContext): Promise<number> {
  const { settings, problems } = loadSettings(context.env);
  if (settings.enabled && problems.length > 0) {
    for (const problem of problems) context.complain(problem);
    return EXIT.badConfiguration;
  }
  const texts = await loadTexts(settings.language);
  const { signals, sources } = settings.enabled ? await passOnce(settings, texts) : { signals: [], sources: [] };
  const status = assessCheck(signals, sources);
  const toIso = (at: number) => new Date(at).toISOString();
  if (context.options.has("json")) {
    const described = { signals: describeSignals(signals, [], toIso), sources: describeSources(sources, toIso) };
    context.print(
      JSON.stringify({ status, enabled: settings.enabled, summary: summarize(status, signals, sources), ...described }),
    );
    return EXIT_OF[status];
  }
  if (!settings.enabled) context.print("disabled by WATCHDOG_ENABLED=false: nothing was read");
  for (const { severity, what, key, measure, details } of orderByCause(signals)) {
    const facts = [what, ...(measure ? [formatMeasure(measure, texts.units)] : []), ...(details ?? []).slice(0, 1)];
    context.print(`${severity}: ${facts.join(" · ")} (${key})`);
  }
  for (const { name, error } of sources.filter((source) => source.ok === false)) {
    context.print(`unread: ${name}: ${error}`);
  }
  context.print(summarize(status, signals, sources));
  return EXIT_OF[status];
}

/** What is worst; a source that could not be read may hide a warning, but nothing hides what is critical. */
export function assessCheck(signals: readonly SignalView[], sources: readonly SourceView[]): CheckStatus {
  const isActive = (severity: string) =>
    signals.some((signal) => signal.status === "active" && signal.severity === severity);
  if (isActive("critical")) return "critical";
  if (sources.some((source) => source.ok !== true)) return "unknown";
  return isActive("warning") ? "warning" : "ok";
}

function summarize(status: CheckStatus, signals: readonly SignalView[], sources: readonly SourceView[]): string {
  const active = signals.filter((signal) => signal.status === "active");
  const critical = active.filter((signal) => signal.severity === "critical").length;
  const read = sources.filter((source) => source.ok).length;
  const parts = [
    `${critical} critical`,
    `${active.length - critical} warning`,
    `${signals.length} ${signals.length === 1 ? "signal" : "signals"}`,
    `${read} of ${sources.length} sources read`,
  ];
  return `WATCHDOG ${status.toUpperCase()} - ${parts.join(", ")}`;
}
