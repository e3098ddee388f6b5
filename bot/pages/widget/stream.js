// Keeps the widget up to date: reads what it missed, then listens, for as long as it lives.

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Owner} Owner */

const BREAKS = [300, 1000, 2000, 4000, 8000, 15000];
const OFFLINE = 30_000;
const DEAF = 4000;
const PAGE = 500;

/** @typedef {{last(): number, lines(lines: Line[], owner: string): void, line(line: Line): void,
 *   owner(owner: Owner): void, typing(who: Owner): void, state(state: "online" | "connecting" | "offline"): void}} Listener */

export class Stream {
  #api;
  #listener;
  #abort = new AbortController();
  #tries = 0;
  #wake = () => {};
  #stopped = false;

  /** @param {Api} api @param {Listener} listener */
  constructor(api, listener) {
    this.#api = api;
    this.#listener = listener;
    addEventListener("online", () => this.renew());
    addEventListener("offline", () => this.renew());
  }

  /** Listen until stopped; every break is mended by reading what was missed. */
  async run() {
    this.#stopped = false;
    while (!this.#stopped) {
      try {
        await this.#listen();
      } catch {
        // Whatever cut the connection, the next round begins anew.
      }
      if (!this.#stopped) await this.#pause();
    }
  }

  /** Begin anew now. */
  renew() {
    this.#tries = 0;
    this.#abort.abort();
    this.#wake();
  }

  stop() {
    this.#stopped = true;
    this.renew();
  }

  /** Line `seq` is in the log: when it is not heard of soon, the stream is deaf.
   * @param {number} seq */
  expect(seq) {
    setTimeout(() => {
      if (this.#listener.last() < seq) this.renew();
    }, DEAF);
  }

  async #listen() {
    this.#abort = new AbortController();
    await this.#catchUp();
    const opened = () => this.#open();
    for await (const { event, data } of this.#api.events(this.#listener.last(), this.#abort, opened)) {
      if (event === "message") this.#listener.line(JSON.parse(data));
      else if (event === "owner") this.#listener.owner(JSON.parse(data));
      else if (event === "typing") this.#listener.typing(JSON.parse(data));
    }
  }

  async #catchUp() {
    for (let full = true; full; ) {
      const { messages, owner } = await this.#api.read(this.#listener.last());
      this.#listener.lines(messages, owner);
      full = messages.length === PAGE;
    }
  }

  #open() {
    this.#tries = 0;
    this.#listener.state("online");
  }

  async #pause() {
    // A stream that ended in good order is followed by the next without a word.
    if (!navigator.onLine || this.#tries) this.#listener.state(navigator.onLine ? "connecting" : "offline");
    const wait = BREAKS[Math.min(this.#tries++, BREAKS.length - 1)];
    await new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      // The browser says when the network is back; it may be wrong.
      setTimeout(resolve, navigator.onLine ? wait * (0.75 + Math.random() / 2) : OFFLINE);
    });
  }
}
