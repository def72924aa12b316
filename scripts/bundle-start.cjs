"use strict";
// The program's entry in the image: starts it with code that was compiled when the bundle was made, where that fits this Node,
// its options and this processor. V8 refuses what does not fit, and compiles as ever.
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");

const filename = `${__dirname}/program.js`;
const source = readFileSync(filename, "utf8");
let cachedData;
try {
  cachedData = readFileSync(`${__dirname}/program.${process.arch}.cache`);
} catch {
  // None was made on a processor like this.
}
new Script(source, { filename, cachedData }).runInThisContext()(exports, require, module, filename, __dirname);
