// The chat: what comes from the server, the visitor and the page around it, and what each
// of them sees of it.

import { Api } from "./api.js";
import { attempt, drawer, find, make } from "./dom.js";
import { Entry } from "./entry.js";
import { Host } from "./host.js";
import { Lines } from "./lines.js";
import { awaited, empty, heard, offering, spoke, wanted } from "./log.js";
import { Menu } from "./menu.js";
import { Offline, Outbox, TooFast } from "./outbox.js";
import { Panels, showArticle, showEnd, showEnded } from "./panels.js";
import { Sound } from "./sound.js";
import { Stream } from "./stream.js";
import { fill, wordsOf } from "./strings.js";
import { applyTheme } from "./theme.js";
import { download, transcript } from "./transcript.js";
import { signTyping } from "./typing.js";

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Owner} Owner */
/** @typedef {import("./types.js").Pending} Pending */
/** @typedef {import("./types.js").Said} Said */
/** @typedef {import("./types.js").Visit} Visit */

const TYPING = 6000;

export class Chat {
  #language;
  #log = empty();
  /** @type {Visit | undefined} */ #visit;
  #brand;
  #started = false;
  /** @type {string | null | undefined} */ #token;
  #live = false;
  #seen = true;
  #unread = 0;
  #typingUntil = 0;
  #state = "connecting";

  #words = () => wordsOf(this.#language);
  #panels = new Panels();
  #sound = new Sound();
  #api = new Api((visit) => this.#enter(visit), () => this.#language);
  #lines = new Lines(
    {
      choose: (option) => this.#choose(option),
      article: (id) => showArticle(this.#panels, this.#api, id, this.#language, this.#words()),
      again: (id) => this.#outbox.again(id),
      drop: (id) => this.#outbox.drop(id),
    },
    this.#words,
  );
  #entry = new Entry((said) => this.#say(said), this.#words);
  #outbox = new Outbox({
    send: (item) => this.#send(item),
    store: drawer("switchboard:unsent", attempt(() => sessionStorage)),
    changed: () => this.#show(),
  });
  #stream = new Stream(this.#api, {
    last: () => this.#log.last,
    lines: (lines, owner) => this.#catchUp(lines, owner),
    line: (line) => this.#hear(line),
    owner: (owner) => this.#own(owner),
    typing: () => this.#typing(),
    state: (state) => this.#connection(state),
  });
  #menu = new Menu(() => this.#choices());
  #host;

  /** @param {string} language @param {string} brand @param {string[]} origins of pages that may show the chat */
  constructor(language, brand, origins) {
    this.#brand = brand;
    this.#language = wordsOf(language) === wordsOf("es") ? "es" : "en";
    this.#label();
    find("#close").addEventListener("click", () => this.#host.tell("close"));
    addEventListener("keydown", (event) => this.#escape(event));
    this.#lines.keepInView();
    signTyping(find("#text"), this.#api, () => this.#log.owner === "agent");
    const acts = {
      hello: (/** @type {Record<string, string>} */ theme, /** @type {boolean} */ closable) => this.#greet(theme, closable),
      opened: (/** @type {boolean} */ focus) => this.#open(focus),
      closed: () => this.#close(),
      identify: (/** @type {string | null} */ token) => void this.#identify(token),
      language: (/** @type {string} */ language) => void this.#speak(language),
    };
    this.#host = new Host(acts, origins);
  }

  /** Begin, and go on for as long as the page is there. */
  start() {
    if (this.#started) return;
    this.#started = true;
    this.#outbox.restore();
    if (this.#token !== undefined) void this.#identify(this.#token);
    void this.#stream.run();
  }

  /** @param {Visit} visit */
  #enter(visit) {
    if (this.#visit && this.#visit.conversation !== visit.conversation) this.#begin();
    this.#visit = visit;
    if (visit.resumed && visit.language !== this.#language) this.#translate(visit.language);
    this.#entry.configure(visit);
    this.#label();
  }

  /** Nothing was said yet. */
  #begin() {
    this.#log = empty();
    this.#live = false;
    this.#lines.clear();
    this.#entry.want("");
    this.#show();
  }

  /** @param {Said} said */
  #say(said) {
    this.#outbox.put(said);
  }

  /** @param {import("./types.js").Option} option */
  #choose({ title, payload }) {
    this.#say({ payload, shown: title });
    this.#lines.offer(new Set());
    if (matchMedia("(pointer: coarse)").matches) find("#scroll").focus();
    else find("#text").focus();
  }

  /** @param {Pending} item */
  async #send(item) {
    try {
      if (!navigator.onLine) throw new Offline();
      const seq = await this.#api.send(item);
      this.#lines.taken(item.client_id);
      this.#stream.expect(seq);
      return seq;
    } catch (error) {
      if (error instanceof TooFast) this.#connection("slow_down");
      throw error;
    }
  }

  /** Lines that came while nobody listened.
   * @param {Line[]} lines @param {string} owner */
  #catchUp(lines, owner) {
    for (const line of lines) this.#hear(line);
    if (owner !== this.#log.owner) this.#own({ owner, name: null });
    this.#show();
    if (this.#live) return;
    // What is said from here on is announced; what was there before is not.
    setTimeout(() => {
      this.#live = true;
      this.#lines.announce(true);
    });
  }

  /** @param {Line} line */
  #hear(line) {
    const log = heard(this.#log, line);
    if (log === this.#log) return;
    this.#log = log;
    this.#lines.add(line);
    this.#outbox.taken(line.client_id);
    this.#typingUntil = 0;
    if (this.#live && line.author !== "visitor") this.#tell(line);
    this.#show();
  }

  /** @param {Line} line */
  #tell({ author, seq }) {
    this.#host.tell("message", { detail: { author, seq } });
    if (!this.#seen) this.#host.tell("unread", { count: ++this.#unread });
    if (!this.#seen || document.hidden) this.#sound.play();
  }

  /** @param {Owner} owner */
  #own({ owner, name }) {
    const changed = owner !== this.#log.owner;
    this.#log = { ...this.#log, owner, name };
    this.#label();
    this.#show();
    if (changed) this.#host.tell("handoff", { detail: { owner } });
  }

  #typing() {
    this.#typingUntil = Date.now() + TYPING;
    setTimeout(() => this.#show(), TYPING + 50);
    this.#show();
  }

  /** Bring the screen in line with what is known. */
  #show() {
    this.#lines.pend(this.#outbox.items);
    this.#lines.offer(offering(this.#log.lines));
    const waiting = this.#outbox.items.length > 0;
    if (!waiting && this.#live) this.#entry.want(wanted(this.#log.lines));
    this.#showTyping(!waiting && awaited(this.#log));
    this.#showWelcome();
    const failed = this.#outbox.items.some((item) => item.state === "failed");
    const words = this.#words();
    find("#status").textContent = failed && this.#state === "online" ? words.failed : words[this.#state];
  }

  /** @param {boolean} awaited */
  #showTyping(awaited) {
    const typing = find(".typing");
    typing.hidden = !(awaited || this.#typingUntil > Date.now());
    const name = this.#log.owner === "agent" ? this.#log.name || this.#words().person : this.#words().assistant;
    find("b", typing).textContent = fill(this.#words().typing, { name });
    if (!typing.hidden) this.#scrollDown();
  }

  #scrollDown() {
    const scroll = find("#scroll");
    if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120) scroll.scrollTop = scroll.scrollHeight;
  }

  #showWelcome() {
    const welcome = find("#welcome");
    const silent = !this.#log.lines.length && !this.#outbox.items.length;
    if (welcome.hidden !== silent) return;
    welcome.hidden = !silent;
    if (silent) this.#welcome();
  }

  #welcome() {
    const words = this.#words();
    const starts = ["try_code", "try_change", "try_lost", "try_person"].map((name) =>
      make("button", { type: "button", onclick: () => this.#begun(words[name]) }, words[name]),
    );
    find("#welcome").replaceChildren(make("p", { className: "hello" }, words.welcome), make("div", { className: "options" }, ...starts));
  }

  /** @param {string} text */
  #begun(text) {
    this.#say({ text });
    find("#text").focus();
  }

  /** @param {"online" | "connecting" | "offline" | "slow_down"} state */
  #connection(state) {
    const back = state === "online" && this.#state !== "online";
    this.#state = state;
    find("#status").dataset.state = state;
    if (back) this.#outbox.retry();
    if (state === "slow_down") setTimeout(() => this.#state === state && this.#connection("online"), 5000);
    this.#show();
  }

  /** Words that stand still, in the language of now. */
  #label() {
    const words = this.#words();
    const { owner, name } = this.#log;
    const title = fill(words.title, { brand: this.#brand }).trim();
    document.documentElement.lang = this.#language;
    document.title = title;
    find("#title").textContent = title;
    find("#mark").textContent = this.#brand.charAt(0);
    find("#owner").textContent = fill(words[`with_${owner}`], { name: name || words.person });
    find("#owner").dataset.owner = owner;
    find("#disclaimer").textContent = this.#visit?.brand.disclaimer ?? "";
    const labels = { "#scroll": "conversation", "#send": "send", "#menu-button": "menu", "#close": "close", "#log": "conversation" };
    for (const [selector, word] of Object.entries(labels)) find(selector).setAttribute("aria-label", words[word]);
    this.#entry.dress();
  }

  /** @param {string} language */
  #translate(language) {
    this.#language = language;
    this.#label();
    this.#entry.redraw();
    if (!find("#welcome").hidden) this.#welcome();
    this.#show();
  }

  /** @param {string} language */
  async #speak(language) {
    if (!["en", "es"].includes(language)) return;
    this.#translate(language);
    if (!this.#started) return;
    await this.#api.call("POST", "/api/web/language", { language }).catch(() => {});
  }

  /** @param {Record<string, string>} theme @param {boolean} closable */
  #greet(theme, closable) {
    applyTheme(theme);
    find("#close").hidden = !closable;
  }

  #close() {
    this.#seen = false;
    this.start();
  }

  /** @param {boolean} focus */
  #open(focus) {
    this.start();
    this.#seen = true;
    this.#unread = 0;
    this.#host.tell("unread", { count: 0 });
    find("#scroll").scrollTop = find("#scroll").scrollHeight;
    // A frame that was hidden until now takes no focus before it is drawn.
    if (focus) requestAnimationFrame(() => this.#takeFocus());
  }

  #takeFocus() {
    if (matchMedia("(pointer: coarse)").matches) find("#title").focus();
    else if (!this.#panels.open) this.#entry.focus();
  }

  /** @param {string | null} token */
  async #identify(token) {
    this.#token = token;
    if (!this.#started) return;
    try {
      if (token) await this.#api.identify(token);
      else await this.#api.visit({ fresh: true });
      this.#stream.renew();
    } catch {
      // The website will say so again at its next page; the chat goes on without.
    }
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== "Escape") return;
    if (this.#menu.opened) this.#menu.close();
    else if (this.#panels.open) this.#panels.hide();
    else this.#host.tell("close");
  }

  #choices() {
    const words = this.#words();
    const other = this.#language === "en" ? "es" : "en";
    const sound = words[this.#sound.on ? "sound_on" : "sound_off"];
    return [
      { id: "language", text: words.language, act: () => void this.#speak(other) },
      { id: "sound", text: sound, pressed: this.#sound.on, act: () => this.#sound.toggle() },
      { id: "download", text: words.download, act: () => this.#download() },
      { id: "end-chat", text: words.end, act: () => this.#end() },
    ];
  }

  #download() {
    const { lines } = this.#log;
    const title = find("#title").textContent;
    const options = { title, language: this.#language, speaker: (/** @type {Line} */ line) => this.#lines.speaker(line) };
    download(`${this.#words().file}-${new Date().toISOString().slice(0, 10)}.txt`, transcript(lines, options));
  }

  #end() {
    const acts = { forget: (/** @type {any} */ rating) => this.#forget(rating), download: () => this.#download() };
    showEnd(this.#panels, this.#words(), !spoke(this.#log.lines) || !!this.#visit?.rated, acts);
  }

  /** @param {{score: number, comment?: string} | null} rating */
  async #forget(rating) {
    if (rating) await this.#api.call("POST", "/api/web/rating", rating);
    const { forgotten } = await (await this.#api.call("DELETE", "/api/web/conversation")).json();
    this.#stream.stop();
    this.#api.leave();
    this.#outbox.clear();
    this.#begin();
    showEnded(this.#panels, this.#words(), forgotten, () => this.#renew());
  }

  async #renew() {
    this.#panels.hide(false);
    this.#entry.focus();
    void this.#stream.run();
  }
}
