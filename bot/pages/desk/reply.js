// The composer: a reply is shown at once, and sent in order behind the ones before it.

import { all, find, tell } from "./dom.js";
import { ask, fieldsOf, Unreachable } from "./pages.js";

/** @typedef {import("./chat.js").Transcript} Transcript */

const SIGN_EVERY = 3000;

export class Composer {
  #transcript;
  #show;
  #draft = "";
  #signed = 0;
  /** @type {Promise<void>} */ #queue = Promise.resolve();

  /** @param {Transcript} transcript @param {(page: Document) => void} show */
  constructor(transcript, show) {
    this.#transcript = transcript;
    this.#show = show;
    document.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("input", (event) => this.#onInput(event));
    document.addEventListener("click", (event) => this.#onClick(event));
  }

  /** Whether a form is this one. @param {HTMLFormElement} form */
  owns(form) {
    return form.id === "reply";
  }

  /** Send what is written. */
  send() {
    const field = this.#field();
    if (!field?.value.trim()) return void field?.focus();
    find("[name=client_id]").value = crypto.randomUUID();
    const fields = fieldsOf(find("#reply"), null);
    field.value = this.#draft = "";
    field.focus();
    this.#enqueue(find("#reply").action, fields);
  }

  /** The composer may have come anew: what was being written goes on. */
  restore() {
    const field = this.#field();
    if (field && !field.value) field.value = this.#draft;
  }

  /** @param {string} address @param {URLSearchParams} fields */
  #enqueue(address, fields) {
    const id = fields.get("client_id") ?? "";
    this.#transcript.send(id, fields.get("text") ?? "");
    this.#queue = this.#queue.then(() => this.#post(address, fields));
  }

  /** @param {string} address @param {URLSearchParams} fields */
  async #post(address, fields) {
    const failed = (/** @type {string} */ why) => this.#failed(address, fields, why);
    try {
      const { page, ok } = await ask(address, fields);
      if (!ok) failed(find("#told", page)?.textContent.trim() ?? "");
      this.#show(page);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      failed("");
    }
  }

  /** @param {string} address @param {URLSearchParams} fields @param {string} why */
  #failed(address, fields, why) {
    this.#transcript.fail(fields.get("client_id") ?? "", why, {
      again: () => this.#enqueue(address, fields),
      edit: () => this.#put(fields.get("text") ?? ""),
    });
    tell(why);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.target !== this.#field() || event.key !== "Enter") return;
    if (event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  /** @param {Event} event */
  #onInput(event) {
    if (/** @type {HTMLElement} */ (event.target).id === "canned-filter") return this.#filter();
    if (event.target !== this.#field()) return;
    this.#draft = /** @type {HTMLTextAreaElement} */ (event.target).value;
    if (this.#draft && Date.now() - this.#signed > SIGN_EVERY) this.#sign();
  }

  /** Let the person see that somebody writes; one sign that is lost is missed by nobody. */
  #sign() {
    this.#signed = Date.now();
    const chat = find("[data-chat]").dataset.chat;
    const headers = { "X-CSRF-Token": document.body.dataset.csrf ?? "" };
    fetch(`/desk/api/conversations/${chat}/typing`, { method: "POST", headers }).catch(() => {});
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const link = /** @type {HTMLElement} */ (event.target).closest("#canned a");
    if (!(link instanceof HTMLElement)) return;
    event.preventDefault();
    find("#canned").open = false;
    this.#put(link.dataset.text ?? "");
  }

  /** @param {string} text */
  #put(text) {
    const field = this.#field();
    if (!field) return;
    field.value = this.#draft = field.value.trim() ? `${field.value.trimEnd()}\n${text}` : text;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  #filter() {
    const wanted = find("#canned-filter").value.toLocaleLowerCase();
    for (const item of all("#canned li")) item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
  }

  /** @returns {HTMLTextAreaElement | null} */
  #field() {
    return find("#text");
  }
}
