// A number as it is sent, from a country and what was typed.

/** @typedef {import("./types.js").Country} Country */

/** The number with a plus; a country code that was typed as well is not doubled.
 * @param {string} callingCode @param {string} typed @returns {string} empty when there are too few digits */
export function international(callingCode, typed) {
  const digits = typed.replace(/\D/g, "");
  if (digits.length < 6) return "";
  if (/^\s*\+/.test(typed)) return `+${digits}`;
  const national = callingCode === "1" && digits.length === 11 && digits.startsWith("1") ? digits.slice(1) : digits;
  return `+${callingCode}${national}`;
}

/** Countries as choices: one for each calling code, the others of it named beside it.
 * @param {Country[]} countries @returns {{code: string, label: string}[]} */
export function choices(countries) {
  /** @type {Map<string, string[]>} */ const names = new Map();
  for (const { calling_code, name } of countries) {
    const [code] = calling_code.split(/\D/);
    names.set(code, [...(names.get(code) ?? []), name]);
  }
  return [...names].map(([code, named]) => ({ code, label: `+${code} ${named.join(", ")}` }));
}
