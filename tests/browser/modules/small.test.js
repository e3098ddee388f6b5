import assert from "node:assert/strict";
import { test } from "node:test";
import { choices, international } from "../../../bot/pages/widget/phone.js";
import { STRINGS, fill, wordsOf } from "../../../bot/pages/widget/strings.js";
import { readableOn } from "../../../bot/pages/widget/theme.js";
import { transcript } from "../../../bot/pages/widget/transcript.js";

test("a number gets its country's code once", () => {
  assert.equal(international("1", "312 555 0142"), "+13125550142");
  assert.equal(international("1", "1 (312) 555-0142"), "+13125550142");
  assert.equal(international("1", "+44 20 7946 0958"), "+442079460958");
  assert.equal(international("34", "612 345 678"), "+34612345678");
  assert.equal(international("1", "12345"), "");
});

test("countries with one code are one choice", () => {
  const countries = [
    { region: "US", calling_code: "1", name: "United States" },
    { region: "CA", calling_code: "1", name: "Canada" },
    { region: "ES", calling_code: "34", name: "Spain" },
  ];
  assert.deepEqual(choices(countries), [
    { code: "1", label: "+1 United States, Canada" },
    { code: "34", label: "+34 Spain" },
  ]);
});

test("both languages say the same things", () => {
  const { en, es } = STRINGS;
  assert.deepEqual(Object.keys(en), Object.keys(es));
  for (const name of Object.keys(en)) {
    const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
    assert.deepEqual(places(en[name]), places(es[name]), name);
    assert.equal(en[name] === "", es[name] === "", name);
  }
});

test("a language that is not spoken falls back to English", () => {
  assert.equal(wordsOf("fr"), STRINGS.en);
  assert.equal(fill("{a} and {b}", { a: 1 }), "1 and {b}");
});

test("letters on a colour are those that read better", () => {
  assert.equal(readableOn(29, 78, 216), "#fff");
  assert.equal(readableOn(147, 180, 255), "#000");
  assert.equal(readableOn(255, 255, 255), "#000");
});

test("a transcript holds who said what and when, and no secret", () => {
  const lines = [
    { seq: 1, author: "visitor", text: "hello", options: [], data: {}, at: "2026-11-27T10:00:00Z" },
    { seq: 2, author: "bot", text: "Scan this", options: [{ title: "Done", payload: "/affirm" }], data: { secret: { secret: "ABCD" } }, at: "2026-11-27T10:01:00Z" },
  ];
  const text = transcript(lines, { title: "Chat", language: "en", speaker: (line) => line.author });
  assert.match(text, /^Chat\n\n\[Nov 27, 2026, .*\] visitor: hello\n\[.*\] bot: Scan this\n {2}- Done\n$/);
  assert.ok(!text.includes("ABCD"));
});
