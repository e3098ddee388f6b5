// Lines as the server sends them, for tests.

/** A line with a number; whatever is not given is dull. */
export function line(seq, author, more = {}) {
  return { seq, author, kind: "text", text: `${author} ${seq}`, options: [], data: {}, at: "2030-01-01T12:00:00Z", ...more };
}

/** Options by their titles. */
export function options(...titles) {
  return titles.map((title) => ({ title, payload: `/${title}` }));
}
