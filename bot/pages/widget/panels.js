// What covers the conversation for a while: an article, and the end of the chat.

import { find, make } from "./dom.js";
import { fill } from "./strings.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./types.js").Words} Words */

/** Shows one panel in place of the conversation, and brings the focus back. */
export class Panels {
  /** @type {HTMLElement | null} */ #before = null;
  open = "";

  /** @param {string} name of the panel's element @param {...Node} content */
  show(name, ...content) {
    if (!this.open) this.#before = /** @type {HTMLElement} */ (document.activeElement);
    this.open = name;
    find("#chat").hidden = true;
    for (const panel of document.querySelectorAll(".panel")) {
      const shown = panel.id === name;
      /** @type {HTMLElement} */ (panel).hidden = !shown;
      panel.replaceChildren(...(shown ? content : []));
    }
    find("h2", find(`#${name}`))?.focus();
  }

  /** @param {boolean} [returning] to where the focus was */
  hide(returning = true) {
    if (!this.open) return;
    this.open = "";
    find("#chat").hidden = false;
    for (const panel of document.querySelectorAll(".panel")) /** @type {HTMLElement} */ (panel).hidden = true;
    if (returning && this.#before?.isConnected) this.#before.focus();
  }
}

/** @param {Panels} panels @param {Api} api @param {string} id @param {string} language @param {Words} words */
export async function showArticle(panels, api, id, language, words) {
  const back = make("button", { type: "button", className: "back", onclick: () => panels.hide() }, words.back);
  try {
    const article = await (await api.call("GET", `/api/web/articles/${encodeURIComponent(id)}?language=${language}`)).json();
    const checked = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(article.reviewed));
    const link = make("a", { href: article.url, target: "_blank", rel: "noopener noreferrer" }, words.elsewhere, make("span", { className: "unseen" }, ` ${words.opens}`));
    const paragraphs = article.paragraphs.map((/** @type {string} */ text) => make("p", {}, text));
    panels.show("article", back, heading(article.title), ...paragraphs, make("p", { className: "small" }, `${fill(words.reviewed, { date: checked })}. `, link));
  } catch {
    panels.show("article", back, heading(words.article_gone));
  }
}

/** Asks whether to end, and how it went.
 * @param {Panels} panels @param {Words} words @param {boolean} rated
 * @param {{forget: (rating: {score: number, comment?: string} | null) => Promise<void>, download: () => void}} acts */
export function showEnd(panels, words, rated, acts) {
  const form = make("form", { id: "rating" });
  const problem = make("p", { className: "problem", role: "alert" });
  const forget = make("button", { id: "forget", type: "submit", className: "primary" }, words.forget);
  const keep = make("button", { type: "button", className: "keep", onclick: () => panels.hide() }, words.keep);
  const save = make("button", { type: "button", className: "download", onclick: acts.download }, words.download);
  if (!rated) form.append(...ratingFields(words));
  form.append(problem, make("div", { className: "actions" }, forget, keep, save));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    forget.disabled = true;
    problem.textContent = "";
    await acts.forget(ratingOf(form)).catch(() => (problem.textContent = words.ended_failed));
    forget.disabled = false;
  });
  panels.show("end", heading(words.end_title), make("p", {}, words.end_text), form);
}

/** @param {Panels} panels @param {Words} words @param {string} forgotten @param {() => void} renew */
export function showEnded(panels, words, forgotten, renew) {
  const button = make("button", { id: "new-chat", type: "button", className: "primary", onclick: renew }, words.new_chat);
  const text = words[forgotten === "everything" ? "ended_everything" : "ended_device"];
  panels.show("end", heading(words.ended_title), make("p", {}, text), button);
}

/** @param {Words} words */
function ratingFields(words) {
  const scores = [1, 2, 3, 4, 5].map((score) =>
    make("label", {}, make("input", { type: "radio", name: "score", value: `${score}` }), make("span", {}, `${score}`)),
  );
  const comment = make("textarea", { id: "comment", name: "comment", rows: 2, maxLength: 500 });
  return [
    make("fieldset", {}, make("legend", {}, words.rate), make("div", { className: "scores" }, ...scores)),
    make("label", { htmlFor: "comment" }, words.comment),
    comment,
  ];
}

/** @param {HTMLFormElement} form */
function ratingOf(form) {
  const given = new FormData(form);
  const comment = `${given.get("comment") ?? ""}`.trim();
  return given.get("score") ? { score: Number(given.get("score")), ...(comment && { comment }) } : null;
}

/** @param {string} text */
function heading(text) {
  return make("h2", { tabIndex: -1 }, text);
}
