import { execFileSync } from "node:child_process";
import { ENGINE_SOCKET } from "./engine.ts";

/**
 * vitest's global set-up: says at the end what was skipped for want of a Docker engine. With TEST_REQUIRE_ENGINE=1 the
 * run does not even begin without one.
 */
export default function announceEngine(): (() => void) | undefined {
  if (ENGINE_SOCKET !== undefined) {
    // An engine that was asked for and does not answer is a fault, not a reason to skip.
    execFileSync("docker", ["--host", `unix://${ENGINE_SOCKET}`, "version"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    return undefined;
  }
  const why = "TEST_DOCKER_SOCK does not name the socket of a Docker engine";
  if (process.env.TEST_REQUIRE_ENGINE === "1") throw new Error(`TEST_REQUIRE_ENGINE=1, but ${why}`);
  return () =>
    console.log(`\nSkipped: test/engine (the image and the real Docker engine), because ${why}. See CONTRIBUTING.md.`);
}
