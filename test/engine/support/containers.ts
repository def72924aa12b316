import { docker } from "./engine.ts";

/** Containers of one test file, by their last names: nothing that it starts is left over, and nothing else is touched. */
export class TestContainers {
  readonly prefix: string;
  readonly image: string;

  /** @param prefix unique, for an engine may be shared */
  constructor(prefix: string, image: string) {
    this.prefix = prefix;
    this.image = image;
  }

  name(what: string): string {
    return `${this.prefix}-${what}`;
  }

  /** Starts one that does `command` in a shell; a plain one sleeps. */
  async run(what: string, { options = [], command = "sleep 1000" }: RunOptions = {}): Promise<void> {
    const shell = ["sh", "-c", command];
    await docker("run", "--detach", "--network", "none", "--name", this.name(what), ...options, this.image, ...shell);
  }

  /** Lets one go on that was started with {@link awaiting}. */
  async release(what: string): Promise<void> {
    await docker("exec", this.name(what), "touch", RELEASED);
  }

  /** Ends the one that was started with `awaiting`, and waits for that. */
  async crash(what: string): Promise<void> {
    await this.release(what);
    await docker("wait", this.name(what));
  }

  async removeAll(): Promise<void> {
    const left = await docker("ps", "--all", "--quiet", "--filter", `name=${this.prefix}`);
    if (left !== "") await docker("rm", "--force", "--volumes", ...left.split("\n"));
  }
}

export interface RunOptions {
  readonly options?: readonly string[];
  readonly command?: string;
}

const RELEASED = "/tmp/released";

/** A command that waits until the test says so: no order, and no clock, comes before what it does then. */
export function awaiting(command: string): string {
  return `until [ -e ${RELEASED} ]; do sleep 0.05; done; ${command}`;
}
