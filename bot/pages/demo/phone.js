// The phone: texts and calls at one number, as they come.
import { post } from "./api.js";
import { find, icon, make } from "./elements.js";
import { read, written } from "./numbers.js";
import { link } from "./links.js";
import { language, say } from "./words.js";

const OTHER = "other";
/** @type {Record<string, string>} */
const KINDS = { voice: "call", own: "own" };
const picker = find("#phone-number");
const other = find("#phone-other");
const box = find("#phone-messages");

/** `sent` are texts that were typed here; the server does not show them again.
 * @type {{number: string, numbers: Map<string, string>, messages: any[], sent: any[]}} */
const phone = { number: "", numbers: new Map(), messages: [], sent: [] };

/** @param {{name: string, phones: string[]}[]} accounts */
export function addOwners(accounts) {
  for (const { name, phones } of accounts) for (const number of phones) phone.numbers.set(number, name);
  phone.number ||= [...phone.numbers.keys()][0] ?? "";
  drawPicker();
}

/** @param {any[]} messages what arrived at any phone, oldest first */
export function showTexts(messages) {
  phone.messages = messages;
  for (const { to } of messages) if (!phone.numbers.has(to)) phone.numbers.set(to, "");
  drawPicker();
  drawMessages();
}

/** @param {string} number */
export function showPhone(number) {
  if (!phone.numbers.has(number)) phone.numbers.set(number, "");
  phone.number = number;
  other.hidden = true;
  drawPicker();
  drawMessages();
}

export function redrawPhone() {
  tick();
  drawPicker();
  drawMessages();
}

function drawPicker() {
  const options = [...phone.numbers].map(([number, name]) =>
    make("option", { value: number }, name ? `${name}: ${written(number)}` : written(number)),
  );
  picker.replaceChildren(...options, make("option", { value: OTHER }, say("phone.other")));
  picker.value = other.hidden ? phone.number : OTHER;
  find("#phone-shown").textContent = written(phone.number);
  find("#phone-text").placeholder = say("phone.write");
}

function drawMessages() {
  const all = [...phone.messages, ...phone.sent].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const here = all.filter(({ to }) => to === phone.number);
  box.classList.toggle("is-empty", here.length === 0);
  find("#phone .sender").hidden = here.length === 0;
  find("#phone-messages ol").replaceChildren(...here.map(bubble));
  box.scrollTop = 0;
}

/** @param {any} message */
function bubble(message) {
  const item = make("li", { className: KINDS[message.by] ?? "text" });
  item.dataset.id = message.id;
  item.append(make("p", { className: "meta" }, ...heading(message)));
  item.append(make("p", { className: "words" }, ...link(message.text)));
  if (message.code) item.append(code(message.code));
  return item;
}

/** @param {any} message */
function heading({ by, at }) {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString(language(), { hour: "numeric", minute: "2-digit" });
  const when = make("time", { dateTime: at }, time);
  return by === "voice" ? [icon("call"), say("phone.call"), " ", when] : [when];
}

/** @param {string} digits */
export function code(digits) {
  const spaced = `${digits.slice(0, 3)} ${digits.slice(3)}`;
  return make("p", { className: "code" }, make("span", { className: "unseen" }, `${say("phone.code")}: `), spaced);
}

function tick() {
  const time = { hour: "numeric", minute: "2-digit" };
  find("#phone-clock").textContent = new Date()
    .toLocaleTimeString(language(), /** @type {any} */ (time))
    .replace(/\s.*$/, "");
}

picker.addEventListener("change", () => {
  if (picker.value !== OTHER) return showPhone(picker.value);
  other.hidden = false;
  find("#phone-typed").focus();
});

other.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const number = read(find("#phone-typed").value);
  find("#phone-error").textContent = number ? "" : say("phone.not_a_number");
  find("#phone-typed").toggleAttribute("aria-invalid", !number);
  if (!number) return find("#phone-typed").focus();
  showPhone(number);
  picker.focus();
});

find("#phone-composer").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const [field, to] = [find("#phone-text"), phone.number];
  const text = field.value.trim();
  if (!text) return;
  try {
    const { id } = await post(`/demo/phones/${encodeURIComponent(to)}/messages`, { text });
    field.value = "";
    phone.sent.push({ id, to, text, by: "own", at: new Date().toISOString() });
    find("#phone-unsent").textContent = "";
    drawMessages();
  } catch {
    find("#phone-unsent").textContent = say("phone.unsent");
  }
});

setInterval(tick, 5000);
