// Where the visitor writes: the message, and above it a field of its own for a code or a
// phone number while the assistant waits for one.

import { find, make } from "./dom.js";
import { veiled } from "./log.js";
import { choices, international } from "./phone.js";
import { fill } from "./strings.js";

/** @typedef {import("./types.js").Country} Country */
/** @typedef {import("./types.js").Said} Said */
/** @typedef {import("./types.js").Words} Words */

const NEAR_LIMIT = 0.9;
const CODE = 6;
const RECOVERY_CODE = 20;

export class Entry {
  #form = find("#composer");
  #text = /** @type {HTMLTextAreaElement} */ (find("#text"));
  #place = find("#entry");
  #wanted = "";
  /** @type {Country[]} */ #countries = [];
  #say;
  /** @type {() => Words} */ #words;

  /** @param {(said: Said) => void} say @param {() => Words} words */
  constructor(say, words) {
    this.#say = say;
    this.#words = words;
    this.#form.addEventListener("submit", (/** @type {Event} */ event) => this.#submit(event));
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
    });
    this.#text.addEventListener("input", () => this.#grow());
  }

  /** @param {{countries: Country[], message_length: number}} limits */
  configure({ countries, message_length }) {
    this.#countries = countries;
    this.#text.maxLength = message_length;
  }

  /** Offer the field for what is wanted now; ask for it in `text` only when it is "".
   * @param {string} wanted */
  want(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    const idle = !this.#text.value && (document.activeElement === this.#text || this.#place.contains(document.activeElement));
    const field = { code: this.#code, recovery_code: this.#recovery, phone: this.#phone }[wanted];
    this.#place.replaceChildren(...(field ? [field.call(this)] : []));
    this.dress();
    if (idle) this.focus();
  }

  /** Words and keyboard of the message field, for what is wanted. */
  dress() {
    const words = this.#words();
    const mail = this.#wanted === "email" || this.#wanted === "contact";
    const label = mail ? words[this.#wanted] : words.message;
    this.#text.placeholder = label;
    this.#text.setAttribute("aria-label", label);
    this.#text.inputMode = mail ? "email" : "text";
    this.#text.setAttribute("autocomplete", mail ? "email" : "off");
  }

  /** Put the cursor where the next answer goes. */
  focus() {
    (find("input", this.#place) ?? this.#text).focus();
  }

  /** Draw the field again, in the language of now. */
  redraw() {
    const wanted = this.#wanted;
    this.#wanted = "again";
    this.want(wanted);
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!text) return;
    this.#text.value = "";
    this.#grow();
    this.#say({ text, shown: veiled(text) });
  }

  #grow() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
    const left = this.#text.maxLength - this.#text.value.length;
    const near = this.#text.value.length > this.#text.maxLength * NEAR_LIMIT;
    find("#left").textContent = near ? fill(this.#words().left, { count: left }) : "";
  }

  #code() {
    const words = this.#words();
    const input = make("input", { id: "code", autocomplete: "one-time-code", inputMode: "numeric", maxLength: 11, "aria-describedby": "hint" });
    return this.#asking("code-entry", words.code, [input], words.code_hint, () => {
      const digits = input.value.replace(/\D/g, "");
      return digits.length === CODE ? { text: digits, shown: words.code_given, secret: true } : words.code_wrong;
    });
  }

  #recovery() {
    const words = this.#words();
    const input = make("input", { id: "code", autocomplete: "off", spellcheck: false, maxLength: 60, "aria-describedby": "hint", autocapitalize: "characters" });
    return this.#asking("code-entry", words.recovery_code, [input], words.code_hint, () => {
      const code = input.value.trim();
      return code.length >= RECOVERY_CODE ? { text: code, shown: words.code_given, secret: true } : words.recovery_code_wrong;
    });
  }

  #phone() {
    const words = this.#words();
    const options = choices(this.#countries).map(({ code, label }) => make("option", { value: code }, label));
    const select = make("select", { "aria-label": words.country }, ...options);
    const input = make("input", { id: "code", type: "tel", autocomplete: "tel-national", maxLength: 30, "aria-describedby": "hint" });
    return this.#asking("phone-entry", words.phone, [select, input], "", () => {
      const number = international(select.value, input.value);
      return number ? { text: number, shown: veiled(number) } : words.phone_wrong;
    });
  }

  /** A form with one field; `read` gives what to say, or what is wrong.
   * @param {string} name @param {string} label @param {HTMLElement[]} fields @param {string} hint @param {() => Said | string} read */
  #asking(name, label, fields, hint, read) {
    const said = make("p", { id: "hint" }, hint);
    const button = make("button", { type: "submit" }, this.#words().confirm);
    const form = make("form", { className: name, noValidate: true }, make("label", { htmlFor: "code" }, label), make("div", { className: "row" }, ...fields, button), said);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const read_ = read();
      if (typeof read_ === "string") return this.#complain(said, read_);
      this.want("");
      this.#say(read_);
      this.#text.focus();
    });
    return form;
  }

  /** @param {HTMLElement} place @param {string} problem */
  #complain(place, problem) {
    place.textContent = problem;
    place.setAttribute("role", "alert");
    const input = find("input", this.#place);
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}
