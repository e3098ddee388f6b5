// Links in messages: the product's own undo links lead there, others lead nowhere.
import { make } from "./elements.js";

const ADDRESS = /(https?:\/\/[^\s]+)/;

/** @param {string} text @returns {(Node | string)[]} */
export function link(text) {
  return text.split(ADDRESS).map((part) => (ADDRESS.test(part) ? address(part) : part));
}

/** @param {string} part */
function address(part) {
  const { pathname } = new URL(part);
  if (!pathname.startsWith("/undo/")) return make("span", { className: "dead-link" }, part);
  // The path alone: the page may have been opened under another name of this machine.
  return make("a", { href: pathname, target: "_blank", rel: "noreferrer" }, part);
}
