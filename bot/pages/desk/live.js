// Keeps a page up to date: events say that something has changed, the page says what.

import { find, say, tell } from "./dom.js";
import { ask, signInAgain, Unreachable } from "./pages.js";
import { renew } from "./regions.js";

const AGAIN = 5000;
const UNSEEN = "desk-unseen";

export class Live {
  #asking = false;
  #once_more = false;
  #cut = false;
  #late = false;
  /** @type {EventSource | undefined} */ #events;
  /** @type {AbortController | null} */ #unseen = null;
  #seen = () => {};
  #address;
  #source;
  #listener;

  /** @param {() => string} address of this page as it is asked for again
   * @param {() => string} source of the events
   * @param {{page?(page: Document): void, shown?(): void, event?(name: string, data: any): void}} listener */
  constructor(address, source, listener) {
    this.#address = address;
    this.#source = source;
    this.#listener = listener;
    addEventListener("focusout", () => setTimeout(() => this.#late && this.refresh()));
    addEventListener("toggle", () => this.#late && this.refresh(), true);
    addEventListener("online", () => this.#unseen ?? this.listen());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#rest() : this.#return()));
    // Who signs out need not be told that the session is over.
    addEventListener("submit", ({ target }) => /** @type {HTMLFormElement} */ (target).action.endsWith("/sign-out") && this.#events?.close());
    addEventListener("pagehide", () => this.#events?.close());
  }

  begin() {
    if (document.hidden) this.#rest();
    else this.listen();
  }

  listen() {
    this.#events?.close();
    const events = (this.#events = new EventSource(this.#source()));
    events.onopen = () => this.#mend();
    events.onerror = () => {
      this.#break();
      if (events.readyState === EventSource.CLOSED) setTimeout(() => this.refresh().then(() => this.listen()), AGAIN);
    };
    events.addEventListener("ended", () => {
      events.close();
      signInAgain();
    });
    for (const name of ["queue", "line", "owner", "typing"]) {
      events.addEventListener(name, (event) => {
        this.#listener.event?.(name, JSON.parse(event.data));
        if (name !== "typing") this.refresh();
      });
    }
  }

  /** A browser has six connections for all its tabs: of those that nobody sees, one listens. */
  #rest() {
    if (this.#unseen) return;
    this.#events?.close();
    const { signal } = (this.#unseen = new AbortController());
    const listens = () => new Promise((resolve) => (this.listen(), (this.#seen = () => resolve(undefined))));
    navigator.locks.request(UNSEEN, { signal }, listens).catch(() => {});
  }

  #return() {
    if (!this.#unseen) return;
    this.#unseen.abort();
    this.#unseen = null;
    this.#seen();
    this.listen();
    this.refresh();
  }

  /** Ask for the page as it is now, one time after the other. */
  async refresh() {
    if (this.#asking) {
      this.#once_more = true;
      return;
    }
    this.#asking = true;
    try {
      const { page, ok } = await ask(this.#address(), undefined, true);
      if (ok) this.show(page);
      else if (find("[data-chat]")) location.reload();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.#break();
    } finally {
      this.#asking = false;
    }
    if (this.#once_more) {
      this.#once_more = false;
      await this.refresh();
    }
  }

  /** @param {Document} page @param {Element | null} [form] what was sent */
  show(page, form = null) {
    this.#listener.page?.(page);
    this.#late = renew(page, form).length > 0;
    this.#listener.shown?.();
  }

  #break() {
    if (this.#cut) return;
    this.#cut = true;
    document.body.classList.add("cut");
    tell(say("failed_load"));
  }

  #mend() {
    if (!this.#cut) return;
    this.#cut = false;
    document.body.classList.remove("cut");
    tell(say("back_online"));
    this.refresh();
  }
}

/** Show in the tab's title how much waits. @param {{mine: number, queue: number}} counts */
export function count(counts) {
  const plain = document.title.replace(/^\(\d+\) /, "");
  document.title = counts.queue ? `(${counts.queue}) ${plain}` : plain;
}

/** What a page was told by the one before it. */
export function toldBefore() {
  const told = find("#told span")?.textContent;
  if (!told) return;
  const address = new URL(location.href);
  address.searchParams.delete("told");
  history.replaceState(null, "", address);
  tell(told);
}
