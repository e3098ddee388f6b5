// Puts the demo's page together: what happens in one part is told to the others.
import { get } from "./api.js";
import { watchArrivals } from "./arrivals.js";
import * as chat from "./chat.js";
import { find } from "./elements.js";
import {
  happened,
  hero,
  redrawGuide,
  startGuide,
  suggestNumber,
  suggestedNumber,
} from "./guide.js";
import { addMailboxes, redrawMail, showMails, subject } from "./mail.js";
import { written } from "./numbers.js";
import { addUnread, redrawPanels, showPanel } from "./panels.js";
import { addOwners, redrawPhone, showPhone, showTexts } from "./phone.js";
import { prefer, redrawSite, showAccounts, signIn, startSite } from "./site.js";
import { language, loadWords, say, speak } from "./words.js";

const isMail = (/** @type {any} */ { by }) => by === "email";

/** @type {any[]} */
let accounts = [];

async function renewAccounts() {
  accounts = (await get("/demo/accounts")).accounts;
  showAccounts(accounts);
  addOwners(accounts);
  addMailboxes(accounts);
  for (const { email, phones } of accounts) {
    if (phones.includes(suggestedNumber())) happened({ name: "number-changed", email });
  }
  suggestNumber(accounts.flatMap(({ phones }) => phones));
}

/** @param {any[]} all @param {any[]} fresh */
function show(all, fresh) {
  const texts = fresh.filter((each) => !isMail(each));
  const mails = fresh.filter(isMail);
  showTexts(all.filter((each) => !isMail(each)));
  showMails(all.filter(isMail), mails);
  addUnread("phone", texts.length);
  addUnread("mail", mails.length);
  const newest = texts.at(-1);
  if (newest) showPhone(newest.to);
  for (const each of fresh) happened({ ...each, name: "arrived", isNew: each.to === suggestedNumber() });
  if (fresh.length) find("#announcer").textContent = fresh.map(announcement).join(" ");
  // When it fails, the next arrival asks again.
  if (fresh.length) renewAccounts().catch(() => {});
}

/** @param {any} message */
function announcement({ by, to, text }) {
  if (by === "email") return say("mail.arrived", { to, text: subject(text) });
  const what = say(by === "voice" ? "phone.call" : "phone.text");
  return say("phone.arrived", { what, to: written(to), text });
}

/** @param {string} email */
function showPhoneOf(email) {
  const account = accounts.find((each) => each.email === email);
  if (account?.gets_codes) showPhone(account.gets_codes);
}

/** Show the person of a story, on the sign-in page and by the phone. @param {string} email */
function follow(email) {
  prefer(email);
  showPhoneOf(email);
}

/** @param {string} code */
function change(code) {
  speak(code);
  history.replaceState(null, "", `?language=${code}`);
  chat.setLanguage(code);
  redraw();
}

function redraw() {
  for (const button of languages()) button.setAttribute("aria-pressed", String(button.dataset.language === language()));
  for (const place of ["#site-brand", "#phone-sender"]) find(place).textContent = say("brand");
  find("#embed").textContent = `<script type="module" src="${location.origin}/widget.js"></script>`;
  redrawGuide();
  redrawPanels();
  redrawPhone();
  redrawMail();
  redrawSite();
}

/** @returns {any[]} */
const languages = () => [...document.querySelectorAll("#languages button")];

async function start() {
  await loadWords();
  for (const button of languages()) button.addEventListener("click", () => change(button.dataset.language));
  startGuide(follow, (email) => {
    showPanel("site");
    signIn(email);
  });
  chat.onAnswered(() => happened({ name: "answered" }));
  await renewAccounts();
  redraw();
  follow(hero());
  await startSite((happening) => {
    happened(happening);
    if (["chosen", "code-sent"].includes(happening.name)) showPhoneOf(happening.email);
  });
  watchArrivals(show);
}

start();
