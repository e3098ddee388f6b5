// The demo's endpoints. A refusal is an Error whose `status` says which.

/** @param {string} path */
export async function get(path) {
  return answer(await fetch(path));
}

/** @param {string} path @param {object} body */
export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** @param {Response} response */
async function answer(response) {
  if (response.ok) return response.json();
  throw Object.assign(new Error(response.statusText), { status: response.status });
}
