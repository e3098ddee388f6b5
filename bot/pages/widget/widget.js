// The chat on any page: a launcher button, and the chat in a frame from the server
// that this file comes from, so that the page's own scripts see nothing of it.

const HERE = new URL(import.meta.url);
const NAME = "switchboard-chat";
const KEPT = "switchboard";
const THEMED = ["accent", "radius", "font"];

/** @type {Record<string, Record<string, string>>} */
export const STRINGS = {
  en: { open: "Open chat", close: "Close chat", frame: "Chat", unread: "new messages" },
  es: { open: "Abrir el chat", close: "Cerrar el chat", frame: "Chat", unread: "mensajes nuevos" },
};

const STYLE = `
:host { --size: 60px; position: fixed; z-index: var(--switchboard-layer, 2147483000);
  bottom: var(--switchboard-bottom, 20px); inset-inline-end: var(--switchboard-side, 20px);
  font: 600 13px/1 system-ui, sans-serif; color-scheme: light dark; }
:host([position="left"]) { inset-inline: var(--switchboard-side, 20px) auto; }
:host(:not([launcher])) { position: relative; inset: auto; z-index: auto; display: block; height: 600px; }
[hidden] { display: none !important; }
button { all: unset; box-sizing: border-box; position: relative; display: grid; place-items: center;
  width: var(--size); height: var(--size); border-radius: 50%; cursor: pointer;
  background: var(--switchboard-accent, #1d4ed8); color: var(--switchboard-accent-text, #fff);
  box-shadow: 0 6px 20px #0003, 0 2px 6px #0003; transition: transform .15s ease; }
button:hover { transform: scale(1.05); }
button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #000; }
svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; }
button[aria-expanded="true"] .closed, button[aria-expanded="false"] .opened { display: none; }
.badge { position: absolute; top: -4px; inset-inline-end: -4px; min-width: 22px; padding: 5px 6px;
  box-sizing: border-box; border-radius: 11px; background: #b91c1c; color: #fff; text-align: center; }
iframe { border: 0; width: 100%; height: 100%; display: block; background: Canvas; border-radius: inherit; }
.panel { height: 100%; border-radius: 16px; }
:host([launcher]) .panel { position: fixed; inset-inline: inherit; width: 400px;
  bottom: calc(var(--switchboard-bottom, 20px) + var(--size) + 14px); inset-inline-end: var(--switchboard-side, 20px);
  height: min(660px, 100dvh - 120px); box-shadow: 0 16px 48px #0004, 0 2px 8px #0002; }
:host([launcher][position="left"]) .panel { inset-inline: var(--switchboard-side, 20px) auto; }
@media (max-width: 520px), (max-height: 480px) {
  :host([launcher]) .panel { inset: 0; width: 100%; height: 100dvh; border-radius: 0; }
  button[aria-expanded="true"] { display: none; } }
@media (prefers-reduced-motion: reduce) { button { transition: none; } }
@media (forced-colors: active) { button, .badge { border: 2px solid ButtonText; } }
@media print { :host { display: none; } }`;

const ICON = {
  closed: "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5ZM9 11h8M9 15h5",
  opened: "M6 9l6 6 6-6",
};

/** @param {string} name @param {string} path */
function icon(name, path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(svg.namespaceURI, "path"));
  /** @type {Element} */ (svg.firstChild).setAttribute("d", path);
  return svg;
}

/** Remembers in this tab that the chat was opened; nothing else is kept on the page.
 * @param {string} [state] */
function remembered(state) {
  try {
    if (state) sessionStorage.setItem(KEPT, state);
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** `<switchboard-chat>`: with the attribute `launcher` a button that opens the chat. */
class SwitchboardChat extends HTMLElement {
  /** @type {HTMLIFrameElement | undefined} */ #frame;
  /** @type {HTMLButtonElement | undefined} */ #button;
  #panel = document.createElement("div");
  #badge = document.createElement("span");
  #ready = false;
  #opened = false;
  /** @type {{type: string}[]} */ #waiting = [];

  connectedCallback() {
    if (this.shadowRoot) return;
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    this.#panel.className = "panel";
    root.append(this.#panel);
    addEventListener("message", (event) => this.#hear(event));
    if (!this.hasAttribute("launcher")) return this.open();
    this.#panel.hidden = true;
    root.append(this.#launcher());
    this.#label(0);
    const before = remembered();
    if (before === "open") this.open(false);
    else if (before) this.#load();
  }

  open(focus = true) {
    this.#load();
    this.#show(true);
    if (focus && this.#button) this.#tell({ type: "opened" });
  }

  close() {
    if (!this.#button || !this.#opened) return;
    this.#show(false);
    this.#tell({ type: "closed" });
    this.#button.focus();
  }

  /** @param {string | null | (() => string | Promise<string>)} token says who is signed in; null: nobody any more */
  async identify(token) {
    const given = typeof token === "function" ? await token() : token;
    // Only the last word on who is there counts.
    this.#waiting = this.#waiting.filter(({ type }) => type !== "identify");
    this.#tell({ type: "identify", token: given });
  }

  /** @param {string} language */
  setLanguage(language) {
    this.setAttribute("language", language);
    this.#label(0);
    this.#tell({ type: "language", language });
  }

  get #words() {
    return STRINGS[this.getAttribute("language") || ""] ?? STRINGS.en;
  }

  #launcher() {
    const button = (this.#button = document.createElement("button"));
    button.type = "button";
    button.className = "launcher";
    this.#badge.className = "badge";
    button.append(icon("closed", ICON.closed), icon("opened", ICON.opened), this.#badge);
    button.addEventListener("click", () => (this.#opened ? this.close() : this.open()));
    // Who comes near will open it; the frame asks the server for nothing before that.
    for (const near of ["pointerenter", "focus", "touchstart"]) button.addEventListener(near, () => this.#load(), { passive: true });
    return button;
  }

  /** @param {number} unread */
  #label(unread) {
    this.#badge.hidden = !unread;
    this.#badge.textContent = unread > 9 ? "9+" : `${unread}`;
    if (this.#frame) this.#frame.title = this.#words.frame;
    const name = this.#opened ? this.#words.close : this.#words.open;
    this.#button?.setAttribute("aria-expanded", `${this.#opened}`);
    this.#button?.setAttribute("aria-label", unread ? `${name} (${unread} ${this.#words.unread})` : name);
  }

  /** @param {boolean} opened */
  #show(opened) {
    this.#opened = opened;
    this.#panel.hidden = !opened;
    if (this.#button) remembered(opened ? "open" : "closed");
    this.#label(0);
  }

  #load() {
    if (this.#frame) return;
    const frame = (this.#frame = document.createElement("iframe"));
    const language = this.getAttribute("language");
    const url = new URL("widget/frame", HERE);
    if (language) url.searchParams.set("language", language);
    frame.allow = "clipboard-write";
    frame.title = this.#words.frame;
    frame.src = url.href;
    this.#panel.append(frame);
  }

  /** @param {{type: string, [more: string]: unknown}} message */
  #tell(message) {
    if (!this.#ready) return void this.#waiting.push(message);
    // The keys stay with the page when a frame is given the focus before it is there.
    if (message.type === "opened") this.#frame?.focus();
    this.#frame?.contentWindow?.postMessage({ switchboard: 1, ...message }, HERE.origin);
  }

  /** @param {MessageEvent} event */
  #hear({ source, origin, data }) {
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== HERE.origin) return;
    if (data?.switchboard !== 1) return;
    if (data.type === "ready") this.#greet();
    else if (data.type === "close") this.close();
    else if (data.type === "unread") this.#label(this.#opened ? 0 : data.count);
    else if (["message", "handoff"].includes(data.type)) this.#publish(data.type, data.detail);
  }

  #greet() {
    this.#ready = true;
    const style = getComputedStyle(this);
    const theme = THEMED.map((name) => [name, style.getPropertyValue(`--switchboard-${name}`).trim()]);
    const scheme = this.getAttribute("theme") ?? "auto";
    const closable = !!this.#button;
    this.#tell({ type: "hello", theme: { ...Object.fromEntries(theme), scheme }, closable });
    for (const message of this.#waiting.splice(0)) this.#tell(message);
    if (this.#opened || remembered()) this.#tell({ type: this.#opened ? "shown" : "closed" });
    this.#publish("ready", {});
  }

  /** @param {string} name @param {object} detail */
  #publish(name, detail) {
    dispatchEvent(new CustomEvent(`switchboard:${name}`, { detail }));
  }
}

/** Puts the launcher on the page, unless the page shows the chat itself. */
function start() {
  customElements.define(NAME, SwitchboardChat);
  const scripts = /** @type {HTMLScriptElement[]} */ ([...document.scripts]);
  const { dataset } = scripts.find((script) => script.src === HERE.href) ?? document.body;
  const chat = () => /** @type {SwitchboardChat | null} */ (document.querySelector(NAME));
  if (!chat() && dataset.launcher !== "none") {
    const made = document.createElement(NAME);
    for (const name of ["language", "theme", "position"]) {
      const value = dataset[name] || (name === "language" && document.documentElement.lang.slice(0, 2));
      if (value) made.setAttribute(name, value);
    }
    made.setAttribute("launcher", "");
    document.body.append(made);
  }
  Object.assign(window, {
    Switchboard: {
      open: () => chat()?.open(),
      close: () => chat()?.close(),
      identify: (/** @type {any} */ token) => chat()?.identify(token),
      setLanguage: (/** @type {string} */ language) => chat()?.setLanguage(language),
    },
  });
}

if (!customElements.get(NAME)) start();
