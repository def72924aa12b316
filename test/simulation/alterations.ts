import type { Channel } from "../../src/channels/channel.ts";
import type { Clock } from "../../src/clock.ts";
import { Deliverer, type DelivererParts } from "../../src/outbox/deliverer.ts";
import type { AnySource } from "../../src/sources/source.ts";
import { Store } from "../../src/store/store.ts";
import { Watchdog, type WatchdogParts } from "../../src/watchdog.ts";

/** How the parts of a process are made or wrapped. What is real by default can be made wrong here, on purpose. */
export interface Alterations {
  store(...parts: ConstructorParameters<typeof Store>): Store;
  clock(clock: Clock): Clock;
  source(source: AnySource, store: Store): AnySource;
  channel(channel: Channel): Channel;
  deliverers(parts: DelivererParts): Deliverer[];
  watchdog(parts: WatchdogParts): Watchdog;
}

/** The program as it is. */
export const UNALTERED: Alterations = {
  store: (database, onTrouble) => new Store(database, onTrouble),
  clock: (clock) => clock,
  source: (source) => source,
  channel: (channel) => channel,
  deliverers: (parts) => [new Deliverer(parts)],
  watchdog: (parts) => new Watchdog(parts),
};
