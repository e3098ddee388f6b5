// The page around the frame. It learns that there are messages, never what they say; it is
// listened to when its origin is ours or one that may embed the chat.

/** @typedef {{hello(theme: Record<string, string>, closable: boolean): void, opened(focus: boolean): void,
 *   closed(): void, identify(token: string | null): void, language(language: string): void}} Acts */

export class Host {
  /** @type {string | undefined} */ #origin;
  #allowed;
  #acts;

  /** @param {Acts} acts @param {string[]} origins that may embed the chat beside our own */
  constructor(acts, origins) {
    this.#acts = acts;
    this.#allowed = [location.origin, ...origins];
    if (window.parent === window) return;
    addEventListener("message", (event) => this.#hear(event));
    // Nothing is in this message, so whoever embeds the frame may have it.
    window.parent.postMessage({ switchboard: 1, type: "ready" }, "*");
  }

  /** @param {string} type @param {object} [more] */
  tell(type, more) {
    if (this.#origin) window.parent.postMessage({ switchboard: 1, type, ...more }, this.#origin);
  }

  /** @param {MessageEvent} event */
  #hear(event) {
    if (event.source !== window.parent || event.data?.switchboard !== 1) return;
    if (!this.#allowed.includes(event.origin)) return;
    this.#origin = event.origin;
    const { type, theme, closable, token, language } = event.data;
    if (type === "hello") this.#acts.hello(theme ?? {}, closable === true);
    else if (type === "opened" || type === "shown") this.#acts.opened(type === "opened");
    else if (type === "closed") this.#acts.closed();
    else if (type === "identify") this.#acts.identify(typeof token === "string" ? token : null);
    else if (type === "language") this.#acts.language(`${language}`);
  }
}
