const ID = "([0-9a-f]{64})";
/** cgroup v1: `4:memory:/docker/<id>`, or systemd's `…/docker-<id>.scope`. With v2 the path is hidden ("0::/"). */
const CGROUP = new RegExp(`[/-]${ID}(?:\\.scope)?$`, "m");
/** What Docker mounts into every container from its own directory. On a host these mount points do not exist. */
const MOUNT = new RegExp(
  `/${ID}/(?:userdata/)?(?:hostname|hosts|resolv\\.conf) /etc/(?:hostname|hosts|resolv\\.conf) `,
);
/** Unless `hostname:` says otherwise, a container is called by the first 12 digits of its id. */
const SHORT_ID = /^[0-9a-f]{12}$/;

/**
 * The id, or the beginning of the id, of the container that this process seems to run in; `undefined` where none shows.
 *
 * @param readFile the text of a file; throws where there is none
 */
export function findOwnContainer(readFile: (path: string) => string, hostname: string): string | undefined {
  const read = (path: string): string => {
    try {
      return readFile(path);
    } catch {
      return "";
    }
  };
  return (
    CGROUP.exec(read("/proc/self/cgroup"))?.[1] ??
    MOUNT.exec(read("/proc/self/mountinfo"))?.[1] ??
    SHORT_ID.exec(hostname)?.[0]
  );
}
