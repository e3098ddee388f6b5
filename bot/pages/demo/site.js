// The made-up website: sign in, a code, the account; it tells the chat who is there.
import { post } from "./api.js";
import { identify, open } from "./chat.js";
import { find, make } from "./elements.js";
import { hidden } from "./numbers.js";
import { say } from "./words.js";

const KEPT = "switchboard-demo-site";
const ADDRESSES = { sign_in: "sign-in", code: "sign-in/code", account: "account" };

/** @type {{view: "sign_in" | "code" | "account", email: string, to: string, by: string}} */
let site = { view: "sign_in", email: "", to: "", by: "sms" };
/** Whom the chat was told of. */
let vouchedFor = "";
/** @type {any[]} */
let accounts = [];
/** @type {(happening: any) => void} */
let tell = () => {};

/** @param {(happening: any) => void} listener */
export async function startSite(listener) {
  tell = listener;
  site = { ...site, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
  redrawSite();
  if (site.view !== "sign_in") await vouch();
  if (site.view === "account") tell({ name: "signed-in", email: site.email });
}

/** @param {any[]} known */
export function showAccounts(known) {
  accounts = known;
  redrawSite();
}

/** Choose somebody on the sign-in page. @param {string} email */
export function prefer(email) {
  for (const input of document.querySelectorAll("#people input")) {
    /** @type {any} */ (input).checked = /** @type {any} */ (input).value === email;
  }
}

/** Begin to sign in, as the form does. @param {string} email */
export async function signIn(email) {
  await attempt("#sign-in-error", "sign_in.gone", async () => {
    const { to, by } = await post("/demo/sign-in", { email });
    show({ view: "code", email, to, by });
    tell({ name: "code-sent", email });
    // The password was right, as it were: so much this website vouches for.
    await vouch();
  });
}

export function redrawSite() {
  drawPeople();
  find("#code-sent").textContent = say(site.by === "email" ? "code.mailed" : "code.texted", { to: site.to.replaceAll("-", "\u2011") });
  drawAccount();
  for (const view of document.querySelectorAll("[data-view]")) {
    /** @type {any} */ (view).hidden = /** @type {any} */ (view).dataset.view !== site.view;
  }
  find("#sign-out").hidden = site.view !== "account";
  find("#site-address").textContent = `${say("site.address")}/${ADDRESSES[site.view]}`;
}

/** @param {Partial<typeof site>} change */
function show(change) {
  site = { ...site, ...change };
  sessionStorage.setItem(KEPT, JSON.stringify(site));
  for (const error of document.querySelectorAll("#site .error")) error.textContent = "";
  find("#code").value = "";
  find("#code").removeAttribute("aria-invalid");
  redrawSite();
  find(`[data-view="${site.view}"] h2`).focus();
}

async function vouch() {
  if (vouchedFor === site.email) return;
  vouchedFor = site.email;
  try {
    identify((await post("/demo/identity", { email: site.email })).token);
  } catch {
    // The account is gone, or the server; the chat then knows nobody.
    leave();
  }
}

/** Be nobody again, for the chat as well. */
function leave() {
  if (vouchedFor) identify(null);
  vouchedFor = "";
  show({ view: "sign_in", email: "" });
}

function drawPeople() {
  const chosen = find("#people input:checked")?.value ?? site.email;
  find("#people").replaceChildren(...accounts.map((account) => person(account, chosen || accounts[0].email)));
}

/** @param {any} account @param {string} chosen */
function person({ email, name }, chosen) {
  const input = make("input", { type: "radio", name: "email", value: email, checked: email === chosen });
  const hint = `person.${email.split("@")[0].replace(".", "_")}`;
  return make(
    "label",
    {},
    input,
    make("span", { className: "face", ariaHidden: "true" }, name[0]),
    make("span", { className: "who" }, make("strong", {}, email), make("small", {}, say(hint))),
  );
}

function drawAccount() {
  const account = accounts.find(({ email }) => email === site.email);
  find("#account-heading").textContent = say("account.heading", { name: account?.name ?? "" });
  find("#account-email").textContent = site.email;
  const phones = (account?.phones ?? []).map((/** @type {string} */ number) => phone(number, account.gets_codes));
  find("#account-phones").replaceChildren(...(phones.length ? phones : [make("li", {}, say("account.no_phones"))]));
}

/** @param {string} number @param {string} getsCodes */
function phone(number, getsCodes) {
  const item = make("li", {}, hidden(number));
  if (number === getsCodes) item.append(" ", make("span", { className: "chip" }, say("account.gets_codes")));
  return item;
}

/** @param {string} place @param {string} refused @param {() => Promise<void>} act */
async function attempt(place, refused, act) {
  find(place).textContent = "";
  try {
    await act();
  } catch (error) {
    const known = [404, 409].includes(/** @type {any} */ (error).status);
    find(place).textContent = say(known ? refused : "site.failed");
  }
}

async function enterCode() {
  const code = find("#code").value.replace(/\D/g, "");
  find("#code").toggleAttribute("aria-invalid", false);
  if (code.length !== 6) return refuse("code.incomplete");
  await attempt("#code-error", "code.refused", async () => {
    await post("/demo/sign-in/code", { email: site.email, code });
    show({ view: "account" });
    tell({ name: "signed-in", email: site.email });
  });
  if (find("#code-error").textContent) refuse();
}

/** @param {string} [name] */
function refuse(name) {
  if (name) find("#code-error").textContent = say(name);
  find("#code").setAttribute("aria-invalid", "true");
  find("#code").focus();
}

function openChat() {
  find("#no-chat").textContent = open() ? "" : say("site.no_chat");
}

find("#sign-in").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  signIn(find("#people input:checked").value);
});
find("#code-form").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  enterCode();
});
find("#people").addEventListener("change", (/** @type {any} */ event) => {
  tell({ name: "chosen", email: event.target.value });
});
find("#code-lost").addEventListener("click", () => {
  openChat();
  tell({ name: "code-lost", email: site.email });
});
find("#locked-out").addEventListener("click", openChat);
find("#account-help").addEventListener("click", openChat);
find("#code-back").addEventListener("click", leave);
find("#sign-out").addEventListener("click", leave);
