import { describe, expect, test } from "vitest";
import { findOwnContainer } from "../../../src/sources/containers/own-container.ts";

const ID = "85a3d788d0c5192e96ab7164c58e5f3c536bac1f19149d5a89be40b71a90134e";
const LAYER = "f".repeat(64);
const OTHER = "e".repeat(64);

const CGROUP_V1 = `9:pids:/docker/${ID}\n0::/system.slice/containerd.service\n`;
const CGROUP_SYSTEMD = `0::/system.slice/docker-${ID}.scope\n`;
const CGROUP_V2 = "0::/\n";
const CGROUP_HOST = "0::/user.slice/user-1000.slice/session-1.scope\n";
const OVERLAY = `300 179 0:51 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/${LAYER}/diff\n`;
const MOUNTS = `${OVERLAY}246 179 254:0 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/vda rw\n`;
const MOUNTS_PODMAN = `246 179 0:24 /containers/overlay-containers/${ID}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw\n`;
const MOUNTS_HOST = `90 1 0:51 / /var/lib/docker/overlay2/${LAYER}/merged rw - overlay overlay rw
91 1 0:60 / /var/lib/docker/containers/${OTHER}/mounts/shm rw - tmpfs shm rw\n`;

describe("the container that this process runs in", () => {
  test.each([
    ["by its cgroup", { cgroup: CGROUP_V1, mountinfo: "" }, "db", ID],
    ["by its cgroup under systemd", { cgroup: CGROUP_SYSTEMD, mountinfo: "" }, "db", ID],
    ["by its mounts, where the cgroup is hidden", { cgroup: CGROUP_V2, mountinfo: MOUNTS }, "db", ID],
    ["by Podman's mounts", { cgroup: CGROUP_V2, mountinfo: MOUNTS_PODMAN }, "db", ID],
    ["by its cgroup before its mounts", { cgroup: CGROUP_V1, mountinfo: MOUNTS.replaceAll(ID, OTHER) }, "db", ID],
    ["by its host name", { cgroup: CGROUP_V2, mountinfo: OVERLAY }, ID.slice(0, 12), ID.slice(0, 12)],
    ["by nothing on a host", { cgroup: CGROUP_HOST, mountinfo: MOUNTS_HOST }, "server", undefined],
    ["by nothing without /proc", {}, "server", undefined],
    ["not by a host name that only resembles an id", {}, "85a3d788d0c5a", undefined],
    ["not by an empty host name", {}, "", undefined],
  ])("is found %s", (_name, files, hostname, expected) => {
    const readFile = (path: string): string => {
      const text = files[path.replace("/proc/self/", "") as keyof typeof files];
      if (text === undefined) throw new Error("ENOENT");
      return text;
    };
    expect(findOwnContainer(readFile, hostname)).toBe(expected);
  });
});
