// The page's words, in the language that the page is in now.

/** @type {Record<string, Record<string, string>>} */
let words = {};

export const language = () => document.documentElement.lang;

export async function loadWords() {
  words = await (await fetch("/demo/strings.json")).json();
}

/** @param {string} name @param {Record<string, string | number>} [values] */
export function say(name, values = {}) {
  const text = words[language()][name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

/** @param {string} code */
export function speak(code) {
  document.documentElement.lang = code;
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-say]")) {
    place.textContent = say(/** @type {HTMLElement} */ (place).dataset.say ?? "");
  }
  for (const place of document.querySelectorAll("[data-label]")) {
    const name = /** @type {HTMLElement} */ (place).dataset.label ?? "";
    place.setAttribute("aria-label", say(name));
  }
}
