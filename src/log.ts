import { type Logger, pino } from "pino";
import type { Message } from "./core/message.ts";

export interface Log {
  readonly logger: Logger;
  /** Where the console channel writes: a JSON line, or the bare text for people. */
  writeNotice(message: Message, text: string): void;
  /** Writes out what is buffered, for half a second at most; nothing is logged afterwards. Never rejects. */
  close(): Promise<void>;
}

/** A reader that has stopped reading must not stop the watchdog: beyond this, log lines are dropped. */
const MAX_BUFFER_BYTES = 1 << 20;
/** Of the five seconds that a clean stop may take. */
const MAX_CLOSE_MS = 500;

/**
 * Logs to stdout: one JSON object a line, or lines for people. A closed stdout (EPIPE) ends the log, not the watchdog.
 *
 * @param stdout the file descriptor
 */
export async function createLog(level: string, format: "json" | "pretty", stdout = 1): Promise<Log> {
  const destination = pino.destination({ dest: stdout, sync: false, maxLength: MAX_BUFFER_BYTES });
  destination.on("error", () => {});
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } };
  // Not `flushSync`: where a reader has stopped reading, or the disk is full, it tries again for ever.
  const close = () =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        destination.destroy(); // Also disarms the flush that pino makes at exit.
        resolve();
      };
      const timer = setTimeout(end, MAX_CLOSE_MS);
      destination.once("close", end).once("error", end);
      destination.end();
    });
  if (format === "json") {
    const logger = pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, destination);
    return { logger, writeNotice: (_message, text) => logger.info({ text }, "notice"), close };
  }
  const { default: pretty } = await import("pino-pretty");
  const stream = pretty({ destination, colorize: false, translateTime: "SYS:HH:MM:ss", singleLine: true });
  const logger = pino({ level, base: null }, stream);
  return { logger, writeNotice: (_message, text) => destination.write(`\n${text}\n`), close };
}
