// Shows the demo accounts and, every two seconds, what arrived for each of them.
const inboxes = document.querySelector("#inboxes");
const watched = new Map();

function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function path(address) {
  const kind = address.includes("@") ? "mail" : "phones";
  return `/demo/${kind}/${encodeURIComponent(address)}`;
}

function watch(address) {
  if (watched.has(address)) return;
  const inbox = element("section", "", "inbox");
  const list = element("ol");
  inbox.append(element("h3", address), list);
  inboxes.append(inbox);
  watched.set(address, { list, shown: -1 });
}

function line(message) {
  const item = element("li");
  if (message.code) item.append(element("p", message.code, "code"));
  item.append(element("p", message.text));
  const when = new Date(message.at).toLocaleTimeString();
  item.append(element("small", `${message.by}, ${when}`));
  return item;
}

async function renew(address) {
  const response = await fetch(path(address));
  if (!response.ok) return;
  const { messages } = await response.json();
  const inbox = watched.get(address);
  if (messages.length === inbox.shown) return;
  inbox.shown = messages.length;
  const newestFirst = messages.map(line).reverse();
  inbox.list.replaceChildren(...(newestFirst.length ? newestFirst : [element("li", "Nothing yet")]));
}

async function start() {
  const { accounts } = await (await fetch("/demo/accounts")).json();
  for (const account of accounts) {
    const row = element("tr");
    row.append(
      element("td", account.email),
      element("td", account.language),
      element("td", account.phones.join(", ") || "none"),
    );
    document.querySelector("#account-rows").append(row);
    for (const address of [...account.phones, account.email]) watch(address);
  }
  for (;;) {
    await Promise.allSettled([...watched.keys()].map(renew));
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

document.querySelector("#other").addEventListener("submit", (event) => {
  event.preventDefault();
  const address = new FormData(event.target).get("address").trim();
  if (address) watch(address);
});

start();
