import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createChannels, probeChannels } from "../channels/index.ts";
import { loadSettings } from "../config/load-settings.ts";
import type { Environment } from "../config/parse-environment.ts";
import type { Settings } from "../config/settings.ts";
import type { Message } from "../core/message.ts";
import { loadTexts } from "../load-texts.ts";
import { type CommandContext, EXIT } from "./command.ts";
import { diagnoseDockerVariables, diagnoseEngine, diagnoseNoEngine } from "./diagnose-engine.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { passOnce } from "./pass-once.ts";

/** Explains what is misconfigured and how to mend it. Sends nothing unless `--send`. */
export async function doctor(context: CommandContext): Promise<number> {
  const { settings, problems } = loadSettings(context.env);
  let worst: Diagnosis["verdict"] = "ok";
  const report = (topic: string, diagnoses: readonly Diagnosis[]) => {
    for (const { verdict, text, mend } of diagnoses) {
      if (verdict === "mend") worst = "mend";
      context.print(`${verdict.padEnd(4)}  ${topic}: ${text}`);
      if (mend !== undefined) context.print(`      → ${mend}`);
    }
  };
  report("configuration", diagnoseConfiguration(settings, problems));
  // The kill switch means: no request to anyone.
  if (settings.enabled) {
    report("state", [diagnoseState(settings)]);
    report("channel", await diagnoseChannels(settings));
    report("commands", await diagnoseCommands(settings));
    if (context.options.has("send")) {
      report("test message", await sendTest(settings));
      report("heartbeat", await diagnoseHeartbeat(settings));
    }
    await reportSources(settings, context.env, report);
  }
  context.print(worst === "ok" ? "Nothing has to be mended." : "Something has to be mended, see above.");
  if (problems.length > 0) return EXIT.badConfiguration;
  return worst === "ok" ? EXIT.ok : EXIT.failed;
}

function diagnoseConfiguration(settings: Settings, problems: readonly string[]): Diagnosis[] {
  const diagnoses = problems.map((text): Diagnosis => ({ verdict: "mend", text }));
  if (!settings.enabled) {
    diagnoses.push({ verdict: "note", text: "WATCHDOG_ENABLED=false: the watchdog watches nothing and tells nobody" });
  }
  return diagnoses.length > 0 ? diagnoses : [{ verdict: "ok", text: "every variable is understood" }];
}

function diagnoseState({ stateDir }: Settings): Diagnosis {
  if (stateDir === undefined) {
    return { verdict: "note", text: "WATCHDOG_STATE_DIR is unset: a restart forgets what was told and what is owed" };
  }
  try {
    if (!statSync(stateDir).isDirectory()) throw new Error("it is not a directory");
    accessSync(stateDir, constants.W_OK | constants.X_OK);
    return { verdict: "ok", text: `WATCHDOG_STATE_DIR=${stateDir} is writable` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      verdict: "mend",
      text: `WATCHDOG_STATE_DIR=${stateDir}: ${why}`,
      mend: "create the directory and give it to the user that the watchdog runs as",
    };
  }
}

async function diagnoseChannels(settings: Settings): Promise<Diagnosis[]> {
  const warnings = settings.routeWarnings.map((text): Diagnosis => ({ verdict: "note", text }));
  if (settings.telegram === undefined && settings.webhook === undefined) {
    const text = "WATCHDOG_TG_BOT_TOKEN and WATCHDOG_TG_CHAT_ID are unset: alerts go to the console";
    return [...warnings, { verdict: "note", text }];
  }
  const findings = await probeChannels(settings);
  const diagnoses = findings.map(({ ok, text, mend }): Diagnosis => {
    return { verdict: ok ? "ok" : "mend", text, ...(mend !== undefined && { mend }) };
  });
  return [...warnings, ...diagnoses];
}

async function diagnoseCommands({ telegram, commands, httpTimeoutMs }: Settings): Promise<Diagnosis[]> {
  if (telegram === undefined) return [];
  if (commands === undefined)
    return [{ verdict: "note", text: "off (WATCHDOG_TG_COMMANDS): nobody can ask in the chat" }];
  const { probeCommands } = await import("../chat/probe-commands.ts");
  const findings = await probeCommands(telegram, commands, httpTimeoutMs);
  return findings.map(({ ok, ...finding }) => ({ verdict: ok ? "ok" : "mend", ...finding }));
}

async function sendTest(settings: Settings): Promise<Diagnosis[]> {
  const texts = await loadTexts(settings.language);
  const message: Message = {
    heading: texts.channels.testMessage,
    blocks: [],
    rings: false,
  };
  const channels = await createChannels(
    settings,
    () => {},
    () => ({}),
  );
  const diagnoses: Diagnosis[] = [];
  for (const channel of channels) {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error("timed out")), settings.httpTimeoutMs);
    const delivery = await channel.send(message, deadline.signal);
    clearTimeout(timer);
    await channel.close?.();
    const verdict = delivery.accepted ? "ok" : "mend";
    diagnoses.push({ verdict, text: `${channel.name}: ${delivery.accepted ? "accepted" : delivery.error}` });
  }
  return diagnoses;
}

async function diagnoseHeartbeat({ heartbeatUrl, httpTimeoutMs }: Settings): Promise<Diagnosis[]> {
  if (heartbeatUrl === undefined) return [];
  const { probeHeartbeat } = await import("../proof-of-life/probe-heartbeat.ts");
  const { ok, ...finding } = await probeHeartbeat(heartbeatUrl, httpTimeoutMs);
  return [{ verdict: ok ? "ok" : "mend", ...finding }];
}

async function reportSources(
  settings: Settings,
  env: Environment,
  report: (topic: string, diagnoses: readonly Diagnosis[]) => void,
): Promise<void> {
  const { signals, sources } = await passOnce(settings, await loadTexts(settings.language));
  if (settings.orchestrator === undefined) {
    report("orchestrator", [{ verdict: "note", text: "WATCHDOG_METRICS_URL is unset: not watched" }]);
  }
  if (settings.containers === undefined) {
    report("containers", diagnoseNoEngine(env, existsSync));
  }
  report("containers", diagnoseDockerVariables(env));
  if (settings.onlineProbes.length > 0 && !sources.some(({ name }) => name === "network")) {
    const text = "one WATCHDOG_ONLINE_PROBE alone proves nothing: name a second one, or a dependency outside";
    report("offline", [{ verdict: "note", text }]);
  }
  for (const { name, ok, error } of sources) {
    if (ok && name === "containers" && settings.containers !== undefined) {
      report(name, await diagnoseEngine(settings.containers));
      continue;
    }
    report(name, [ok ? { verdict: "ok", text: "can be read" } : { verdict: "mend", text: error ?? "was not read" }]);
  }
  // What is wrong out there is not a misconfiguration, but a person who sets this up wants to see it.
  const active = signals.filter((signal) => signal.status === "active");
  report(
    "right now",
    active.map(({ key, what }): Diagnosis => ({ verdict: "note", text: `${what} (${key})` })),
  );
}
