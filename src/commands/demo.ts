import { existsSync } from "node:fs";
import { type CommandContext, EXIT } from "./command.ts";

/** Plays an incident on a sample orchestrator, with this watchdog beside it. Part of a checkout, not of the image. */
export async function demo(context: CommandContext): Promise<number> {
  // Computed, so that the bundle does not take the demo in.
  const script = new URL("../../demo/incident.ts", import.meta.url);
  if (!existsSync(script)) {
    context.complain("the demo is part of a checkout, not of the image: clone the project and run `npm run demo`");
    return EXIT.failed;
  }
  const { runDemo } = (await import(script.href)) as {
    runDemo: (io: { print: (line: string) => void; stopping: AbortSignal }) => Promise<number>;
  };
  return runDemo({ print: context.print, stopping: context.stopping });
}
