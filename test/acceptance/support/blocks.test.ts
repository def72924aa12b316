import { describe, expect, test } from "vitest";
import { hashtagOf, parseBlocks } from "./blocks.ts";

describe("parseBlocks", () => {
  test("reads blocks and what stands outside them", () => {
    const text = "2 wrong, 1 over\n\n🔴 db is down\nsince 14:02\n#dep_db\n\n🟢 api answers\n#dep_api\n\n🔴🟢 x #dep_x";
    expect(parseBlocks(text)).toEqual({
      headings: ["2 wrong, 1 over"],
      blocks: [
        { icon: "🔴", hashtag: "dep_db", text: "🔴 db is down\nsince 14:02\n#dep_db" },
        { icon: "🟢", hashtag: "dep_api", text: "🟢 api answers\n#dep_api" },
        { icon: "🔴🟢", hashtag: "dep_x", text: "🔴🟢 x #dep_x" },
      ],
    });
  });

  test.each([
    ["a block that does not end", "🔴 db is down\nsince 14:02"],
    ["a block within a block", "🔴 db is down\n🟢 api answers\n#dep_api"],
    ["an icon in a heading", "all is 🟢 again"],
    ["an icon in a detail", "🔴 db is down\nit was 🟢 before\n#dep_db"],
    ["a hashtag on its own", "#dep_db"],
    ["an icon without a space", "🔴db #dep_db"],
  ])("refuses %s", (_name, text) => {
    expect(() => parseBlocks(text)).toThrow();
  });
});

test.each([
  ["dep:db", "dep_db"],
  ["container:web-1.x", "container_web_1_x"],
  ["worker_silent:é 1", "worker_silent___1"],
  ["host_disk:/", "host_disk__"],
])("the hashtag of %s is %s", (key, hashtag) => {
  expect(hashtagOf(key)).toBe(hashtag);
});
