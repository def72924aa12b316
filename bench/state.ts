import { type Drain, measureDrain } from "./drain.ts";
import { type LargeTick, measureLargeTick } from "./large-tick.ts";
import { measureQuietHour, type QuietHour } from "./quiet-hour.ts";
import { table } from "./statistics.ts";

export interface StateCosts {
  readonly quietHour: QuietHour;
  readonly largeTick: LargeTick;
  readonly drains: readonly Drain[];
}

export async function measureState(quick: boolean): Promise<StateCosts> {
  return {
    quietHour: await measureQuietHour(quick ? 240 : 120),
    largeTick: await measureLargeTick(1_000, quick ? 10 : 40),
    drains: [await measureDrain(1_000), await measureDrain(10_000)],
  };
}

export function describeState({ quietHour, largeTick, drains }: StateCosts): string {
  const { signals, ticks, commits, walBytes, diskBytes } = quietHour;
  const kilobytes = (bytes: number) => (bytes / 1_024).toFixed(0);
  return [
    table(
      ["a quiet hour", "ticks", "commits", "appended to the log, kB", "to disk, kB"],
      [[`${signals} signals`, String(ticks), String(commits), kilobytes(walBytes), kilobytes(diskBytes)]],
    ),
    table(
      ["one tick", "transactions", "its commit, ms", "an empty one, ms", "ratio"],
      [
        [
          `${largeTick.changes} changes`,
          String(largeTick.commits),
          largeTick.commitMs.toFixed(2),
          largeTick.emptyMs.toFixed(2),
          largeTick.ratio.toFixed(1),
        ],
      ],
    ),
    table(
      ["a backlog", "messages", "drained in, min", "heap before, MB", "most while it drains, MB"],
      drains.map(({ notices, messages, minutes, heapBeforeMb, heapMostMb }) => [
        `${notices} notices`,
        String(messages),
        minutes.toFixed(0),
        heapBeforeMb.toFixed(1),
        heapMostMb.toFixed(1),
      ]),
    ),
  ].join("\n\n");
}
