// The server's side of the conversation over HTTP. The cookie says who comes back; the
// token that it gives is short-lived and stays in memory.

import { Refused, TooFast } from "./outbox.js";
import { events } from "./sse.js";

/** @typedef {import("./types.js").Visit} Visit */
/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Pending} Pending */
/** @typedef {{headers?: Record<string, string>, signal?: AbortSignal}} More */

const SILENCE = 40_000;
const EARLY = 30;
const REASONS = { "text-too-long": "too_long", "option-not-offered": "not_offered" };

/** The server answered with an error; `status` and the problem's `name` say which. */
export class Failed extends Error {
  /** @param {number} status @param {string} name @param {number} wait seconds */
  constructor(status, name, wait) {
    super(`${status} ${name}`);
    this.status = status;
    this.name = name;
    this.wait = wait;
  }
}

export class Api {
  #token = "";
  #until = 0;
  /** @type {Promise<Visit> | undefined} */ #visiting;
  /** @type {Promise<unknown>} */ #entering = Promise.resolve();
  #onVisit;
  #language;

  /** @param {(visit: Visit) => void} onVisit is told of every visit, also when it leads elsewhere
   * @param {() => string} language of a conversation that begins */
  constructor(onVisit, language) {
    this.#onVisit = onVisit;
    this.#language = language;
  }

  /** Come back to the conversation that the cookie names, or begin one.
   * @param {{fresh?: boolean}} [options] @returns {Promise<Visit>} */
  visit(options) {
    const asked = { language: this.#language(), ...options };
    this.#visiting ??= this.#enter("/api/web/visit", asked).finally(() => (this.#visiting = undefined));
    return this.#visiting;
  }

  /** The conversation is over: the next call begins another. */
  leave() {
    this.#token = "";
  }

  /** @param {string} token of the website, for who is signed in there */
  async identify(token) {
    if (!this.#token) await this.visit();
    return this.#enter("/api/web/identity", { identity_token: token });
  }

  /** One after the other: each replaces the cookie and the token of the one before.
   * @param {string} path @param {object} body @returns {Promise<Visit>} */
  #enter(path, body) {
    const entered = this.#entering.then(() => this.#come(path, body));
    this.#entering = entered.catch(() => {});
    return entered;
  }

  /** @param {string} path @param {object} body @returns {Promise<Visit>} */
  async #come(path, body) {
    const response = await this.#fetch("POST", path, body);
    if (!response.ok) throw await failure(response);
    const visit = /** @type {Visit} */ (await response.json());
    this.#token = visit.token;
    this.#until = performance.now() + (visit.expires_in - EARLY) * 1000;
    this.#onVisit(visit);
    return visit;
  }

  /** Send one message; gives its number.
   * @param {Pending} item @returns {Promise<number>} */
  async send({ client_id, text, payload }) {
    try {
      const response = await this.call("POST", "/api/web/messages", payload ? { client_id, payload } : { client_id, text });
      return (await response.json()).seq;
    } catch (error) {
      if (!(error instanceof Failed) || error.status >= 500) throw error;
      if (error.status === 429) throw new TooFast(error.wait);
      throw new Refused(/** @type {Record<string, string>} */ (REASONS)[error.name] ?? "other");
    }
  }

  /** The lines after a number, and who speaks for the service.
   * @param {number} after @returns {Promise<{messages: Line[], owner: string}>} */
  async read(after) {
    return (await this.call("GET", `/api/web/messages?after=${after}`)).json();
  }

  /** @param {number} after @param {AbortController} abort @param {() => void} opened */
  async *events(after, abort, opened) {
    const headers = { "Last-Event-ID": `${after}`, Accept: "text/event-stream" };
    const response = await this.call("GET", "/api/web/events", undefined, { headers, signal: abort.signal });
    opened();
    yield* events(response, abort, SILENCE);
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {More} [more]
   * @returns {Promise<Response>} */
  async call(method, path, body, more = {}) {
    await this.#entering;
    if (!this.#token || performance.now() > this.#until) await this.visit();
    let response = await this.#fetch(method, path, body, more);
    if (response.status === 401) {
      await this.visit();
      response = await this.#fetch(method, path, body, more);
    }
    if (!response.ok) throw await failure(response);
    return response;
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {More} [more] */
  #fetch(method, path, body, more = {}) {
    /** @type {Record<string, string>} */ const headers = { ...more.headers };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    if (body) headers["Content-Type"] = "application/json";
    return fetch(path, { ...more, method, headers, body: body && JSON.stringify(body), cache: "no-store" });
  }
}

/** @param {Response} response */
async function failure(response) {
  const problem = await response.json().catch(() => ({}));
  const name = `${problem.type ?? ""}`.split(":").pop() ?? "";
  return new Failed(response.status, name, Number(response.headers.get("Retry-After")) || 5);
}
