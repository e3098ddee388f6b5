// Finding and making elements; text goes in as text, never as markup.

/** @param {string} selector @param {ParentNode} [root] @returns {any} */
export const find = (selector, root = document) => root.querySelector(selector);

/** @param {string} selector @param {ParentNode} [root] @returns {any[]} */
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {Record<string, any>} [given] attributes have a dash in their name, or are `role`
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]} */
export function make(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.includes("-") || key === "role") made.setAttribute(key, value);
    else /** @type {any} */ (made)[key] = value;
  }
  made.append(...children);
  return made;
}

/** What the page says by itself. @param {string} name @returns {string} */
export const say = (name) => JSON.parse(document.body.dataset.words ?? "{}")[name] ?? "";

/** Tell something once, on the screen and to screen readers. @param {string} text */
export function tell(text) {
  const place = find("#told");
  if (!place || !text) return;
  place.replaceChildren(make("span", {}, text));
  clearTimeout(fading);
  fading = window.setTimeout(() => place.replaceChildren(), 6000);
}
let fading = 0;
