import { channels } from "./channels.ts";
import { chat } from "./chat.ts";
import { containers } from "./containers.ts";
import { dependencies } from "./dependencies.ts";
import { failures } from "./failures.ts";
import { host } from "./host.ts";
import { life } from "./life.ts";
import { messages } from "./messages.ts";
import { network } from "./network.ts";
import { orchestrator } from "./orchestrator.ts";
import { units } from "./units.ts";

/** Every text in English. It defines what the other languages must say. */
export const EN = {
  channels,
  chat,
  containers,
  dependencies,
  failures,
  host,
  life,
  messages,
  network,
  orchestrator,
  units,
};
