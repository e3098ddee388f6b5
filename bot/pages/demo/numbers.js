// How phone numbers are written, read and hidden. Pure, so tested without a page.

/** @param {string} e164 */
export function written(e164) {
  return e164.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3");
}

/** @param {string} address */
export function hidden(address) {
  return address.startsWith("+") ? `•••-•••-${address.slice(-4)}` : address;
}

/** E.164, or null when it is no whole number. @param {string} typed */
export function read(typed) {
  const digits = typed.replace(/\D/g, "");
  if (typed.trim().startsWith("+")) return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null;
  const national = digits.replace(/^1(?=\d{10}$)/, "");
  return national.length === 10 ? `+1${national}` : null;
}

/** A number of the range for fiction that nobody has yet. @param {string[]} taken */
export function spare(taken) {
  const numbers = Array.from({ length: 58 }, (_, place) => `+131255501${42 + place}`);
  return numbers.find((number) => !taken.includes(number)) ?? numbers[0];
}
