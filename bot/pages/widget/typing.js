// Signs that the visitor writes, for an agent who reads along; one that is lost is missed by nobody.

const EVERY = 3000;

/** @param {HTMLElement} field @param {import("./api.js").Api} api @param {() => boolean} wanted */
export function signTyping(field, api, wanted) {
  let next = 0;
  field.addEventListener("input", () => {
    if (!wanted() || performance.now() < next) return;
    next = performance.now() + EVERY;
    api.call("POST", "/api/web/typing").catch(() => {});
  });
}
