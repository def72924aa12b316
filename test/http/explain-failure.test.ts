import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainFailure, failureCode } from "../../src/http/explain-failure.ts";
import { BrokenAnswer } from "../../src/http/request.ts";

function coded(code: string, message = "raw text"): Error {
  return Object.assign(new Error(message), { code });
}

const circular = new Error("");
circular.cause = circular;

const trap = new Proxy(
  {},
  {
    get() {
      throw new Error("a trap");
    },
  },
);

describe("a failure in one line", () => {
  test.each([
    { name: "a known code", thrown: coded("ECONNREFUSED"), expected: "connection refused" },
    { name: "an unknown code", thrown: coded("EWEIRD", "weird things"), expected: "weird things" },
    { name: "a code that is a name of every object", thrown: coded("constructor", "odd"), expected: "odd" },
    { name: "one cause down", thrown: new Error("", { cause: coded("ENOTFOUND") }), expected: "host name not found" },
    {
      name: "a message of its own before what caused it",
      thrown: new Error("/data does not exist", { cause: coded("EMFILE") }),
      expected: "/data does not exist",
    },
    {
      name: "several addresses",
      thrown: new AggregateError([coded("EHOSTUNREACH"), coded("ENETUNREACH")]),
      expected: "host unreachable",
    },
    {
      name: "an answer that broke off",
      thrown: new BrokenAnswer(coded("UND_ERR_SOCKET")),
      expected: "the answer broke off: connection closed",
    },
    { name: "text", thrown: "just text", expected: "just text" },
    { name: "no message", thrown: new TypeError(), expected: "TypeError" },
    { name: "a message that is none", thrown: { message: { deep: 1 } }, expected: "failed without saying why" },
    { name: "undefined", thrown: undefined, expected: "failed without saying why" },
    { name: "null", thrown: null, expected: "failed without saying why" },
    { name: "a number", thrown: 42, expected: "failed without saying why" },
    { name: "a circle of causes", thrown: circular, expected: "Error" },
    { name: "an object whose properties throw", thrown: trap, expected: "failed without saying why" },
    { name: "lines and icons", thrown: new Error("one\n🔴 two"), expected: "one • two" },
  ])("$name", ({ thrown, expected }) => {
    expect(explainFailure(thrown)).toBe(expected);
  });

  test.each([
    { name: "credentials", text: "no http://ann:pw@host/a here", expected: "no http://host/a here" },
    { name: "a query", text: "no http://host/a?key=k#f here", expected: "no http://host/a here" },
    { name: "both", text: "tcp://:pw@db:5432?x=1", expected: "tcp://db:5432" },
    { name: "a bot token", text: "POST https://host/bot12:Ab-c_d/send", expected: "POST https://host/bot…/send" },
    {
      name: "nothing else",
      text: "ask ann@host why? see http://host/a",
      expected: "ask ann@host why? see http://host/a",
    },
  ])("leaves out of a URL: $name", ({ text, expected }) => {
    expect(explainFailure(new Error(text))).toBe(expected);
  });

  test("never throws and is one printable line, whatever was thrown", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (thrown) => {
        expect(explainFailure(thrown)).toMatch(/^\P{Cc}+$/u);
        expect(typeof failureCode(thrown)).toBe("string");
      }),
    );
  });
});

test.each([
  { name: "its own", thrown: coded("A"), expected: "A" },
  { name: "its cause's", thrown: new Error("x", { cause: coded("B") }), expected: "B" },
  { name: "none", thrown: new Error("x"), expected: "" },
  { name: "a number is none", thrown: Object.assign(new Error("x"), { code: 23 }), expected: "" },
  { name: "a circle", thrown: circular, expected: "" },
  { name: "a trap", thrown: trap, expected: "" },
])("the code of a failure: $name", ({ thrown, expected }) => {
  expect(failureCode(thrown)).toBe(expected);
});
