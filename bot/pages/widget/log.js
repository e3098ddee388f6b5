// The conversation as values: a new state from the old one and what happened.

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Option} Option */

/** @typedef {{lines: Line[], last: number, owner: string, name: string | null}} Log */

/** @returns {Log} */
export const empty = () => ({ lines: [], last: 0, owner: "bot", name: null });

/** The log with a line of the server; one that is known already changes nothing.
 * @param {Log} log @param {Line} line @returns {Log} */
export function heard(log, line) {
  if (line.seq <= log.last) return log;
  return { ...log, lines: [...log.lines, line], last: line.seq };
}

/** Numbers of the lines whose options can still be chosen: those of the last answer
 * that offered any, unless one of them was chosen.
 * @param {Line[]} lines @returns {Set<number>} */
export function offering(lines) {
  /** @type {Line[]} */ let open = [];
  let spoken = true;
  for (const line of lines) {
    if (line.author === "visitor") {
      spoken = true;
      if (open.some((each) => each.options.some((option) => option.title === line.text))) open = [];
    } else if (line.options.length) {
      open = spoken ? [line] : [...open, line];
      spoken = false;
    }
  }
  return new Set(open.map((line) => line.seq));
}

/** What the next thing that the visitor gives is: `code`, `phone`, ..., or nothing special.
 * @param {Line[]} lines @returns {string} */
export function wanted(lines) {
  const last = lines.findLast((line) => line.author !== "system");
  return last?.author === "bot" ? (last.data.input ?? "") : "";
}

/** Whether the service owes an answer.
 * @param {Log} log @returns {boolean} */
export function awaited(log) {
  return log.owner === "bot" && log.lines.findLast((line) => line.kind !== "notice")?.author === "visitor";
}

/** The number of the visitor's newest line.
 * @param {Line[]} lines @returns {number} */
export function spoke(lines) {
  return lines.findLast((line) => line.author === "visitor")?.seq ?? 0;
}

/** A masked text for people: `[code]` in words.
 * @param {string} text @param {import("./types.js").Words} words */
export function unmasked(text, words) {
  return text.replace(/\[(code|recovery_code|email|phone)\]/g, (_, kind) => words[`masked_${kind}`]);
}

/** Text as it may stand on the screen before the server has masked it.
 * @param {string} text @returns {string} */
export function veiled(text) {
  return text.replace(/\d[\d ().-]{2,}\d/g, (digits) => "•".repeat(digits.replace(/\D/g, "").length));
}
