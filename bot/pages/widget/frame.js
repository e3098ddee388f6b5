// Starts the chat in its frame.

import { Chat } from "./chat.js";

const language = new URL(location.href).searchParams.get("language") ?? navigator.language.slice(0, 2);
new Chat(language).start();
