// The conversation on the screen. The log announces what is added to it, once; what the
// visitor said, and lines from before, are not announced.

import { find, linked, make } from "./dom.js";
import { unmasked } from "./log.js";
import { secretOf } from "./secret.js";

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Option} Option */
/** @typedef {import("./types.js").Pending} Pending */
/** @typedef {import("./types.js").Words} Words */
/** @typedef {{choose(option: Option): void, article(id: string): void, again(id: string): void, drop(id: string): void}} Acts */

const SECRET_LIFETIME = 600_000;
const NEAR = 80;

export class Lines {
  #log = find("#log");
  #scroll = find("#scroll");
  /** @type {Map<string, HTMLElement>} */ #pending = new Map();
  #day = "";
  #author = "";
  #atEnd = true;
  #acts;
  /** @type {() => Words} */ #words;

  /** @param {Acts} acts @param {() => Words} words */
  constructor(acts, words) {
    this.#acts = acts;
    this.#words = words;
  }

  /** Who said a line. @param {Line} line */
  speaker(line) {
    const words = this.#words();
    if (line.author === "agent") return line.data.name || words.person;
    return words[{ visitor: "you", bot: "assistant", system: "system" }[line.author]];
  }

  /** @param {Line} line */
  add(line) {
    const sent = line.client_id ? this.#pending.get(line.client_id) : undefined;
    if (line.client_id) this.#pending.delete(line.client_id);
    this.#put(line, sent);
    if (line.author === "visitor") this.hideSecrets();
    this.#follow(line.author === "visitor");
  }

  /** Show what is on its way, after everything that has arrived. @param {Pending[]} items */
  pend(items) {
    const ids = new Set(items.map((item) => item.client_id));
    for (const [id, shown] of this.#pending) {
      if (ids.has(id)) continue;
      // Taken lines wait here for their number; dropped ones go.
      if (shown.dataset.taken) continue;
      shown.remove();
      this.#pending.delete(id);
    }
    for (const item of items) this.#pend(item);
  }

  /** The server has it: nothing more is said of its way. @param {string} clientId */
  taken(clientId) {
    const shown = this.#pending.get(clientId);
    if (!shown) return;
    shown.dataset.taken = "1";
    shown.classList.remove("failed");
    find(".state", shown).replaceChildren();
  }

  /** Let only these lines' options be chosen. @param {Set<number>} open */
  offer(open) {
    for (const group of this.#log.querySelectorAll(".options")) {
      if (!open.has(Number(group.parentElement.dataset.seq))) group.remove();
    }
  }

  hideSecrets() {
    for (const secret of this.#log.querySelectorAll(".secret")) {
      secret.replaceWith(make("p", { className: "gone" }, this.#words().secret_gone));
    }
  }

  /** Whether to announce what is added. @param {boolean} live */
  announce(live) {
    this.#log.setAttribute("aria-live", live ? "polite" : "off");
  }

  clear() {
    this.#log.replaceChildren();
    this.#pending.clear();
    this.#day = this.#author = "";
  }

  /** @param {Line} line @param {HTMLElement | undefined} sent */
  #put(line, sent) {
    if (sent) sent.remove();
    const at = new Date(line.at);
    const first = [...this.#pending.values()].find((each) => each.isConnected) ?? null;
    for (const shown of [this.#newDay(at), this.#line(line, at)]) if (shown) this.#log.insertBefore(shown, first);
    this.#author = line.author;
  }

  /** @param {Date} at */
  #newDay(at) {
    const day = at.toLocaleDateString(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
    if (day === this.#day) return null;
    this.#day = day;
    return make("p", { className: "day" }, day);
  }

  /** @param {Line} line @param {Date} at */
  #line(line, at) {
    const words = this.#words();
    const name = make("p", { className: line.author === this.#author || line.author === "visitor" ? "who unseen" : "who" }, this.speaker(line));
    const text = line.author === "bot" ? linked(line.text, words.opens) : [unmasked(line.text, words)];
    const bubble = make("div", { className: "bubble" }, make("p", { className: "text", dir: "auto" }, ...text));
    if (line.data.showing) bubble.append(this.#secret(line));
    if (line.data.articles?.length) bubble.append(this.#articles(line.data.articles));
    const moment = this.#moment(line, at);
    const shown = make("div", { className: "line", "data-seq": line.seq, "data-author": line.author, "data-kind": line.kind }, name, bubble, moment);
    if (line.author === "visitor") shown.setAttribute("aria-live", "off");
    if (line.options.length) shown.append(this.#options(line));
    return shown;
  }

  /** When a line was said; of several in one minute only the last shows it.
   * @param {Line} line @param {Date} at */
  #moment(line, at) {
    const time = at.toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
    const before = find("[data-seq]:last-of-type > time", this.#log);
    if (line.author === this.#author && before?.textContent === time) before.remove();
    return make("time", { dateTime: line.at }, time);
  }

  /** @param {Line} line */
  #options(line) {
    const buttons = line.options.map((option) => make("button", { type: "button", onclick: () => this.#acts.choose(option) }, option.title));
    return make("div", { className: "options", role: "group", "aria-label": this.#words().options }, ...buttons);
  }

  /** @param {import("./types.js").Article[]} articles */
  #articles(articles) {
    const buttons = articles.map(({ id, title }) => make("button", { type: "button", className: "link", onclick: () => this.#acts.article(id) }, title));
    return make("div", { className: "articles" }, make("span", {}, this.#words().more), ...buttons);
  }

  /** @param {Line} line */
  #secret(line) {
    if (!line.data.secret) return make("p", { className: "gone" }, this.#words().secret_gone);
    // From when it came: the clocks of this device and of the server may differ.
    setTimeout(() => this.hideSecrets(), SECRET_LIFETIME);
    return secretOf(line.data.secret, this.#words());
  }

  /** @param {Pending} item */
  #pend(item) {
    let shown = this.#pending.get(item.client_id);
    if (!shown) {
      const text = make("p", { className: "text", dir: "auto" }, item.shown);
      shown = make("div", { className: "line", "data-author": "visitor", "aria-live": "off" }, make("div", { className: "bubble" }, text), make("p", { className: "state" }));
      this.#pending.set(item.client_id, shown);
      this.#log.append(shown);
      this.#follow(true);
    }
    shown.classList.toggle("failed", item.state === "failed");
    const state = item.state === "failed" ? this.#failure(item) : [this.#words()[navigator.onLine ? "sending" : "kept"]];
    find(".state", shown).replaceChildren(...state);
  }

  /** @param {Pending} item */
  #failure({ client_id, reason }) {
    const words = this.#words();
    const why = reason ? `${words.failed}: ${words[`refused_${reason}`]}. ` : `${words.failed}. `;
    const button = (/** @type {"again" | "drop"} */ name) => make("button", { type: "button", className: `link ${name}`, onclick: () => this.#acts[name](client_id) }, words[name]);
    return [why, button("again"), " ", button("drop")];
  }

  /** Stay at the newest line also when a field takes room away from the log. */
  keepInView() {
    let height = 0;
    this.#scroll.addEventListener("scroll", () => {
      // A field that takes room away scrolls nobody away from the end.
      if (height !== this.#scroll.clientHeight) return;
      this.#atEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR;
    });
    new ResizeObserver(() => {
      height = this.#scroll.clientHeight;
      this.#follow(false);
    }).observe(this.#scroll);
  }

  /** Keep the newest line in view, unless the visitor reads further up.
   * @param {boolean} always */
  #follow(always) {
    if (always || this.#atEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}
