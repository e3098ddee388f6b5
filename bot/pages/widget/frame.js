// Starts the chat in its frame.

import { Chat } from "./chat.js";
import { find } from "./dom.js";

const language = new URL(location.href).searchParams.get("language") ?? navigator.language.slice(0, 2);
const said = (/** @type {string} */ name) => find(`meta[name="${name}"]`).content;
const chat = new Chat(language, said("brand"), said("embed-origins").split(" ").filter(Boolean));
// In a page's frame it begins when it is shown.
if (window.parent === window) chat.start();
