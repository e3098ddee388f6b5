// What every page of the desk does once it is there. All of it works without, too: forms
// are sent and pages are loaded.

import { Transcript } from "./chat.js";
import { find, say, tell } from "./dom.js";
import { closeMenus, listenToKeys } from "./keys.js";
import { count, Live, toldBefore } from "./live.js";
import { ask, fieldsOf, Unreachable } from "./pages.js";
import { Composer } from "./reply.js";
import { keepTime } from "./times.js";

document.documentElement.classList.add("scripted");
keepTime();
toldBefore();
listenToKeys();
closeMenus();

const chat = find("[data-chat]")?.dataset.chat;
if (chat) openChat(chat);
else new Live(() => location.href, () => "/desk/api/events", { event: (name, data) => void (name === "queue" && count(data)) }).begin();

/** @param {string} id */
function openChat(id) {
  const here = `/desk/conversations/${id}`;
  const transcript = new Transcript();
  const live = new Live(() => `${here}?after=${transcript.last}`, () => `/desk/api/events?conversation=${id}&after=${transcript.last}`, {
    page: (page) => transcript.add(page),
    shown: () => composer.restore(),
    event: (name, data) => {
      if (name === "queue") count(data);
      if (name === "typing") transcript.typing(true);
    },
  });
  const composer = new Composer(transcript, (page) => live.show(page));
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.action.includes(here)) return;
    event.preventDefault();
    if (composer.owns(form)) composer.send();
    else send(form, /** @type {HTMLElement | null} */ (event.submitter), live);
  });
  document.addEventListener("change", (event) => {
    const field = /** @type {HTMLSelectElement} */ (event.target);
    if (field.matches("[data-send]")) field.form?.requestSubmit();
  });
  live.begin();
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button @param {Live} live */
async function send(form, button, live) {
  const fields = fieldsOf(form, button);
  button?.setAttribute("aria-busy", "true");
  try {
    const { page, ok } = await ask(form.action, fields);
    const menu = /** @type {HTMLDetailsElement | null} */ (form.closest("details.pop"));
    if (menu) menu.open = false;
    if (ok) form.reset();
    live.show(page, form);
    tell(find("#told", page)?.textContent.trim() ?? "");
    if (form.action.endsWith("/take")) find("#text")?.focus();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    tell(say("failed_load"));
  } finally {
    button?.removeAttribute("aria-busy");
  }
}
