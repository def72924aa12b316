// What a process with an IPC channel to its parent needs. Loading this is enough to end with it.

process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
// Listening alone is no reason to live on.
process.channel?.unref();

/** Sends `message` to the parent, if there is one; one that has just died is no error. */
export function tellParent(message: object): void {
  process.send?.(message, undefined, undefined, () => {});
}
