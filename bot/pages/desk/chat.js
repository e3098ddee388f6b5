// The transcript on the screen: what is new is added at its end, and announced once.

import { all, find, make, say } from "./dom.js";
import { tick } from "./times.js";

const NEAR = 80;
const TYPING = 6000;

export class Transcript {
  #log = find("#log");
  #scroll = find("#scroll");
  #typing = find("#typing");
  #typed = 0;
  #atEnd = true;
  /** @type {Map<string, HTMLElement>} */ #sent = new Map();

  constructor() {
    this.#arrange();
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#scroll.addEventListener("scroll", () => {
      this.#atEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR;
    });
    new ResizeObserver(() => this.#follow()).observe(this.#scroll);
    this.#log.setAttribute("aria-live", "polite");
  }

  /** The number of the newest line. */
  get last() {
    return Number(all("[data-seq]", this.#log).at(-1)?.dataset.seq ?? 0);
  }

  /** Add the lines of a page that are new. @param {Document} page */
  add(page) {
    const last = this.last;
    const lines = all("#log [data-seq]", page).filter((line) => Number(line.dataset.seq) > last);
    for (const line of lines) this.#add(document.adoptNode(line));
    if (lines.some((line) => line.dataset.author === "visitor")) this.typing(false);
    if (lines.length) this.#arrange();
  }

  /** Show a reply before the server has it. @param {string} id @param {string} text */
  send(id, text) {
    const state = make("p", { className: "state" }, say("sending"));
    const bubble = make("div", { className: "bubble" }, make("p", { className: "text", dir: "auto" }, text));
    const line = make("div", { className: "line sending", "data-author": "agent", "aria-live": "off" }, bubble, state);
    this.#sent.set(id, line);
    this.#log.append(line);
    this.#atEnd = true;
    this.#follow();
  }

  /** A reply was not taken. @param {string} id @param {string} why
   * @param {{again(): void, edit(): void}} acts */
  fail(id, why, acts) {
    const line = this.#sent.get(id);
    if (!line) return;
    const button = (/** @type {"again" | "edit"} */ name) =>
      make("button", { type: "button", className: "small plain", onclick: () => (this.drop(id), acts[name]()) }, say(name));
    line.classList.add("failed");
    find(".state", line).replaceChildren(`${say("not_sent")}. ${why} `, button("again"), button("edit"));
    this.#follow();
  }

  /** @param {string} id */
  drop(id) {
    this.#sent.get(id)?.remove();
    this.#sent.delete(id);
  }

  /** @param {boolean} typing */
  typing(typing) {
    clearTimeout(this.#typed);
    this.#typing.hidden = !typing;
    if (typing) this.#typed = window.setTimeout(() => this.typing(false), TYPING);
    this.#follow();
  }

  /** @param {HTMLElement} line */
  #add(line) {
    if (line.dataset.client) this.drop(line.dataset.client);
    if (line.dataset.author === "agent") line.setAttribute("aria-live", "off");
    tick(line);
    this.#log.insertBefore(line, find(".sending", this.#log));
    this.#follow();
  }

  /** Say a day once, and a speaker once in a row. */
  #arrange() {
    let before = { author: "", day: "" };
    for (const line of all("[data-seq]", this.#log)) {
      const time = find("time", line);
      const day = new Date(time.dateTime).toLocaleDateString(document.documentElement.lang, { dateStyle: "full" });
      if (day !== before.day && !line.previousElementSibling?.matches(".day")) line.before(make("p", { className: "day" }, day));
      const author = `${line.dataset.author} ${find(".who", line).firstChild?.textContent}`;
      line.classList.toggle("same", author === before.author && day === before.day);
      before = { author, day };
    }
  }

  #follow() {
    if (this.#atEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}
