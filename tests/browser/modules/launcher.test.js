import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

test("the launcher says the same things in both languages", async () => {
  const source = await readFile(new URL("../../../bot/pages/widget/widget.js", import.meta.url), "utf8");
  const [, en, es] = /en: \{(.*)\},\s+es: \{(.*)\},/.exec(source) ?? [];
  const names = (text) => [...text.matchAll(/(\w+): "/g)].map(([, name]) => name);
  assert.ok(names(en).length);
  assert.deepEqual(names(es), names(en));
});
