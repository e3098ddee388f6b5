// On a narrow screen the website, the phone and the mailbox take turns.
import { find } from "./elements.js";
import { say } from "./words.js";

/** @type {Record<string, number>} */
const unread = { phone: 0, mail: 0 };

/** @param {string} name */
export function showPanel(name) {
  document.body.dataset.panel = name;
  unread[name] = 0;
  redrawPanels();
}

/** @param {"phone" | "mail"} name @param {number} count */
export function addUnread(name, count) {
  if (document.body.dataset.panel !== name) unread[name] += count;
  redrawPanels();
}

export function redrawPanels() {
  for (const button of buttons()) {
    const { shows } = button.dataset;
    button.setAttribute("aria-pressed", String(document.body.dataset.panel === shows));
    const badge = button.querySelector(".badge");
    if (!badge) continue;
    badge.hidden = !unread[shows];
    badge.textContent = String(unread[shows]);
    badge.setAttribute("aria-label", say("panels.new", { count: unread[shows] }));
    badge.setAttribute("role", "img");
  }
}

/** @returns {any[]} */
const buttons = () => [...find("#panels").querySelectorAll("button")];

for (const button of buttons()) {
  button.addEventListener("click", () => {
    showPanel(button.dataset.shows);
    // What was asked for is below; the buttons stay in sight at the top.
    document.querySelector("#panels")?.scrollIntoView();
  });
}
