// Moments in the agent's own time zone, and waits that go on.

import { all } from "./dom.js";

const EVERY = 15_000;
/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const STYLES = {
  time: { hour: "numeric", minute: "2-digit" },
  date: { dateStyle: "medium" },
  short: { dateStyle: "short", timeStyle: "short" },
  full: { dateStyle: "medium", timeStyle: "medium" },
};

/** A wait in its two largest units. @param {number} milliseconds */
export function lasting(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(minutes / 1440);
  if (days) return `${days} d ${hours % 24} h`;
  return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

/** @param {string} style @param {Date} at @param {number} now @param {string} language */
export function written(style, at, now, language) {
  if (style === "since") return lasting(now - at.getTime());
  if (style === "until") return lasting(at.getTime() - now);
  return at.toLocaleString(language, STYLES[style]);
}

/** @param {ParentNode} [root] */
export function tick(root = document) {
  for (const time of all("time[data-style]", root)) {
    const text = written(time.dataset.style, new Date(time.dateTime), Date.now(), document.documentElement.lang);
    if (time.textContent !== text) time.textContent = text;
  }
}

export function keepTime() {
  tick();
  setInterval(tick, EVERY);
}
