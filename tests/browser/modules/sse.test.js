import assert from "node:assert/strict";
import { test } from "node:test";

import { events, parser } from "../../../bot/pages/widget/sse.js";

const STREAM = ': ping\r\n\r\nid: 1\r\nevent: message\r\ndata: {"a":\r\ndata: 1}\r\n\r\nevent: owner\r\ndata: bot\r\n\r\n';
const WHOLE = [
  { id: "1", event: "message", data: '{"a":\n1}' },
  { id: "", event: "owner", data: "bot" },
];

/** A response whose body comes in these pieces. */
function response(...pieces) {
  const encoder = new TextEncoder();
  return new Response(ReadableStream.from(pieces.map((piece) => encoder.encode(piece))));
}

test("events are the same wherever the stream is cut", () => {
  for (const ending of ["\r\n", "\n", "\r"]) {
    const text = STREAM.replaceAll("\r\n", ending) + (ending === "\r" ? "\n" : "");
    for (let cut = 0; cut <= text.length; cut++) {
      const parse = parser();
      assert.deepEqual([...parse(text.slice(0, cut)), ...parse(text.slice(cut))], WHOLE, `${cut}`);
    }
  }
});

test("half an event is none", () => {
  assert.deepEqual(parser()("id: 1\ndata: x\n"), []);
});

test("a comment keeps the stream alive and says nothing", () => {
  assert.deepEqual(parser()(": ping - 2030\n\n"), []);
});

test("events come out of a response, also when a letter is cut in two", async () => {
  const bytes = new TextEncoder().encode("data: ñ\n\n");
  const body = ReadableStream.from([bytes.slice(0, 7), bytes.slice(7)]);
  const found = [];
  for await (const event of events(new Response(body), new AbortController(), 1000)) found.push(event.data);
  assert.deepEqual(found, ["ñ"]);
});

test("a stream that says nothing for too long is given up", async () => {
  const abort = new AbortController();
  const body = new ReadableStream({
    start: (controller) => abort.signal.addEventListener("abort", () => controller.error(new Error("aborted"))),
  });
  await assert.rejects(async () => {
    for await (const _ of events(new Response(body), abort, 5)) assert.fail();
  });
  assert.ok(abort.signal.aborted);
});

test("the end of the body is the end", async () => {
  const found = [];
  for await (const event of events(response("data: 1\n\n", "data: 2\n"), new AbortController(), 1000)) found.push(event.data);
  assert.deepEqual(found, ["1"]);
});
