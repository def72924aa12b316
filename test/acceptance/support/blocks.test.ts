import { describe, expect, test } from "vitest";
import { hashtagOf, parseBlocks } from "./blocks.ts";

describe("parseBlocks", () => {
  test("reads blocks and what stands outside them", () => {
    const text =
      "2 problems, 1 ended\n\n🔴 db is down\nsince 14:02\n#dep_db\n\n🟢 api answers\n#dep_api\n\n🔴🟢 x #dep_x";
    expect(parseBlocks(text)).toEqual({
      headings: ["2 problems, 1 ended"],
      blocks: [
        { icon: "🔴", hashtag: "dep_db", text: "🔴 db is down\nsince 14:02\n#dep_db" },
        { icon: "🟢", hashtag: "dep_api", text: "🟢 api answers\n#dep_api" },
        { icon: "🔴🟢", hashtag: "dep_x", text: "🔴🟢 x #dep_x" },
      ],
    });
  });

  test("reads what is folded under something, in its block or below a line that names it", () => {
    const text = [
      "🔴 db has exited\nbecause of it:\n↳ api is unhealthy (#container_api)\n#container_db",
      "also, because mail is down (#dep_mail):\n↳ web is slow (#dep_web)",
    ].join("\n\n");
    const { headings, blocks, folded } = parseBlocks(text);
    expect(headings).toEqual(["also, because mail is down (#dep_mail):"]);
    expect(blocks.map(({ hashtag, folded }) => [hashtag, folded])).toEqual([
      [
        "container_db",
        [{ hashtag: "container_api", text: "↳ api is unhealthy (#container_api)", under: "container_db" }],
      ],
    ]);
    expect(folded).toEqual([{ hashtag: "dep_web", text: "↳ web is slow (#dep_web)", under: "dep_mail" }]);
  });

  test.each([
    ["a folded line that nothing leads", "↳ api is unhealthy (#container_api)"],
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
