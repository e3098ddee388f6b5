// "Try this": the steps of the chosen story, ticked off as they happen.
import { find, icon, make } from "./elements.js";
import { spare, written } from "./numbers.js";
import { STORIES, stepsDone } from "./stories.js";
import { say } from "./words.js";

/** @type {{story: "ana" | "linh", done: number, spare: string, begin: Told, chosen: Told}} */
const guide = { story: "ana", done: 0, spare: spare([]), begin: () => {}, chosen: () => {} };

/**
 * @typedef {(email: string) => void} Told
 * @param {Told} chosen whose story was chosen
 * @param {Told} begin what the button of the first step does
 */
export function startGuide(chosen, begin) {
  Object.assign(guide, { chosen, begin });
  for (const button of buttons()) {
    button.addEventListener("click", () => choose(button.dataset.story));
  }
  find("#story-again").addEventListener("click", beginAnew);
  redrawGuide();
}

/** @param {any} happening */
export function happened(happening) {
  const done = stepsDone(guide.story, guide.done, happening);
  if (done === guide.done) return;
  guide.done = done;
  redrawGuide();
}

/** Choose the number that the story of a new number gives. @param {string[]} taken */
export function suggestNumber(taken) {
  // While the story runs its number stays: the account may have it by now.
  if (guide.done > 0 && guide.story === "linh") return;
  guide.spare = spare(taken);
  redrawGuide();
}

export const suggestedNumber = () => guide.spare;

export function redrawGuide() {
  for (const button of buttons()) {
    button.setAttribute("aria-pressed", String(button.dataset.story === guide.story));
  }
  const { steps } = STORIES[guide.story];
  find("#steps").replaceChildren(...steps.map(step));
  find("#story-end").hidden = guide.done === 0;
  find("#story-finished").textContent = guide.done < steps.length ? "" : say(`story.${guide.story}.end`);
}

/** @param {any} story */
function choose(story) {
  guide.story = story;
  guide.done = 0;
  redrawGuide();
  guide.chosen(STORIES[guide.story].email);
}

export const hero = () => STORIES[guide.story].email;

/** @param {{name: string, copies?: string}} step @param {number} place */
function step({ name, copies }, place) {
  const item = make("li", { className: place < guide.done ? "done" : "" });
  if (place === guide.done) item.setAttribute("aria-current", "step");
  const text = make("p", {}, say(`story.${guide.story}.${name}`));
  if (place < guide.done) text.append(make("span", { className: "unseen" }, ` (${say("guide.done")})`));
  const mark = place < guide.done ? icon("check") : String(place + 1);
  item.dataset.of = `/ ${STORIES[guide.story].steps.length}`;
  item.append(make("span", { className: "mark", ariaHidden: "true" }, mark), text);
  if (copies) item.append(quote(copies === "spare" ? written(guide.spare) : say(`story.${guide.story}.${copies}`)));
  if (place === 0 && guide.done === 0) item.append(startButton());
  return item;
}

function startButton() {
  const button = make("button", { type: "button", id: "story-start", className: "primary small" }, say("guide.start"));
  button.addEventListener("click", beginAnew);
  return button;
}

function beginAnew() {
  choose(guide.story);
  guide.begin(hero());
}

/** @param {string} text */
function quote(text) {
  const button = make("button", { type: "button", className: "quote" });
  const hint = make("small", {}, say("guide.copy"));
  button.append(make("span", {}, text), hint);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    hint.textContent = say("guide.copied");
    find("#announcer").textContent = say("guide.copied");
  });
  return button;
}

/** @returns {any[]} */
const buttons = () => [...document.querySelectorAll("#stories button")];
