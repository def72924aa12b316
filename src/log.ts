import { type Logger, pino } from "pino";
import type { Message } from "./core/message.ts";

export interface Log {
  readonly logger: Logger;
  /** Where the console channel writes: a JSON line, or the bare text for people. */
  writeNotice(message: Message, text: string): void;
  /** Writes out what is buffered. Never throws. */
  flush(): void;
}

/** A reader that has stopped reading must not stop the watchdog: beyond this, log lines are dropped. */
const MAX_BUFFER_BYTES = 1 << 20;

/**
 * Logs to stdout: one JSON object a line, or lines for people. A closed stdout (EPIPE) ends the log, not the watchdog.
 *
 * @param stdout the file descriptor
 */
export async function createLog(level: string, format: "json" | "pretty", stdout = 1): Promise<Log> {
  const destination = pino.destination({ dest: stdout, sync: false, maxLength: MAX_BUFFER_BYTES });
  destination.on("error", () => {});
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } };
  const flush = () => {
    try {
      destination.flushSync();
    } catch {
      // Nobody reads any more.
    }
  };
  if (format === "json") {
    const logger = pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, destination);
    return { logger, writeNotice: (_message, text) => logger.info({ text }, "notice"), flush };
  }
  const { default: pretty } = await import("pino-pretty");
  const stream = pretty({ destination, colorize: false, translateTime: "SYS:HH:MM:ss", singleLine: true });
  const logger = pino({ level, base: null }, stream);
  return { logger, writeNotice: (_message, text) => destination.write(`\n${text}\n`), flush };
}
