import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { expect, test } from "vitest";
import { createSharedLookup } from "../../src/http/shared-lookup.ts";

type Done = Parameters<LookupFunction>[2];

/** A resolver that answers when it is told to, and a record of what it was asked and what was answered. */
function scripted(maxAtOnce: number) {
  const asked: string[] = [];
  const answers: string[] = [];
  const pending = new Map<string, Done>();
  const shared = createSharedLookup(maxAtOnce, (hostname, _options, done) => {
    asked.push(hostname);
    pending.set(hostname, done);
  });
  const ask = (hostname: string, who = hostname, options: Parameters<LookupFunction>[1] = {}) =>
    shared.lookup(hostname, options, (error, address) => answers.push(`${who}: ${error?.message ?? address}`));
  const reply = (hostname: string, error: Error | null = null) => pending.get(hostname)?.(error, "192.0.2.1", 4);
  return { shared, ask, reply, asked, answers };
}

test("a name is looked up once at a time, however many ask; all get the answer", () => {
  const { ask, reply, asked, answers } = scripted(8);
  ask("db", "first");
  ask("db", "second");
  reply("db");
  ask("db", "third");
  reply("db", new Error("gone"));
  expect(asked).toEqual(["db", "db"]);
  expect(answers).toEqual(["first: 192.0.2.1", "second: 192.0.2.1", "third: gone"]);
});

test("the same name asked for in another way is another lookup", () => {
  const { ask, asked } = scripted(8);
  ask("db", "any");
  ask("db", "all", { all: true });
  ask("db", "v6", { family: 6 });
  expect(asked).toHaveLength(3);
});

test("only so many names at once; the next starts when one is answered, first come, first served", () => {
  const { shared, ask, reply, asked } = scripted(2);
  for (const name of ["a", "b", "c", "d"]) ask(name);
  expect(asked).toEqual(["a", "b"]);
  expect(["a", "c", "d"].map(shared.waits)).toEqual([false, true, true]);
  reply("b", new Error("no such name"));
  expect(asked).toEqual(["a", "b", "c"]);
  reply("a");
  expect(asked).toEqual(["a", "b", "c", "d"]);
  expect(shared.waits("d")).toBe(false);
});

test("many who ask again and again for names that hang queue each name once", () => {
  const { ask, reply, asked } = scripted(1);
  for (let tick = 0; tick < 1_000; tick += 1) for (const name of ["a", "b"]) ask(name);
  reply("a");
  reply("b");
  expect(asked).toEqual(["a", "b"]);
});

test("answers what the system answers", async () => {
  const { lookup: shared } = createSharedLookup();
  const answer = await new Promise((resolve) => {
    shared("localhost", { all: true }, (_error, addresses) => resolve(addresses));
  });
  expect(answer).toEqual(await lookup("localhost", { all: true }));
});
