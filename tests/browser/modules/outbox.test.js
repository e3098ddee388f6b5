import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Outbox, Refused, TooFast } from "../../../bot/pages/widget/outbox.js";

/** An outbox over a server that does as told, and what came of it. */
function posted(send, kept = null) {
  const store = { text: kept, read: () => store.text, write: (text) => (store.text = text) };
  const outbox = new Outbox({ send, store, changed: () => {} });
  return { outbox, store };
}

/** Let everything that is due happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("messages go one after the other, in order", async () => {
  const order = [];
  const { outbox } = posted(async ({ text }) => {
    order.push(`> ${text}`);
    await settle();
    return order.push(`< ${text}`);
  });
  for (const text of ["a", "b", "c"]) outbox.put({ text });
  while (outbox.items.length) await settle();
  assert.deepEqual(order, ["> a", "< a", "> b", "< b", "> c", "< c"]);
});

test("each has a name of its own, which it keeps when it is sent again", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const names = [];
  const { outbox } = posted(async ({ client_id }) => {
    names.push(client_id);
    if (names.length === 1) throw new TypeError("no network");
    return names.length;
  });
  outbox.put({ text: "a" });
  outbox.put({ text: "b" });
  await settle();
  mock.timers.tick(1000);
  while (outbox.items.length) await settle();
  mock.timers.reset();
  assert.equal(names[0], names[1]);
  assert.notEqual(names[1], names[2]);
  assert.match(names[0], /^[0-9a-f]{32}$/);
});

test("three failures show, and the way back sends it all the same", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let down = true;
  const { outbox } = posted(async () => {
    if (down) throw new TypeError("no network");
    return 1;
  });
  outbox.put({ text: "a" });
  for (const wait of [0, 1000, 2000]) {
    mock.timers.tick(wait);
    await settle();
  }
  assert.equal(outbox.items[0].state, "failed");
  down = false;
  outbox.retry();
  while (outbox.items.length) await settle();
  mock.timers.reset();
});

test("a refusal lets the next one pass", async () => {
  const sent = [];
  const { outbox } = posted(async ({ text }) => {
    if (text === "bad") throw new Refused("too_long");
    return sent.push(text);
  });
  outbox.put({ text: "bad" });
  outbox.put({ text: "good" });
  await settle();
  await settle();
  assert.deepEqual(sent, ["good"]);
  assert.deepEqual(outbox.items.map(({ text, state, reason }) => [text, state, reason]), [["bad", "failed", "too_long"]]);
});

test("it waits as long as the server says, and is not failed", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let tries = 0;
  const { outbox } = posted(async () => {
    if (++tries === 1) throw new TooFast(30);
    return 1;
  });
  outbox.put({ text: "a" });
  await settle();
  mock.timers.tick(29_000);
  await settle();
  assert.equal(tries, 1);
  assert.equal(outbox.items[0].state, "waiting");
  mock.timers.tick(1000);
  while (outbox.items.length) await settle();
  mock.timers.reset();
  assert.equal(tries, 2);
});

test("what was not sent is taken up by the next page, but for secrets", async () => {
  const never = () => new Promise(() => {});
  const { outbox, store } = posted(never);
  outbox.put({ text: "hello" });
  outbox.put({ text: "123456", secret: true });
  assert.doesNotMatch(store.text, /123456/);
  const sent = [];
  const next = posted(async ({ text, client_id }) => sent.push([text, client_id]), store.text).outbox;
  next.restore();
  while (next.items.length) await settle();
  assert.deepEqual(sent, [["hello", outbox.items[0].client_id]]);
});

test("storage that holds nonsense holds nothing", () => {
  for (const text of ["{", "null", "7", '[{"text": "nameless"}]', null]) {
    const { outbox } = posted(async () => 1, text);
    outbox.restore();
    assert.deepEqual(outbox.items, []);
  }
});

test("a line that the log shows is not sent any more", () => {
  const { outbox, store } = posted(() => new Promise(() => {}));
  outbox.put({ text: "a" });
  outbox.taken(outbox.items[0].client_id);
  assert.deepEqual(outbox.items, []);
  assert.equal(store.text, "");
});

test("nothing is left after the end", () => {
  const { outbox, store } = posted(() => new Promise(() => {}));
  outbox.put({ text: "a" });
  outbox.clear();
  assert.equal(store.text, "");
});
