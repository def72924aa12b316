import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { SIGNAL_KINDS } from "../src/config/signal-kinds.ts";

// What the documents say of files and signals must be so. (The table of variables: test/config/variables.test.ts.)

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENTS = globSync(["*.md", "adr/*.md", "bench/*.md"], { cwd: ROOT }).sort();
const SOURCES = globSync(["{bench,demo,scripts,src,test}/**/*.ts"], { cwd: ROOT });
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** Not in a fresh clone. */
const MADE_BY_BENCH = "bench/results/";

/** As GitHub names a heading's anchor. */
function anchorsOf(document: string): string[] {
  const headings = [...document.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** `test/core/{a,b}.test.ts` as the paths that it stands for. */
function expandBraces(path: string): string[] {
  const [all, list = ""] = /\{([^}]*)\}/.exec(path) ?? [];
  return all === undefined ? [path] : list.split(",").flatMap((part) => expandBraces(path.replace(all, part.trim())));
}

describe.each(DOCUMENTS)("%s", (document) => {
  const text = read(document);

  test("links to what exists", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const dead = links.filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? document : normalize(join(dirname(document), path));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test("names files that exist", () => {
    const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, words = ""]) => words);
    const paths = quoted.filter((words) =>
      /^(\.ci|\.github|adr|bench|bin|demo|scripts|src|test)\/[\w./*{},-]+$/.test(words),
    );
    const names = quoted.filter((words) => /^[\w-]+(\.test)?\.ts$/.test(words));
    const isThere = (path: string) => path === MADE_BY_BENCH || globSync(path, { cwd: ROOT }).length > 0;
    expect(paths.flatMap(expandBraces).filter((path) => !isThere(path))).toEqual([]);
    expect(names.filter((name) => !SOURCES.some((source) => source.endsWith(`/${name}`)))).toEqual([]);
  });

  test("names no ADR that does not exist", () => {
    const named = [...text.matchAll(/\bADR (\d+)/g)].map(([, number = ""]) => number.padStart(4, "0"));
    expect(named.filter((number) => globSync(`adr/${number}-*.md`, { cwd: ROOT }).length !== 1)).toEqual([]);
  });
});

test("README lists every kind of signal", () => {
  const listed = [...read("README.md").matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)(?::<\w+>)?`/g)].map(([, kind = ""]) => kind),
  );
  expect(SIGNAL_KINDS.filter((kind) => !listed.includes(kind))).toEqual([]);
});

test("ADRs are numbered without a gap, and each begins with its number", () => {
  const adrs = DOCUMENTS.filter((document) => document.startsWith("adr/0"));
  expect(adrs.map((adr) => Number(adr.slice(4, 8)))).toEqual(adrs.map((_, index) => index + 1));
  expect(adrs.filter((adr) => !read(adr).startsWith(`# ${Number(adr.slice(4, 8))}. `))).toEqual([]);
});
