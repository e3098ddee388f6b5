"""A visitor of the web channel: says something and waits for what comes back."""

import time
from typing import Any, NoReturn
from uuid import uuid4

import httpx
import pytest

LOOK_AGAIN = 0.02
PATIENCE = 30.0

Line = dict[str, Any]


class Visitor:
    """One conversation over HTTP, with everything said so far."""

    def __init__(
        self,
        http: httpx.Client,
        *,
        language: str | None = None,
        identity_token: str | None = None,
    ) -> None:
        wishes = {"language": language, "identity_token": identity_token}
        opened = http.post(
            "/api/web/sessions",
            json={name: wish for name, wish in wishes.items() if wish is not None},
        )
        assert opened.status_code == 201, opened.text
        self.conversation_id = str(opened.json()["conversation"])
        self._http = http
        self._headers = {"Authorization": f"Bearer {opened.json()['token']}"}
        self._asked = 0
        self._heard: list[int] = []
        self.lines: list[Line] = []

    def say(self, text: str, *, notice: bool = False) -> list[Line]:
        """Type something; gives the answer to it, or the service's notice."""
        self._asked = self.send(text=text)
        return self.wait_for(self._asked, "system" if notice else "bot")

    def press(self, title: str) -> list[Line]:
        """Choose an option that the latest lines offer, by its title."""
        self._asked = self.send(payload=self._payload(title))
        return self.wait_for(self._asked, "bot")

    def newest(self) -> int:
        """The number of the newest line."""
        return max((line["seq"] for line in self.read()), default=0)

    def hear(self) -> list[Line]:
        """The answer to what was said last, when it had to wait."""
        return self.wait_for(self._asked, "bot")

    def send(self, **message: str) -> int:
        """Send a message without waiting; gives its sequence number."""
        sent = self.post(**message)
        if sent.status_code != 202:
            self.fail(f"The message was refused: {sent.text}")
        return int(sent.json()["seq"])

    def try_to_send(self, **message: str) -> str:
        """Send what is to be refused; gives the kind of problem that it is."""
        refused = self.post(**message)
        if refused.status_code < 400:
            self.fail(f"{message} was not refused")
        return str(refused.json()["type"])

    def post(self, **message: str) -> httpx.Response:
        """Send a message that may be refused."""
        return self._http.post(
            "/api/web/messages",
            json={"client_id": uuid4().hex, **message},
            headers=self._headers,
        )

    def wait_for(self, seq: int, author: str) -> list[Line]:
        """The author's lines after `seq`; those of one answer are appended together."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            # Looking too often keeps the answer from being written.
            time.sleep(LOOK_AGAIN)
            new = self.read(after=seq - 1)
            found = [
                line for line in new if line["seq"] > seq and line["author"] == author
            ]
            if found:
                self.lines = [line for line in self.lines if line["seq"] < seq] + new
                self._heard += [line["seq"] for line in found]
                return found
        self.fail(f"No answer in {PATIENCE:.0f} seconds.")

    def stray_lines(self) -> list[str]:
        """What the bot said that answered nothing: an answer that came twice."""
        return [
            f"unasked: {line['text']!r}"
            for line in self.read_to_the_end()
            if line["author"] != "visitor" and line["seq"] not in self._heard
        ]

    def read_to_the_end(self) -> list[Line]:
        """Every line; once the visit has ended, what was read before."""
        read = self._ask()
        if read.status_code != 401:
            self.lines = read.json()["messages"]
        return self.lines

    def read(self, *, after: int = 0) -> list[Line]:
        """Every line of the conversation after a number, as the log has it now."""
        read = self._ask(after=after)
        assert read.status_code == 200, read.text
        lines: list[Line] = read.json()["messages"]
        return lines

    def _ask(self, *, after: int = 0) -> httpx.Response:
        return self._http.get(
            "/api/web/messages", headers=self._headers, params={"after": after}
        )

    def fail(self, why: str) -> NoReturn:
        """Fail the test and show the conversation so far."""
        pytest.fail(f"{why}\n\n{self.transcript()}", pytrace=False)

    def transcript(self) -> str:
        """The conversation so far, one line each."""
        return "\n".join(_shown(line) for line in self.lines)

    def _payload(self, title: str) -> str:
        offered = {
            option["title"]: str(option["payload"])
            for line in self.lines
            for option in line["options"]
        }
        if title not in offered:
            self.fail(f"{title!r} was not offered; {list(offered)} were.")
        return offered[title]


def _shown(line: Line) -> str:
    titles = "".join(f" [{option['title']}]" for option in line["options"])
    sources = "".join(f" ({source})" for source in line["data"].get("sources", ()))
    return f"{line['seq']:>4} {line['author']:>8}: {line['text']}{titles}{sources}"
