// The conversation as a text file.

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Words} Words */

/** Lines with time and speaker; secrets are not in it.
 * @param {Line[]} lines @param {{title: string, language: string, speaker: (line: Line) => string}} options */
export function transcript(lines, { title, language, speaker }) {
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const said = lines.map((line) => {
    const options = line.options.map((option) => `  - ${option.title}`);
    return [`[${moment.format(new Date(line.at))}] ${speaker(line)}: ${line.text}`, ...options].join("\n");
  });
  return [title, "", ...said, ""].join("\n");
}

/** Hand a text to the visitor as a file. @param {string} name @param {string} text */
export function download(name, text) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
