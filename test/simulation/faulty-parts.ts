import type { Edit } from "../../src/channels/channel.ts";
import type { AlertState } from "../../src/core/alerts.ts";
import type { Notice, OwedNotice } from "../../src/core/notice.ts";
import { Deliverer, type DelivererParts } from "../../src/outbox/deliverer.ts";
import { Store, type TickChanges } from "../../src/store/store.ts";

/** Writes behind: what a tick decided can be sent at once, and is stored a moment later. */
export class CommitsLate extends Store {
  #late: TickChanges | undefined;
  #nextId = 1;

  override commit(changes: TickChanges): void {
    this.#store();
    this.#late = changes;
    setImmediate(() => this.#store());
  }

  override owed(channel: string, limit: number): OwedNotice[] {
    const stored = super.owed(channel, limit);
    this.#nextId = Math.max(this.#nextId, ...stored.map(({ id }) => id + 1));
    const late = this.#late?.notices ?? [];
    return [...stored, ...late.map((notice, index) => ({ ...notice, id: this.#nextId + index, maybeTold: false }))];
  }

  #store(): void {
    const late = this.#late;
    this.#late = undefined;
    if (late !== undefined) super.commit(late);
  }
}

export class CommitsInTwoParts extends Store {
  override commit(changes: TickChanges): void {
    super.commit({ ...changes, notices: [] });
    super.commit({ ...changes, set: [], forget: [], memories: new Map() });
  }
}

/** Stores what people were told, but not what the sources remember. */
export class ForgetsMemories extends Store {
  override commit(changes: TickChanges): void {
    super.commit({ ...changes, memories: new Map() });
  }
}

/** Takes the alert before for the cause of an alert. */
export class FoldsUnderAnything extends Store {
  override commit(changes: TickChanges): void {
    const notices = changes.notices.map((notice, index): Notice => {
      const other = changes.notices[index - 1];
      const isNew = notice.action === "alert" && notice.nature === "level";
      return isNew && other !== undefined && other.key !== notice.key ? { ...notice, cause: other } : notice;
    });
    super.commit({ ...changes, notices });
  }
}

export class NeverSaysItLives extends Store {
  override commit(changes: TickChanges): void {
    const memories = new Map([...changes.memories].filter(([owner]) => owner !== "alive"));
    super.commit({ ...changes, memories });
  }
}

export class SettlesBeforeAccepted extends Store {
  override beginAttempt(ids: readonly number[]): void {
    super.beginAttempt(ids);
    this.settle(ids);
  }
}

/** Now and then the acceptance is not stored. */
export class ForgetsToSettle extends Store {
  #calls = 0;

  override settle(...[ids, channel, heads]: Parameters<Store["settle"]>): void {
    this.#calls += 1;
    if (this.#calls % 3 === 0) this.failAttempt(ids, "no");
    else super.settle(ids, channel, heads);
  }
}

export class ForgetsAlerts extends Store {
  override alerts(): AlertState[] {
    return [];
  }
}

export class ForgetsCooldowns extends Store {
  override alerts(): AlertState[] {
    return super.alerts().map((state) => ({ ...state, lastAlertAt: 0 }));
  }
}

export class MarksNoRepeats extends Store {
  override owed(channel: string, limit: number): OwedNotice[] {
    return super.owed(channel, limit).map((notice) => ({ ...notice, maybeTold: false }));
  }
}

/** Takes what a crash cut off for what was never sent. */
export class ForgetsAttempts extends Store {
  constructor(...parts: ConstructorParameters<typeof Store>) {
    super(...parts);
    for (const channel of ["chat", "pager"]) {
      const ids = super.owed(channel, 1_000).map(({ id }) => id);
      this.failAttempt(ids, "no");
    }
  }
}

export class TellsNewestFirst extends Store {
  override owed(channel: string, limit: number): OwedNotice[] {
    return super.owed(channel, limit).reverse();
  }
}

/** Forgets at a restart who takes care of what. */
export class HearsNoAcks extends Store {
  override alerts(): AlertState[] {
    return super.alerts().map(({ ack: _, ...state }) => state);
  }
}

export class HearsNoSilences extends Store {
  override silences(): [] {
    return [];
  }
}

export class LosesOnStop extends Deliverer {
  readonly #notices: Store;

  constructor(parts: DelivererParts) {
    super(parts);
    this.#notices = parts.notices as Store;
  }

  override async stop(): Promise<void> {
    await super.stop(0);
    this.#notices.settle(this.#notices.owed(this.channel, 1_000).map(({ id }) => id));
  }
}

export class StopsSlowly extends Deliverer {
  override stop(): Promise<void> {
    return super.stop(60_000);
  }
}

/** Waits while the first deliverer of the same process has an outage. */
export class WaitsForTheFirst extends Deliverer {
  static readonly #first = new WeakMap<object, Deliverer>();
  readonly #leader: Deliverer;

  constructor(parts: DelivererParts) {
    super(parts);
    this.#leader = WaitsForTheFirst.#first.get(parts.notices) ?? this;
    WaitsForTheFirst.#first.set(parts.notices, this.#leader);
  }

  override kick(): void {
    if (this.#leader === this || this.#leader.status().outage === undefined) super.kick();
  }
}

export class ForgetsHeads extends Store {
  override heads(): [] {
    return [];
  }
}

/** Believes that an edit tells what is owed. */
export class SettlesByEdits extends Deliverer {
  constructor(parts: DelivererParts) {
    const { channel, notices } = parts;
    const { edit } = channel;
    const failed: Edit = { edited: false, reason: "failed", error: "cannot" };
    const altered = async (...call: Parameters<NonNullable<typeof edit>>): Promise<Edit> => {
      const result = (await edit?.(...call)) ?? failed;
      const told = notices.owed(channel.name, 1_000).map(({ id }) => id);
      if (result.edited && told.length > 0) notices.settle(told, channel.name, { set: [], forget: [] });
      return result;
    };
    super(edit === undefined ? parts : { ...parts, channel: { ...channel, edit: altered } });
  }
}

/** Sends nothing while an edit may still be due. */
export class EditsFirst extends Deliverer {
  readonly #clock: DelivererParts["clock"];
  #cancel: (() => void) | undefined;

  constructor(parts: DelivererParts) {
    super(parts);
    this.#clock = parts.clock;
  }

  override kick(): void {
    this.#cancel ??= this.#clock.after(5_000, () => {
      this.#cancel = undefined;
      super.kick();
    });
  }
}
