// The mailbox: what arrived by e-mail, newest first. The first line is the subject.
import { find, make } from "./elements.js";
import { link } from "./links.js";
import { code } from "./phone.js";
import { language, say } from "./words.js";

const EVERYONE = "";
const picker = find("#mail-address");

/** @type {{address: string, addresses: Set<string>, mails: any[], opened: Set<string>}} */
const mailbox = { address: EVERYONE, addresses: new Set(), mails: [], opened: new Set() };

/** @param {{email: string}[]} accounts */
export function addMailboxes(accounts) {
  for (const { email } of accounts) mailbox.addresses.add(email);
  drawPicker();
}

/** @param {any[]} mails oldest first @param {any[]} fresh those that came just now */
export function showMails(mails, fresh) {
  mailbox.mails = mails;
  for (const { to } of mails) mailbox.addresses.add(to);
  for (const { id } of fresh) mailbox.opened.add(id);
  redrawMail();
}

export function redrawMail() {
  drawPicker();
  const shown = mailbox.mails.filter(({ to }) => !mailbox.address || to === mailbox.address);
  find("#mail").classList.toggle("is-empty", shown.length === 0);
  find("#mails").replaceChildren(...shown.map(mail).reverse());
}

/** @param {string} text */
export const subject = (text) => text.split("\n", 1)[0];

function drawPicker() {
  const options = [...mailbox.addresses].map((address) => make("option", { value: address }, address));
  picker.replaceChildren(make("option", { value: EVERYONE }, say("mail.everyone")), ...options);
  picker.value = mailbox.address;
}

/** @param {any} message */
function mail({ id, to, text, at, code: digits }) {
  const when = new Date(at).toLocaleTimeString(language(), { hour: "numeric", minute: "2-digit" });
  const summary = make(
    "summary",
    {},
    make("span", { className: "subject" }, subject(text)),
    make("span", { className: "meta" }, say("mail.to", { to }), " · ", make("time", { dateTime: at }, when)),
  );
  const body = text.slice(subject(text).length).trim();
  const details = make("details", { open: mailbox.opened.has(id) }, summary);
  details.append(...body.split("\n").map((/** @type {string} */ line) => make("p", {}, ...link(line))));
  if (digits) details.append(code(digits));
  details.addEventListener("toggle", () => mailbox.opened[details.open ? "add" : "delete"](id));
  const item = make("li", {}, details);
  item.dataset.id = id;
  return item;
}

picker.addEventListener("change", () => {
  mailbox.address = picker.value;
  redrawMail();
});
