import assert from "node:assert/strict";
import test from "node:test";

import { lasting, written } from "../../../bot/pages/desk/times.js";

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 2, 4, 12);

test("a wait is told in its two largest units", () => {
  assert.equal(lasting(-1), "0 min");
  assert.equal(lasting(59_999), "0 min");
  assert.equal(lasting(59 * MINUTE), "59 min");
  assert.equal(lasting(60 * MINUTE), "1 h 0 min");
  assert.equal(lasting(125 * MINUTE), "2 h 5 min");
  assert.equal(lasting(25 * 60 * MINUTE), "1 d 1 h");
});

test("what was is counted up, what will be is counted down", () => {
  assert.equal(written("since", new Date(NOON - 4 * MINUTE), NOON, "en"), "4 min");
  assert.equal(written("until", new Date(NOON + 4 * MINUTE), NOON, "en"), "4 min");
  assert.equal(written("until", new Date(NOON - 4 * MINUTE), NOON, "en"), "0 min");
});

test("a moment is told in the agent's language", () => {
  const months = ["en", "es"].map((language) => written("date", new Date(NOON), NOON, language));
  assert.match(months[0], /Mar 4, 2026/);
  assert.match(months[1], /4 mar 2026/);
});
