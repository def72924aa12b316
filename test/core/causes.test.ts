import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CauseNode, Causes, FOLLOWS_WITHIN_MS } from "../../src/core/causes.ts";

/**
 * `db:told`, `api:new>db`: a signal, how it stands, and what it needs, by the names of signals. Each stands for its own
 * name, unless it stands for something else: `db=data:told`. `@5`: it began at 5.
 */
function node(text: string): CauseNode {
  const [, key = "", token = key, is = "", at = "0", needs = ""] =
    /^([a-z]+)(?:=([a-z]+))?:([a-z]+)(?:@(\d+))?(?:>([a-z,]*))?$/.exec(text) ?? [];
  return {
    key,
    what: `${key} is bad`,
    severity: "critical",
    since: Number(at),
    is: is as CauseNode["is"],
    standsFor: [token],
    needs: needs.split(",").filter((need) => need !== ""),
  };
}

/** "alone", "under db", "waits for db". */
function standingOf(causes: Causes, key: string): string {
  const standing = causes.standingOf(key);
  if (standing.is === "effect") return `under ${standing.cause.key}`;
  return standing.is === "waiting" ? `waits for ${standing.for}` : "alone";
}

describe("what a new alert follows from", () => {
  test.each<[name: string, nodes: string, key: string, standing: string]>([
    ["nothing is known of it", "db:told", "api", "alone"],
    ["it needs nothing", "db:told api:new", "api", "alone"],
    ["it needs what nobody stands for", "db:told api:new>redis", "api", "alone"],
    ["what it needs was told", "db:told api:new>db", "api", "under db"],
    ["what it needs is told now", "db:new api:new>db", "api", "under db"],
    ["what it needs is well, unknown or silenced", "db:quiet api:new>db", "api", "alone"],
    ["what it needs is suspected", "db:pending api:new>db", "api", "waits for db"],
    ["the cause itself", "db:new api:new>db", "db", "alone"],
    ["another that needs the same", "db:new api:new>db worker:new>db", "worker", "under db"],
    ["the cause of its cause", "db:new api:new>db web:new>api", "web", "under db"],
    ["through what is well or unknown", "docker:told db:quiet>docker dep:new>db", "dep", "under docker"],
    ["through what is suspected", "docker:told db:pending>docker dep:new>db", "dep", "under docker"],
    ["what was told comes before what is suspected", "db:told redis:pending api:new>redis,db", "api", "under db"],
    ["what is told now does so too", "db:new redis:pending api:new>redis,db", "api", "under db"],
    ["what is held back itself is no cause", "db:pending api:new>db web:new>api", "web", "waits for db"],
    ["one held back beside one that is told", "db:pending api:new>db mail:new web:new>api,mail", "web", "under mail"],
    ["of two roots the one that began last", "old:told@1 young:told@5 api:new@6>old,young", "api", "under young"],
    ["of two that began together the first", "b:new@5 a:new@5 api:new@6>a,b", "api", "under b"],
    ["several may stand for the same", "one=db:quiet two=db:told api:new>db", "api", "under two"],
    ["it is not its own cause", "db:new>db", "db", "alone"],
    ["nor is its twin", "loop=db:new>host db:new>host host:quiet", "db", "alone"],
    ["of two of one key the first counts", "db:told db:pending api:new>db", "api", "under db"],
  ])("%s", (_name, nodes, key, standing) => {
    expect(standingOf(new Causes(nodes.split(" ").map(node)), key)).toBe(standing);
  });

  test("a cause is named with what people read and how bad it is", () => {
    const causes = new Causes([{ ...node("db:told"), severity: "warning" }, node("api:new>db")]);
    expect(causes.standingOf("api")).toEqual({
      is: "effect",
      cause: { key: "db", what: "db is bad", severity: "warning" },
    });
  });
});

describe("what was told long before", () => {
  const WITHIN = FOLLOWS_WITHIN_MS;
  const at = (text: string, since: number, more: Partial<CauseNode> = {}): CauseNode => ({
    ...node(text),
    since,
    ...more,
  });

  test.each<[name: string, nodes: CauseNode[], standing: string]>([
    ["is a cause for a while", [at("db:told", 0), at("api:new>db", WITHIN)], "under db"],
    ["then it is none: with that it had been well", [at("db:told", 0), at("api:new>db", WITHIN + 1)], "alone"],
    [
      "counted from when it was told, where it began long before",
      [at("db:told", 0, { toldAt: WITHIN }), at("api:new>db", 2 * WITHIN)],
      "under db",
    ],
    ["what is told now may have begun long ago", [at("db:new", 0), at("api:new>db", 2 * WITHIN)], "under db"],
    [
      "does not keep what followed it, and was told alone, from being a cause",
      [at("host:told", 0), at("db:new>host", 2 * WITHIN), at("api:new>db", 2 * WITHIN)],
      "under db",
    ],
    [
      "does not end the wait for what is suspected",
      [at("host:told", 0), at("db:pending", 0), at("api:new>db,host", 2 * WITHIN)],
      "waits for db",
    ],
    [
      "does not keep what followed it from being a cause for longer",
      [at("host:told", 0), at("db:told>host", WITHIN - 1), at("api:new>db", WITHIN + 1)],
      "under db",
    ],
    ["in a circle is no root", [at("db:told>api", 0), at("api:new>db", 2 * WITHIN)], "alone"],
  ])("%s", (_name, nodes, standing) => {
    expect(standingOf(new Causes(nodes), "api")).toBe(standing);
  });
});

describe("what was held back for as long as anything may be", () => {
  const overdue = (text: string): CauseNode => ({ ...node(text), isOverdue: true });

  test.each<[name: string, nodes: CauseNode[], key: string, standing: string]>([
    ["is told alone", [node("db:pending"), overdue("api:new>db")], "api", "alone"],
    ["or under what is known by now", [node("db:told"), overdue("api:new>db")], "api", "under db"],
    ["is a cause itself then", [node("db:pending"), overdue("api:new>db"), node("web:new>api")], "web", "under api"],
    ["is one of a circle", [node("db:pending"), overdue("api:new>db,web"), overdue("web:new>api")], "web", "under api"],
  ])("%s", (_name, nodes, key, standing) => {
    expect(standingOf(new Causes(nodes), key)).toBe(standing);
  });
});

describe("of those that need each other", () => {
  test.each<[name: string, nodes: string, roots: string]>([
    ["the one that began first is the root", "a:new@5>b b:new@3>a", "b"],
    ["of two that began together the first", "a:new@3>b b:new@3>a", "a"],
    ["the one that was told, whenever it began", "a:told@9>b b:new@3>a c:new@1>b", "a"],
    ["in a longer circle", "a:new@5>b b:new@4>c c:new@3>a", "c"],
    ["through what is well", "a:new@5>x x:quiet>b b:new@4>y y:quiet>a", "b"],
    ["none, if something outside is the cause", "a:new>b b:new>a,db db:told", "db"],
  ])("%s", (_name, text, root) => {
    const nodes = text.split(" ").map(node);
    const causes = new Causes(nodes);
    for (const { key, is } of nodes) {
      if (is === "new") expect([key, standingOf(causes, key)]).toEqual([key, key === root ? "alone" : `under ${root}`]);
    }
  });

  test("all wait while something outside is suspected", () => {
    const causes = new Causes("a:new>b b:new>a,db db:pending".split(" ").map(node));
    expect([standingOf(causes, "a"), standingOf(causes, "b")]).toEqual(["waits for db", "waits for db"]);
  });
});

test("a thousand that need a thousand that fall together are judged without delay to the tick", () => {
  const all = Array.from(
    { length: 1_000 },
    (_, index): CauseNode => ({
      ...node("x:new"),
      key: `x${index}`,
      standsFor: ["pool"],
      needs: ["pool", "docker"],
    }),
  );
  const causes = new Causes(all);
  expect(all.map(({ key }) => causes.standingOf(key).is).filter((is) => is === "alone")).toHaveLength(1);
});

const KEYS = ["a", "b", "c", "d", "e", "f", "g"];
const nodes = fc
  .tuple(
    ...KEYS.map((key) =>
      fc.record({
        key: fc.constant(key),
        is: fc.constantFrom<CauseNode["is"]>("told", "new", "new", "pending", "quiet"),
        since: fc.constantFrom(0, 1, 2, FOLLOWS_WITHIN_MS + 2),
        isOverdue: fc.constantFrom(false, false, true),
        standsFor: fc.subarray(["t", "u", key], { maxLength: 2 }),
        needs: fc.subarray(["t", "u", ...KEYS], { maxLength: 3 }),
      }),
    ),
  )
  .map((drafts) => drafts.map((draft): CauseNode => ({ ...draft, what: draft.key, severity: "critical" })));

/** Everything that `key` follows from, found the slow way. */
function ancestors(all: readonly CauseNode[], key: string): Set<string> {
  const direct = (from: string) => {
    const needs = all.find((one) => one.key === from)?.needs ?? [];
    return all.filter(({ standsFor }) => standsFor?.some((token) => needs.includes(token))).map((one) => one.key);
  };
  let found = new Set(direct(key));
  for (;;) {
    const more = new Set([...found, ...[...found].flatMap(direct)]);
    if (more.size === found.size) return found;
    found = more;
  }
}

describe("whatever needs whatever", () => {
  const each = (judge: (all: readonly CauseNode[], key: string, causes: Causes) => void) =>
    fc.assert(
      fc.property(nodes, (all) => {
        const causes = new Causes(all);
        for (const { key, is } of all) if (is === "new") judge(all, key, causes);
      }),
      { numRuns: 500 },
    );
  const stateOf = (all: readonly CauseNode[], key: string) => all.find((one) => one.key === key)?.is;
  /** Told, and not long before `key` began. */
  const isKnown = (all: readonly CauseNode[], cause: string, key: string) => {
    const sinceOf = (wanted: string) => all.find((one) => one.key === wanted)?.since ?? 0;
    return stateOf(all, cause) === "told" && sinceOf(key) - sinceOf(cause) <= FOLLOWS_WITHIN_MS;
  };

  test("it is told under what it follows from, and what people know or are told now", () => {
    each((all, key, causes) => {
      const standing = causes.standingOf(key);
      if (standing.is !== "effect") return;
      expect(standing.cause.key).not.toBe(key);
      expect(ancestors(all, key)).toContain(standing.cause.key);
      const isNew = stateOf(all, standing.cause.key) === "new";
      expect(isNew || isKnown(all, standing.cause.key, key)).toBe(true);
    });
  });

  test("a cause that is told now is told on its own: nothing is folded under what is held back or folded itself", () => {
    each((all, key, causes) => {
      const standing = causes.standingOf(key);
      if (standing.is !== "effect" || stateOf(all, standing.cause.key) !== "new") return;
      expect(causes.standingOf(standing.cause.key).is).toBe("alone");
    });
  });

  test("it is held back only while something that it follows from is suspected, and nothing is known to be wrong", () => {
    each((all, key, causes) => {
      const standing = causes.standingOf(key);
      if (standing.is !== "waiting") return;
      const above = ancestors(all, key);
      expect(above).toContain(standing.for);
      expect(stateOf(all, standing.for)).toBe("pending");
      expect(all.find((one) => one.key === key)?.isOverdue).not.toBe(true);
      expect([...above].filter((other) => isKnown(all, other, key))).toEqual([]);
    });
  });

  test("nothing that was held back for long enough is held back any longer", () => {
    each((all, key, causes) => {
      if (all.find((one) => one.key === key)?.isOverdue) expect(causes.standingOf(key).is).not.toBe("waiting");
    });
  });

  test("what has no active cause is told on its own", () => {
    each((all, key, causes) => {
      const above = [...ancestors(all, key)].filter((other) => other !== key);
      if (above.some((other) => stateOf(all, other) !== "quiet")) return;
      expect(causes.standingOf(key).is).toBe("alone");
    });
  });

  test("what follows from something that was told not long ago is never held back", () => {
    each((all, key, causes) => {
      const above = [...ancestors(all, key)];
      if (!above.some((other) => isKnown(all, other, key))) return;
      expect(causes.standingOf(key).is).toBe("effect");
    });
  });

  test("of those that need each other and nothing else exactly one is told on its own", () => {
    each((all, key, causes) => {
      const circle = [...ancestors(all, key)];
      const isClosed = circle.every((other) => {
        const theirs = ancestors(all, other);
        return stateOf(all, other) === "new" && theirs.size === circle.length && circle.every((one) => theirs.has(one));
      });
      if (!circle.includes(key) || !isClosed) return;
      expect(circle.filter((other) => causes.standingOf(other).is === "alone")).toHaveLength(1);
    });
  });

  test("the order in which it is asked makes no difference", () => {
    fc.assert(
      fc.property(nodes, (all) => {
        const forth = new Causes(all);
        const back = new Causes(all);
        const keys = all.filter(({ is }) => is === "new").map(({ key }) => key);
        const asked = keys.map((key) => forth.standingOf(key));
        expect(keys.toReversed().map((key) => back.standingOf(key))).toEqual(asked.toReversed());
      }),
    );
  });
});
