/** What keeps a thread of libuv's pool: file operations and name lookups. */
const THREAD_USERS = /^(FSReq|GetAddrInfo|GetNameInfo)/;

/**
 * Ends this process with `code`, also while a thread of libuv's pool hangs: `process.exit` joins them all, so that a dead
 * network mount would hold it for ever and a dead name server for ten seconds and more. Becoming another program ends
 * them, and keeps the process id.
 */
export function exitNow(code: number): never {
  if (process.getActiveResourcesInfo().some((resource) => THREAD_USERS.test(resource))) {
    // Returns only where it fails.
    process.execve?.(process.execPath, [process.execPath, "-e", `process.exitCode = ${code}`], {});
  }
  process.exit(code);
}
