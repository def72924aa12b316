import { expect, test } from "vitest";
import type { Language } from "../../src/core/texts/index.ts";
import { readBlocks } from "../core/read-blocks.ts";
import { SCENES, type Sight } from "./scenes.ts";

const INTRODUCTION = `# Messages as people get them

What the program says, word for word: its own sources, decisions and composer are told what to see, and only reading and sending
are played. A test fails while this page says anything else; \`npm test -- test/transcripts -u\` writes it anew. In Telegram the fact
that begins a block or a line below a cause is bold, and commands can be copied with a tap. "— — —" stands between two messages
of one moment.
`;

const fenced = ({ title, text }: Sight) => `### ${title}\n\n\`\`\`\n${text}\n\`\`\`\n`;

async function sightsOf(language: Language, names = Object.keys(SCENES)): Promise<Sight[]> {
  const sights: Sight[] = [];
  for (const name of names as (keyof typeof SCENES)[]) sights.push(...(await SCENES[name](language)));
  return sights;
}

test("the page of messages says what the program says", async () => {
  const parts = [INTRODUCTION, ...(await sightsOf("en")).map(fenced)];
  for (const [language, name] of [
    ["ru", "По-русски (`WATCHDOG_LANG=ru`)"],
    ["fr", "En français (`WATCHDOG_LANG=fr`)"],
  ] as const) {
    const sights = await sightsOf(language, ["memoryFills", "databaseDies"]);
    parts.push(`## ${name}\n`, ...sights.filter((_, index) => [0, 2, 4, 6].includes(index)).map(fenced));
  }
  await expect(parts.join("\n")).toMatchFileSnapshot("../../adr/messages.md");
});

test.each(["en", "ru", "fr"] as const)("nothing is missing, and every block is whole: %s", async (language) => {
  for (const { title, text } of await sightsOf(language)) {
    expect(text, title).not.toBe("");
    for (const message of text.split("\n\n— — —\n\n")) expect(() => readBlocks(message), title).not.toThrow();
  }
});
