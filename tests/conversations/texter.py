"""Somebody who texts: signed webhooks in, texts on a phone out, one log between."""

import re
from typing import Any, NoReturn
from uuid import uuid4

import httpx
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.channels.secrets import read_with_secrets
from bot.channels.shapes import MessageShape
from bot.conversations.models import Message
from bot.services import Services
from bot.telephony.models import Delivery
from bot.telephony.purposes import CONVERSATION
from bot.telephony.segments import fold, is_gsm7, segments
from bot.telephony.twilio.account import INCOMING_PATH
from bot.texting.models import ReceivedText
from tests.conversations.house import wait_until
from tests.conversations.visitor import PATIENCE, Line, Visitor

MOST_SEGMENTS = 2
LINK = re.compile(r"/c/\w{12}")


class Texter(Visitor):
    """One conversation by text; a choice is made by the option's number."""

    def __init__(self, http: httpx.Client, services: Services, number: str) -> None:
        self._http = http
        self._services = services
        self._number = number
        self.conversation_id = ""
        self._asked = 0
        self._heard: list[int] = []
        self._shown = 0
        self._unread: list[str] = []
        self.lines: list[Line] = []

    def press(self, title: str) -> list[Line]:
        """Text the number that the option has among those of the latest answer."""
        titles = [option["title"] for option in self._offered()]
        if title not in titles:
            self.fail(f"{title!r} was not offered; {titles} were.")
        return self.say(str(titles.index(title) + 1))

    def send(self, **message: str) -> int:
        """Text something; gives its sequence number."""
        sid = f"SM{uuid4().hex}"
        account = self._services.twilio
        parameters = {
            "MessageSid": sid,
            "AccountSid": account.sid,
            "From": self._number,
            "To": account.conversation_sender,
            "Body": message["text"],
            "NumMedia": "0",
        }
        signer = RequestValidator(account.auth_token)
        signature = signer.compute_signature(account.webhook(INCOMING_PATH), parameters)
        sent = self._http.post(
            INCOMING_PATH, data=parameters, headers={"X-Twilio-Signature": signature}
        )
        if sent.status_code != 204:
            self.fail(f"The text was refused: {sent.text}")
        return self._place(sid)

    def wait_for(self, seq: int, author: str) -> list[Line]:
        """The answer, which has to be on the phone as it is in the log."""
        lines = super().wait_for(seq, author)
        self._unread += self._new_texts()
        self._compare(lines)
        return lines

    def stray_lines(self) -> list[str]:
        """What the bot said that answered nothing, and texts that nothing explains."""
        strays = super().stray_lines()
        self._unread += self._new_texts()
        return [*strays, *(f"unasked text: {text!r}" for text in self._unread)]

    def _ask(self, *, after: int = 0) -> httpx.Response:
        if not self.conversation_id:
            return httpx.Response(200, json=_plain([]))
        # A secret is seen by its link; see tests/unit/test_texting_linking.py.
        thread = read_with_secrets(self._services, self.conversation_id, after=after)
        messages = [MessageShape.of(each).model_dump() for each in thread.messages]
        return httpx.Response(200, json=_plain(messages))

    def _place(self, sid: str) -> int:
        wait_until(lambda: self._outcome(sid) is not None, seconds=PATIENCE)
        with self._services.sessions() as session:
            query = select(Message).where(Message.provider_id == sid)
            message = session.scalars(query).one_or_none()
        if message is None:
            self.fail(f"The text was not heard: {self._outcome(sid)}")
        self.conversation_id = message.conversation_id
        return message.seq

    def _outcome(self, sid: str) -> str | None:
        query = select(ReceivedText.outcome).where(ReceivedText.provider_id == sid)
        with self._services.sessions() as session:
            return session.scalar(query)

    def _offered(self) -> list[dict[str, str]]:
        """The options of the latest answer that has any, in their order."""
        offering = [line for line in self.lines if line["options"]]
        latest = [
            line for line in offering if line["seq"] > self._answered(offering[-1])
        ]
        return [option for line in latest for option in line["options"]]

    def _answered(self, offering: Line) -> int:
        """The visitor's line that an answer followed."""
        return max(
            line["seq"]
            for line in self.lines
            if line["author"] == "visitor" and line["seq"] < offering["seq"]
        )

    def _new_texts(self) -> list[str]:
        wait_until(self._everything_is_sent, seconds=PATIENCE)
        sent = self._services.outbox.sent_to(self._number)
        texts = [each.text for each in sent if each.purpose == CONVERSATION]
        new, self._shown = texts[self._shown :], len(texts)
        return new

    def _everything_is_sent(self) -> bool:
        query = select(Delivery.id).where(Delivery.state == "queued")
        with self._services.sessions() as session:
            return session.scalars(query).first() is None

    def _compare(self, lines: list[Line]) -> None:
        faults = [f"{text!r} is too long" for text in self._unread if not _fits(text)]
        said = "\n".join(self._unread)
        expected = "\n".join(_written(lines))
        # What follows on the answer, such as the place in line, is read next.
        rest = said.removeprefix(expected)
        self._unread = [rest.lstrip("\n")] if rest else []
        if LINK.search(said):
            self._unread = []
        elif rest == said or rest[:1] not in ("", "\n"):
            faults.append(f"texts {said!r}, not {expected!r}")
        if faults:
            self.fail("\n".join(faults))

    def fail(self, why: str) -> NoReturn:
        super().fail(f"{self._number} by text: {why}")


def _fits(text: str) -> bool:
    return is_gsm7(text) and segments(text) <= MOST_SEGMENTS


def _written(lines: list[Line]) -> list[str]:
    """The lines of an answer, options numbered through."""
    written, number = [], 1
    for line in lines:
        if line["text"]:
            written.append(fold(line["text"]))
        for option in line["options"]:
            written.append(fold(f"{number} {option['title']}"))
            number += 1
    return written


def _plain(messages: list[dict[str, Any]]) -> dict[str, Any]:
    for message in messages:
        message["at"] = message["at"].isoformat()
    return {"messages": messages}
