// The menu behind the three dots: a button that shows a list of buttons.

import { find, make } from "./dom.js";

export class Menu {
  #button = find("#menu-button");
  #list = find("#menu");
  #items;

  /** @param {() => {id: string, text: string, pressed?: boolean, act: () => void}[]} items asked for at each opening */
  constructor(items) {
    this.#items = items;
    this.#button.addEventListener("click", () => (this.#list.hidden ? this.open() : this.close()));
    addEventListener("click", ({ target }) => {
      if (target instanceof Element && !target.closest("#menu, #menu-button")) this.close(false);
    });
    find("header").addEventListener("focusout", (/** @type {FocusEvent} */ { relatedTarget }) => {
      if (relatedTarget instanceof Element && !relatedTarget.closest("header")) this.close(false);
    });
  }

  get opened() {
    return !this.#list.hidden;
  }

  open() {
    const items = this.#items().map(({ id, text, pressed, act }) => {
      const button = make("button", { id, type: "button" }, text);
      if (pressed !== undefined) button.setAttribute("aria-pressed", `${pressed}`);
      button.addEventListener("click", () => {
        this.close();
        act();
      });
      return make("li", {}, button);
    });
    this.#list.replaceChildren(...items);
    this.#list.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    find("button", this.#list).focus();
  }

  /** @param {boolean} [returning] to the button */
  close(returning = true) {
    if (this.#list.hidden) return;
    this.#list.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    if (returning) this.#button.focus();
  }
}
