import { vi } from "vitest";

/** Two cores may be shared by many: what is waited for comes, and only a failing test waits for so long. */
const SOON_MS = 20_000;

const { waitFor } = vi;
vi.waitFor = (check, options = {}) =>
  waitFor(check, typeof options === "number" ? options : { timeout: SOON_MS, interval: 10, ...options });
