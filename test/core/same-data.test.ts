import fc from "fast-check";
import { expect, test } from "vitest";
import { isSameData } from "../../src/core/same-data.ts";

const json = fc.jsonValue({ maxDepth: 3 });

test("data is the same as its copy", () => {
  fc.assert(fc.property(json, (value) => void expect(isSameData(value, structuredClone(value))).toBe(true)));
});

test("data that is written differently is not the same", () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const write = (value: unknown): string => JSON.stringify(value, (_key, one) => sorted(one));
      expect(isSameData(a, b)).toBe(write(a) === write(b));
    }),
  );
});

test.each([
  ["a list is no object", [], {}],
  ["undefined is not absent", { a: undefined }, {}],
  ["nor is it another name", { a: undefined }, { b: undefined }],
  ["what is inherited is not there", { toString: Object.prototype.toString }, { a: 1 }],
  ["null is no object", null, {}],
])("%s", (_name, a, b) => expect(isSameData(a, b)).toBe(false));

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
