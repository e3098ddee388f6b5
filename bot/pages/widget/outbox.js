// What the visitor said and the server has not taken yet: sent in order, once each,
// kept over a reload of the page.

/** @typedef {import("./types.js").Pending} Pending */
/** @typedef {import("./types.js").Said} Said */

const WAITS = [1000, 2000, 4000, 8000, 15000];
const TRIES = 3;

/** A refusal that sending again would not change; `reason` names it. */
export class Refused extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The server asks for patience; `seconds` says how much. */
export class TooFast extends Error {
  /** @param {number} seconds */
  constructor(seconds) {
    super("too fast");
    this.seconds = seconds;
  }
}

/** There is no network, so nothing was tried. */
export class Offline extends Error {}

/** Sends one after the other; what fails is tried again until it is taken or refused. */
export class Outbox {
  /** @type {Pending[]} */ items = [];
  #busy = false;
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #send;
  #store;
  #changed;

  /** @param {{send: (item: Pending) => Promise<number>, store: {read(): string | null, write(text: string): void}, changed: () => void}} parts
   * `send` gives the line's number, or throws Refused, TooFast, Offline, or anything else when the way is cut. */
  constructor({ send, store, changed }) {
    this.#send = send;
    this.#store = store;
    this.#changed = changed;
  }

  /** Take up what an earlier page has left. */
  restore() {
    this.items = parsed(this.#store.read());
    this.#changed();
    this.retry();
  }

  /** @param {Said} said */
  put({ text, payload, shown, secret }) {
    const client_id = newId();
    this.items.push({ client_id, text, payload, shown: shown ?? text ?? "", secret, state: "waiting" });
    this.#keep();
    this.#flush();
  }

  /** The server has this line: it needs no sending.
   * @param {string | null | undefined} clientId */
  taken(clientId) {
    const left = this.items.filter((item) => item.client_id !== clientId);
    if (left.length === this.items.length) return;
    this.items = left;
    this.#keep();
  }

  /** Drop one that was not sent. @param {string} clientId */
  drop(clientId) {
    this.taken(clientId);
    this.#flush();
  }

  /** Try at once what waits or has failed. */
  retry() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tries = 0;
    for (const item of this.items) if (!item.reason) item.state = "waiting";
    this.#changed();
    this.#flush();
  }

  /** Try a refused one again, too. @param {string} clientId */
  again(clientId) {
    for (const item of this.items) if (item.client_id === clientId) delete item.reason;
    this.retry();
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.items = [];
    this.#keep();
  }

  async #flush() {
    if (this.#busy || this.#timer) return;
    this.#busy = true;
    try {
      for (let item; (item = this.items.find((each) => !each.reason)); ) await this.#try(item);
    } catch (error) {
      this.#wait(error instanceof TooFast ? error.seconds * 1000 : WAITS[Math.max(Math.min(this.#tries, WAITS.length), 1) - 1]);
    } finally {
      this.#busy = false;
    }
    this.#changed();
  }

  /** @param {Pending} item */
  async #try(item) {
    try {
      await this.#send(item);
      this.#tries = 0;
      this.taken(item.client_id);
    } catch (error) {
      if (!(error instanceof Refused)) {
        const tried = !(error instanceof TooFast || error instanceof Offline);
        if (tried && ++this.#tries >= TRIES) item.state = "failed";
        throw error;
      }
      Object.assign(item, { state: "failed", reason: error.reason });
      this.#keep();
    }
  }

  /** @param {number} milliseconds */
  #wait(milliseconds) {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, milliseconds);
  }

  #keep() {
    const kept = this.items.filter((item) => !item.secret && !item.reason);
    this.#store.write(kept.length ? JSON.stringify(kept) : "");
    this.#changed();
  }
}

/** @param {string | null} text @returns {Pending[]} */
function parsed(text) {
  try {
    const items = JSON.parse(text || "[]");
    return Array.isArray(items) ? items.filter((item) => typeof item?.client_id === "string") : [];
  } catch {
    return [];
  }
}

/** @returns {string} 128 random bits; `crypto.randomUUID` is missing outside secure contexts */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");
}
