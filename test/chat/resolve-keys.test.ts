import { describe, expect, test } from "vitest";
import { findNearest, isOneSlip, resolveKeys } from "../../src/chat/resolve-keys.ts";

const KNOWN = ["container:web-1", "container:web-2", "container:api", "dep:db", "host_mem", "host_disk:/", "dep:Db2"];

describe("what a person means", () => {
  test.each([
    { name: "a key", asked: "dep:db", keys: ["dep:db"] },
    { name: "a key in other letter case", asked: "Dep:DB", keys: ["dep:db"] },
    { name: "a glob", asked: "container:web*", keys: ["container:web-1", "container:web-2"] },
    { name: "everything", asked: "*", keys: KNOWN },
    { name: "a hashtag, as it stands in an alert", asked: "#container_web_1", keys: ["container:web-1"] },
    { name: "a hashtag that a phone capitalized", asked: "#Container_api", keys: ["container:api"] },
    { name: "a subject alone", asked: "api", keys: ["container:api"] },
    { name: "a key without a subject", asked: "host_mem", keys: ["host_mem"] },
  ])("$name", ({ asked, keys }) => {
    expect(resolveKeys(asked, KNOWN)).toEqual({ kind: "found", keys });
  });

  test.each([
    { name: "a slip", asked: "dep:dd", first: "dep:db" },
    { name: "a part of a key", asked: "web", first: "container:web-1" },
    { name: "a hashtag that two keys share", asked: "#dep_a_b", known: ["dep:a.b", "dep:a-b"], first: "dep:a.b" },
  ])("not sure: $name", ({ asked, known = KNOWN, first }) => {
    const resolved = resolveKeys(asked, known);
    expect(resolved.kind === "unsure" && resolved.nearest[0]).toBe(first);
  });

  test.each([
    { name: "a glob that matches nothing", asked: "volume:*" },
    { name: "nothing like any key", asked: "zzzzzzzzzzzz" },
    { name: "10 kB", asked: "x".repeat(10_000) },
  ])("no idea: $name", ({ asked }) => {
    expect(resolveKeys(asked, KNOWN)).toEqual({ kind: "unsure", nearest: [] });
  });

  test("a guess among 100,000 keys takes no time that a tick would feel", () => {
    const known = Array.from({ length: 100_000 }, (_, index) => `agent_hung:${index}`);
    const startedAt = performance.now();
    findNearest("y".repeat(4_000), known);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

test.each([
  { given: "status", isSlip: true },
  { given: "statuss", isSlip: true },
  { given: "tatus", isSlip: true },
  { given: "stetus", isSlip: true },
  { given: "stauts", isSlip: true },
  { given: "statsu", isSlip: true },
  { given: "tsatsu", isSlip: false },
  { given: "sttaau", isSlip: false },
  { given: "state", isSlip: false },
  { given: "", isSlip: false },
])("$given is one slip from status: $isSlip", ({ given, isSlip }) => {
  expect(isOneSlip(given, "status")).toBe(isSlip);
});
