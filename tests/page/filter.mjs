// Reads every filter of filter.json with the page's own code and says where it takes other rows than it should.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const source = (name) => readFileSync(new URL(`../../src/server/dashboard/${name}.js`, import.meta.url), "utf8");
const parseFilter = new Function(`"use strict";\n${source("format")}${source("filter")}return parseFilter;`)();
const { rows, matches, refused } = JSON.parse(readFileSync(new URL("filter.json", import.meta.url), "utf8"));

for (const [text, taken] of Object.entries(matches)) {
  const { test, error } = parseFilter(text);
  assert.equal(error, "", text);
  assert.deepEqual(rows.flatMap((row, at) => (test(row) ? [at] : [])), taken, text);
}
for (const [text, why] of Object.entries(refused)) {
  const { test, error } = parseFilter(text);
  assert.ok(test === null && error.includes(why), `${text}: ${error}`);
}
console.log(`${Object.keys(matches).length} filters read and ${Object.keys(refused).length} refused, as they should be`);
