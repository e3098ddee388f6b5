// Asks every second what arrived at the made-up phones and mailboxes.
import { get } from "./api.js";

const EVERY = 1000;

/**
 * @typedef {{id: string, to: string, text: string, by: string, code: string | null,
 *   at: string}} Message
 * @param {(all: Message[], fresh: Message[]) => void} show
 */
export async function watchArrivals(show) {
  /** @type {Set<string> | null} */
  let seen = null;
  for (;;) {
    if (!document.hidden) {
      const messages = await arrived();
      const known = seen;
      const fresh = known && messages ? messages.filter(({ id }) => !known.has(id)) : [];
      if (messages && (!known || fresh.length)) {
        seen = new Set(messages.map(({ id }) => id));
        show(messages, fresh);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

/** @returns {Promise<Message[] | null>} */
async function arrived() {
  try {
    return (await get("/demo/arrivals")).messages;
  } catch {
    // The server is being started again: what was shown stays.
    return null;
  }
}
