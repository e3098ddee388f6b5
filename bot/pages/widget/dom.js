// Making elements: text is always text.

/** An element with properties, attributes (names with a dash, role) and children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {Record<string, any>} [given] @param {...(Node | string)} children
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

/** The one element that a selector finds.
 * @param {string} selector @param {ParentNode} [root] @returns {any} */
export const find = (selector, root = document) => root.querySelector(selector);

/** Text of the service as nodes: addresses on the web become links.
 * @param {string} text @param {string} opens said to screen readers @returns {(Node | string)[]} */
export function linked(text, opens) {
  return text.split(/(https:\/\/[^\s<>"']*[^\s<>"'.,;:!?)])/).map((part, index) =>
    index % 2 ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part, make("span", { className: "unseen" }, ` ${opens}`)) : part,
  );
}

/** Local storage that may be forbidden. @param {string} key @param {Storage | null} storage */
export function drawer(key, storage) {
  return {
    read: () => attempt(() => storage?.getItem(key) ?? null),
    /** @param {string} text empty to remove */
    write: (text) => void attempt(() => (text ? storage?.setItem(key, text) : storage?.removeItem(key))),
  };
}

/** @template Value @param {() => Value} act @returns {Value | null} */
export function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
