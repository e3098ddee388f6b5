// The embedded chat, as any website would talk to it. It may be late, or not come.

/** @type {string | null | undefined} */
let waiting;

const chat = () => /** @type {any} */ (window).Switchboard;

/** Say who is signed in; null is nobody any more. @param {string | null} token */
export function identify(token) {
  if (chat()) chat().identify(token);
  else waiting = token;
}

/** @param {string} code */
export function setLanguage(code) {
  chat()?.setLanguage(code);
}

/** Whether there is a chat to open. */
export function open() {
  chat()?.open();
  return Boolean(chat());
}

/** @param {() => void} answered what to do when the chat's other side says something */
export function onAnswered(answered) {
  addEventListener("switchboard:message", answered);
  addEventListener("switchboard:ready", () => {
    if (waiting !== undefined) chat()?.identify(waiting);
    waiting = undefined;
  });
}
