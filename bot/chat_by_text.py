"""`chat --channel sms`: texting with the assistant from a made-up phone."""

import time
from collections.abc import Callable, Iterator

import httpx

from bot.chat_inboxes import Inboxes
from bot.chat_server import ChatFailed
from bot.settings import Settings

ANSWER_SECONDS = 90
LOOK_SECONDS = 0.1
MARGIN = " " * 7

Write = Callable[[str], None]


class TextChat:
    """One phone's texts; what arrives on it is written as it comes."""

    def __init__(
        self,
        http: httpx.Client,
        settings: Settings,
        *,
        number: str,
        write: Write = print,
    ) -> None:
        self._http = http
        self._write = write
        self._number = number
        self._page = f"/demo/phones/{number}/messages"
        self._seen = len(self._read()[0])
        self._inboxes = Inboxes(http, settings.region)
        self._inboxes.watch(number)

    def say(self, typed: str) -> None:
        """Text what was typed, and write what comes of it."""
        self._inboxes.watch(typed)
        response = self._http.post(self._page, json={"text": typed})
        if response.is_success:
            self._listen()
        else:
            self._write(f"  ! {response.json()['detail']}")

    def _listen(self) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            texts, settled = self._read()
            for text in texts[self._seen :]:
                self._write(f"  bot  {text.replace(chr(10), chr(10) + MARGIN)}")
            self._seen = len(texts)
            if settled:
                break
            time.sleep(LOOK_SECONDS)
        else:
            self._write("  ! No answer came. The text is kept; try again later.")
        for line in self._arrived(texts):
            self._write(line)

    def _arrived(self, texts: list[str]) -> Iterator[str]:
        """What else came, such as codes, here and elsewhere."""
        for address, message in self._inboxes.new():
            if address != self._number or message["text"] not in texts:
                yield f"     > {address} ({message['by']}): {message['text']}"

    def _read(self) -> tuple[list[str], bool]:
        response = self._http.get(self._page)
        if not response.is_success:
            raise ChatFailed(
                "The demo's phones are asked for texts, and there are none such here:"
                " give --from as +12025550143, of a server with BOT_MODE=demo."
            )
        told = response.json()
        return [message["text"] for message in told["messages"]], told["settled"]
