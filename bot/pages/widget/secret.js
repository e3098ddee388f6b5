// What is shown once: an authenticator app's key with its picture, or recovery codes.

import { make } from "./dom.js";
import { download } from "./transcript.js";

/** @typedef {import("./types.js").Secret} Secret */
/** @typedef {import("./types.js").Words} Words */

/** @param {Secret} secret @param {Words} words @returns {HTMLElement} */
export function secretOf({ kind, secret = "", qr_svg = "", codes = [] }, words) {
  if (kind === "recovery_codes") return codesOf(codes, words);
  const key = make("code", { className: "key" }, secret);
  // The picture is data, so that nothing in it can run.
  const picture = qr_svg.startsWith("data:image/svg+xml") ? [make("img", { src: qr_svg, alt: words.qr })] : [];
  return make("div", { className: "secret" }, ...picture, make("p", {}, `${words.key}: `, key), actions(copy(secret.replaceAll(" ", ""), words)));
}

/** @param {string[]} codes @param {Words} words */
function codesOf(codes, words) {
  const list = make("ol", { className: "codes", "aria-label": words.codes }, ...codes.map((code) => make("li", {}, make("code", {}, code))));
  const text = codes.join("\n");
  const save = make("button", { type: "button", className: "download", onclick: () => download(`${words.codes}.txt`, `${words.codes}\n\n${text}\n`) }, words.save);
  return make("div", { className: "secret" }, list, actions(copy(text, words), save));
}

/** @param {...HTMLElement} buttons */
function actions(...buttons) {
  return make("div", { className: "actions" }, ...buttons);
}

/** @param {string} text @param {Words} words */
function copy(text, words) {
  const button = make("button", { type: "button", className: "copy", "aria-live": "polite" }, words.copy);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = words.copied;
    setTimeout(() => (button.textContent = words.copy), 3000);
  });
  return button;
}
