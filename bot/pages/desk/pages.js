// Asks for pages and puts their parts in place. The browser itself reads a page into a
// document in which nothing runs; no text is ever turned into markup here.

/** @typedef {{page: Document, ok: boolean, address: string}} Answer */

export class Unreachable extends Error {}

/** @param {string} address @param {URLSearchParams} [form] @param {boolean} [refreshes] nobody has asked for it
 * @returns {Promise<Answer>} */
export function ask(address, form, refreshes = false) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(form ? "POST" : "GET", address);
    request.responseType = "document";
    request.timeout = 20_000;
    if (form) request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    if (refreshes) request.setRequestHeader("X-Desk-Refreshes", "1");
    request.onload = () => {
      const page = request.responseXML;
      if (!page?.body || request.status >= 500) return reject(new Unreachable());
      if (page.body.classList.contains("door")) return signInAgain();
      resolve({ page, ok: request.status < 400, address: request.responseURL });
    };
    request.onerror = request.ontimeout = () => reject(new Unreachable());
    request.send(form);
  });
}

/** The session is over: sign in, and come back here. */
export function signInAgain() {
  location.assign(`/desk/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** A form's fields, with the button that sends it.
 * @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
export function fieldsOf(form, submitter) {
  const fields = /** @type {any} */ (new FormData(form, submitter));
  return new URLSearchParams(fields);
}
