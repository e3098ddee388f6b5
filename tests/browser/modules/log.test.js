import assert from "node:assert/strict";
import { test } from "node:test";

import { awaited, empty, heard, offering, spoke, veiled, wanted } from "../../../bot/pages/widget/log.js";
import { line, options } from "./lines.js";

test("a line that came before changes nothing", () => {
  const log = heard(empty(), line(1, "visitor"));
  assert.equal(heard(log, line(1, "visitor")), log);
  assert.deepEqual(heard(log, line(2, "bot")).lines.map(({ seq }) => seq), [1, 2]);
});

test("the log from before stays as it was", () => {
  const before = empty();
  heard(before, line(1, "visitor"));
  assert.deepEqual(before, empty());
});

test("all options of the last answer can be chosen", () => {
  const lines = [line(1, "visitor"), line(2, "bot", { options: options("A") }), line(3, "bot", { options: options("B") })];
  assert.deepEqual([...offering(lines)], [2, 3]);
});

test("options of an earlier answer go when a newer one offers some", () => {
  const lines = [
    line(1, "bot", { options: options("A") }),
    line(2, "visitor"),
    line(3, "bot"),
    line(4, "bot", { options: options("B") }),
  ];
  assert.deepEqual([...offering(lines)], [4]);
});

test("options stay while nothing else is offered", () => {
  const lines = [line(1, "bot", { options: options("A") }), line(2, "visitor"), line(3, "bot")];
  assert.deepEqual([...offering(lines)], [1]);
});

test("options go when one was chosen", () => {
  const lines = [line(1, "bot", { options: options("A", "B") }), line(2, "visitor", { text: "B" })];
  assert.equal(offering(lines).size, 0);
});

test("what is wanted is what the last line of the assistant asks for", () => {
  const asked = line(1, "bot", { data: { input: "code" } });
  assert.equal(wanted([asked]), "code");
  assert.equal(wanted([asked, line(2, "system")]), "code");
  assert.equal(wanted([asked, line(2, "visitor")]), "");
  assert.equal(wanted([]), "");
});

test("an answer is awaited from the assistant only", () => {
  const log = heard(empty(), line(1, "visitor"));
  assert.ok(awaited(log));
  assert.ok(!awaited({ ...log, owner: "queue" }));
  assert.ok(!awaited(heard(log, line(2, "bot"))));
});

test("the visitor's newest line is found", () => {
  assert.equal(spoke([line(1, "visitor"), line(2, "bot")]), 1);
  assert.equal(spoke([]), 0);
});

test("digits are veiled, whatever is between them", () => {
  for (const text of ["123456", "+1 (312) 555-0142", "312.555.0142"]) {
    assert.doesNotMatch(veiled(`my code is ${text}, thanks`), /\d/);
  }
  assert.equal(veiled("2 phones, 24 hours"), "2 phones, 24 hours");
});
