import assert from "node:assert/strict";
import { test } from "node:test";

import { hidden, read, spare, written } from "../../../bot/pages/demo/numbers.js";
import { stepsDone } from "../../../bot/pages/demo/stories.js";

test("numbers are read as people write them", () => {
  for (const typed of ["3125550142", "(312) 555-0142", "1 312 555 0142", "+1 312 555 0142"]) {
    assert.equal(read(typed), "+13125550142");
  }
  assert.equal(read("+44 20 7946 0000"), "+442079460000");
});

test("what is no whole number is not read", () => {
  for (const typed of ["", "555 0142", "+", "+0123456789", "hello"]) assert.equal(read(typed), null);
});

test("a number is written in groups, or hidden but for its end", () => {
  assert.equal(written("+13125550142"), "+1 312 555 0142");
  assert.equal(written("+442079460000"), "+442079460000");
  assert.equal(hidden("+13125550142"), "•••-•••-0142");
});

test("a spare number is one that nobody has", () => {
  assert.equal(spare([]), "+13125550142");
  assert.equal(spare(["+13125550142", "+13125550143"]), "+13125550144");
});

/** @param {"ana" | "linh"} story @param {any[]} happenings */
const after = (story, happenings) => happenings.reduce((done, each) => stepsDone(story, done, each), 0);

const ANA = { email: "ana@example.com" };
const LINH = { email: "linh@example.com" };

test("the story of the lost code is told step by step", () => {
  const happenings = [
    { name: "code-sent", ...ANA },
    { name: "code-lost", ...ANA },
    { name: "answered" },
    { name: "arrived", by: "voice", code: "123456" },
    { name: "signed-in", ...ANA },
  ];
  happenings.forEach((_, place) => assert.equal(after("ana", happenings.slice(0, place + 1)), place + 1));
});

test("the story of the new number ends with the number on the account", () => {
  const happenings = [
    { name: "signed-in", ...LINH },
    { name: "answered" },
    { name: "arrived", by: "sms", code: "123456", isNew: true },
    { name: "number-changed", ...LINH },
  ];
  happenings.forEach((_, place) => assert.equal(after("linh", happenings.slice(0, place + 1)), place + 1));
});

test("what happens to somebody else, or too early, is no step", () => {
  assert.equal(after("ana", [{ name: "code-sent", ...LINH }]), 0);
  assert.equal(after("ana", [{ name: "answered" }]), 0);
  assert.equal(after("linh", [{ name: "signed-in", ...LINH }, { name: "arrived", by: "sms", code: "1" }]), 1);
});
