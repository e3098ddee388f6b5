// Parts of a page that change: each has an id and `data-live`. One in which somebody is at
// work is left alone until they are not.

import { all, find } from "./dom.js";
import { tick } from "./times.js";

/** Whether somebody is at work in it: they write, choose, or have opened a menu.
 * @param {HTMLElement} region */
function isBusy(region) {
  const held = region.contains(document.activeElement) && document.activeElement?.matches("input, textarea, select");
  return held || region.matches(":has(details[open])");
}

/** Put in what has changed; gives the ids of what could not be changed yet.
 * @param {Document} page @param {Element | null} [form] what was sent: its region waits for nobody */
export function renew(page, form = null) {
  const late = [];
  for (const region of all("[data-live]")) {
    const newer = page.getElementById(region.id);
    if (!newer || isSame(region, newer)) continue;
    if (isBusy(region) && !(form && region.contains(form))) late.push(region.id);
    else put(region, newer);
  }
  return late;
}

/** @param {HTMLElement} region @param {HTMLElement} newer */
function isSame(region, newer) {
  if (region.dataset.state !== undefined) return region.dataset.state === newer.dataset.state;
  return plain(region) === plain(newer);
}

/** What it shows, but for waits, which go on by themselves. @param {HTMLElement} region */
function plain(region) {
  const copy = /** @type {HTMLElement} */ (region.cloneNode(true));
  for (const time of all("time", copy)) time.replaceChildren();
  for (const hidden of all("input[type=hidden]", copy)) hidden.remove();
  for (const picked of all(".picked", copy)) picked.classList.remove("picked");
  return `${copy.hidden}${copy.innerHTML.replace(/ class=""/g, "")}`;
}

/** @param {HTMLElement} region @param {HTMLElement} newer */
function put(region, newer) {
  const held = region.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  const kept = /** @type {HTMLElement} */ (document.adoptNode(newer));
  region.replaceWith(kept);
  tick(kept);
  if (held !== null) (find(held || "x", kept) ?? find("#scroll") ?? find("main"))?.focus();
}

/** How the element with the focus is found again. @param {Element | null} element */
function nameOf(element) {
  if (element?.id) return `#${CSS.escape(element.id)}`;
  const link = element?.getAttribute("href");
  if (link) return `a[href="${CSS.escape(link)}"]`;
  const action = element?.closest("form")?.getAttribute("action");
  return action ? `form[action="${CSS.escape(action)}"] ${element?.localName}` : "";
}
