// Keyboard shortcuts: an element names its keys in `data-key`. They can be turned off
// (WCAG 2.2, 2.1.4), and never work while something is typed.

import { all, find } from "./dom.js";

const OFF = "desk-keys-off";
const SEQUENCE = 1500;
let began = "";

export function listenToKeys() {
  const help = find("#help");
  help.hidden = false;
  help.addEventListener("click", () => find("#keys").showModal());
  const on = find("#keys-on");
  on.checked = localStorage.getItem(OFF) === null;
  on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  document.addEventListener("keydown", onKey);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key === "Escape") return leave(event, target);
  if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]") || isTyping(target)) return;
  if (!find("#keys-on").checked) return;
  const keys = began ? `${began} ${event.key}` : event.key;
  began = "";
  if (event.key === "g" && keys === "g") {
    began = "g";
    setTimeout(() => (began = ""), SEQUENCE);
  } else if (keys === "j" || keys === "k") step(keys === "j" ? 1 : -1);
  else if (!press(keys, target)) return;
  event.preventDefault();
}

/** Do what an element with these keys does. @param {string} keys @param {HTMLElement} target */
function press(keys, target) {
  const near = target.closest("tr");
  const element = (near && named(keys, near)) ?? named(keys, document);
  if (!element) return false;
  if (element.matches("summary")) open(element);
  else if (element.matches("input, textarea, select")) element.focus();
  else element.click();
  return true;
}

/** @param {string} keys @param {ParentNode} root */
const named = (keys, root) => all(`[data-key="${CSS.escape(keys)}"]`, root).find((one) => one.checkVisibility());

/** @param {HTMLElement} summary */
function open(summary) {
  const details = /** @type {HTMLDetailsElement} */ (summary.parentElement);
  details.open = true;
  find("input:not([type=hidden]), select, button", details)?.focus();
}

/** Close what is open, else leave the field. @param {KeyboardEvent} event @param {HTMLElement} target */
function leave(event, target) {
  const opened = find("details.pop[open]");
  if (opened) {
    event.preventDefault();
    opened.open = false;
    find("summary", opened).focus();
  } else if (isTyping(target)) (find("#scroll") ?? find("main")).focus();
}

/** Go to the next or the previous conversation of a list. @param {1 | -1} by */
function step(by) {
  const links = all("#list .what > a, #pile .short a, .page .what > a");
  const at = links.findIndex((link) => link === document.activeElement);
  const here = at >= 0 ? at : links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = links[here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + by, 0), links.length - 1)];
  if (next && find("[data-chat]")) next.click();
  else next?.focus();
}

/** @param {HTMLElement} target */
function isTyping(target) {
  return target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}

/** Menus close when something else is pressed. */
export function closeMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of all("details.pop[open]")) if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
}
