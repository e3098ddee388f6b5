// The stories that the page proposes: what to do, and how it shows that it was done.
// A happening is {name, email?, by?, code?, isNew?}; `copies` names a text to paste.

export const STORIES = {
  ana: {
    email: "ana@example.com",
    steps: [
      { name: "start", on: (/** @type {any} */ it) => it.name === "code-sent" },
      { name: "ask", on: (/** @type {any} */ it) => it.name === "code-lost" },
      { name: "say", copies: "say_text", on: (/** @type {any} */ it) => it.name === "answered" },
      { name: "take", on: (/** @type {any} */ it) => it.name === "arrived" && it.by === "voice" },
      { name: "enter", on: (/** @type {any} */ it) => it.name === "signed-in" },
    ],
  },
  linh: {
    email: "linh@example.com",
    steps: [
      { name: "start", on: (/** @type {any} */ it) => it.name === "signed-in" },
      { name: "say", copies: "say_text", on: (/** @type {any} */ it) => it.name === "answered" },
      { name: "number", copies: "spare", on: (/** @type {any} */ it) => it.name === "arrived" && it.isNew && it.code },
      { name: "confirm", on: (/** @type {any} */ it) => it.name === "number-changed" },
    ],
  },
};

/**
 * How many steps of a story are done after something happened. One step may be done
 * without those before it, for people take short cuts; an answer of the chat says
 * something only after them.
 * @param {"ana" | "linh"} story @param {number} done @param {any} happening
 */
export function stepsDone(story, done, happening) {
  const { email, steps } = STORIES[story];
  if (happening.email && happening.email !== email) return done;
  const last = steps.findLastIndex((step) => step.on(happening));
  return last < 0 || (happening.name === "answered" && done < last) ? done : Math.max(done, last + 1);
}
