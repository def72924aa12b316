import type { Cause } from "./notice.ts";
import type { Links } from "./signal.ts";
import { type Instant, MINUTE_MS } from "./time.ts";

/**
 * No alert is held back for longer, whatever is suspected: the usual grace of a stop, and a tick or two. What is suspected may
 * be so for days (a grace of a week, a start period of hours).
 */
export const MOST_HELD_BACK_MS = 3 * MINUTE_MS;

/** What falls later than this after something was told is not taken for its effect: with that it had been well. */
export const FOLLOWS_WITHIN_MS = 10 * MINUTE_MS;

/** A signal as it stands in one tick, as far as it can be a cause or have one. */
export interface CauseNode extends Cause, Links {
  /**
   * `told`: people know, and it goes on. `new`: it is wrong, and nobody was told yet. `pending`: it is suspected, and will be
   * confirmed or over soon. `quiet`: well, unknown or silenced: no cause itself, but its own causes are causes of what needs it.
   */
  readonly is: "told" | "new" | "pending" | "quiet";
  /** When the fault began; `now` where that is not known. */
  readonly since: Instant;
  /** When people heard of it first, where that was long after it began. */
  readonly toldAt?: Instant;
  /** It is new, and was held back for as long as anything may be. */
  readonly isOverdue?: boolean;
}

/** How a new alert stands to all the others. */
export type Standing =
  | { readonly is: "alone" }
  /** It follows from what was told before or is told with it. */
  | { readonly is: "effect"; readonly cause: Cause }
  /** It may follow from a signal that is pending. */
  | { readonly is: "waiting"; readonly for: string };

export const ALONE: Standing = { is: "alone" };

/**
 * Joins what signals say of themselves into causes. The causes of a signal are the signals that stand for what it needs, their
 * causes in turn, and so on. Of those that are told or about to be, one is the root: it follows from no other. Of several
 * that need each other it is the one that was told, else the one that began first. Of several roots that have nothing to do
 * with each other, the one that began last is believed: with the older ones it had been well. So it had been with what was
 * told long before it began, which is no cause of it.
 */
export class Causes {
  readonly #nodes = new Map<string, CauseNode>();
  readonly #order = new Map<CauseNode, number>();
  readonly #standing = new Map<string, CauseNode[]>();
  readonly #above = new Map<CauseNode, ReadonlySet<CauseNode>>();
  readonly #active = new Map<CauseNode, boolean>();
  readonly #roots = new Map<CauseNode, boolean>();

  /** @param nodes in the order in which causes are told; of two of one key the first counts */
  constructor(nodes: Iterable<CauseNode>) {
    for (const node of nodes) {
      if (this.#nodes.has(node.key)) continue;
      this.#nodes.set(node.key, node);
      this.#order.set(node, this.#order.size);
      for (const token of node.standsFor ?? []) {
        const others = this.#standing.get(token);
        if (others === undefined) this.#standing.set(token, [node]);
        else others.push(node);
      }
    }
  }

  /** @param key of a signal that is wrong and that nobody was told of */
  standingOf(key: string): Standing {
    const node = this.#nodes.get(key);
    if (node === undefined) return ALONE;
    const above = this.#causesOf(node);
    if (above.size === 0) return ALONE;
    const recent = [...above].filter((other) => !isPast(other, node));
    const root = this.#rootAmong(this.#isActive(node) ? [node, ...recent] : recent);
    if (root === node) return ALONE;
    const cause = root ?? youngestTold(recent);
    if (cause !== undefined) return { is: "effect", cause: causeOf(cause) };
    if (node.isOverdue === true) return ALONE;
    const suspect = [...above].find((other) => other !== node && other.is === "pending");
    return suspect === undefined ? ALONE : { is: "waiting", for: suspect.key };
  }

  /** Everything that `node` follows from if it is wrong, the nearest first; `node` itself, if they need each other. */
  #causesOf(node: CauseNode): ReadonlySet<CauseNode> {
    return recall(this.#above, node, () => this.#walk(node));
  }

  #walk(node: CauseNode): ReadonlySet<CauseNode> {
    const above = new Set<CauseNode>();
    const tokens = new Set(node.needs);
    // Both sets grow while they are walked; what is in them already is not walked again, so circles end.
    for (const token of tokens) {
      for (const other of this.#standing.get(token) ?? []) {
        if (above.has(other)) continue;
        above.add(other);
        for (const next of other.needs ?? []) tokens.add(next);
      }
    }
    return above;
  }

  /** Whether people know of it, or are told now whatever becomes of those that are pending. */
  #isActive(node: CauseNode): boolean {
    if (node.is !== "new") return node.is === "told";
    if (node.isOverdue === true) return true;
    return recall(this.#active, node, () => ![...this.#causesOf(node)].some((cause) => cause.is === "pending"));
  }

  #rootAmong(nodes: Iterable<CauseNode>): CauseNode | undefined {
    let root: CauseNode | undefined;
    for (const node of nodes) {
      if (!this.#isActive(node) || !this.#isRoot(node)) continue;
      if (root === undefined || node.since > root.since) root = node;
      else if (node.since === root.since && this.#orderOf(node) < this.#orderOf(root)) root = node;
    }
    return root;
  }

  /** Whether every active cause of it follows from it in turn, and comes after it then. */
  #isRoot(node: CauseNode): boolean {
    const comesFirst = (cause: CauseNode) => !this.#causesOf(cause).has(node) || this.#comesBefore(cause, node);
    const isCause = (other: CauseNode) => other !== node && this.#isActive(other) && !isPast(other, node);
    return recall(
      this.#roots,
      node,
      () => ![...this.#causesOf(node)].some((other) => isCause(other) && comesFirst(other)),
    );
  }

  #comesBefore(a: CauseNode, b: CauseNode): boolean {
    if (a.is !== b.is) return a.is === "told";
    return a.since === b.since ? this.#orderOf(a) < this.#orderOf(b) : a.since < b.since;
  }

  #orderOf(node: CauseNode): number {
    return this.#order.get(node) ?? 0;
  }
}

/** Whether people knew of `cause` for long when `node` began. */
function isPast(cause: CauseNode, node: CauseNode): boolean {
  return cause.is === "told" && node.since - (cause.toldAt ?? cause.since) > FOLLOWS_WITHIN_MS;
}

/** Where what they follow from is past, and none of them is a root any more. */
function youngestTold(nodes: readonly CauseNode[]): CauseNode | undefined {
  return nodes.filter(({ is }) => is === "told").sort((a, b) => b.since - a.since)[0];
}

function causeOf({ key, what, severity }: CauseNode): Cause {
  return { key, what, severity };
}

function recall<Value>(known: Map<CauseNode, Value>, node: CauseNode, find: () => Value): Value {
  const value = known.get(node) ?? find();
  known.set(node, value);
  return value;
}
