// Server-sent events read from a fetch, which unlike EventSource can send a token.

/** @typedef {import("./types.js").Event} Event */

/** A parser (WHATWG HTML, 9.2.6): give it text as it comes, get whole events.
 * @returns {(chunk: string) => Event[]} */
export function parser() {
  let rest = "";
  let event = blank();
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    const whole = [];
    for (const line of lines) {
      if (line !== "") read(event, line);
      else if (event.data || event.event !== "message") {
        whole.push({ ...event, data: event.data.replace(/\n$/, "") });
        event = blank();
      }
    }
    return whole;
  };
}

/** @param {Event} event @param {string} line */
function read(event, line) {
  const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
  if (name === "data") event.data += `${value}\n`;
  else if (name === "id" || name === "event") event[name] = value;
}

/** @returns {Event} */
function blank() {
  return { id: "", event: "message", data: "" };
}

/** The events of a response's body; ends with it, or when nothing comes for too long.
 * @param {Response} response @param {AbortController} abort @param {number} silence milliseconds
 * @returns {AsyncGenerator<Event>} */
export async function* events(response, abort, silence) {
  const parse = parser();
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const deaf = setTimeout(() => abort.abort(), silence);
    const { done, value } = await reader.read().finally(() => clearTimeout(deaf));
    if (done) return;
    yield* parse(decoder.decode(value, { stream: true }));
  }
}
