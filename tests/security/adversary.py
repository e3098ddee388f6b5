"""Plays a hostile script on a stage."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.models import AuditEvent
from tests.conversations.stage import Stage
from tests.conversations.visitor import Visitor
from tests.security.scripts import Contact, Deed, Script

A_MOMENT = 0.001
CASE_NUMBER = re.compile(r"\bC-\w{4}-\w{4}\b")
SEEN = ("author", "kind", "text", "options", "data")

Heard = list[dict[str, Any]]


class Attack:
    """One script under way, about one contact."""

    def __init__(self, stage: Stage, script: Script, contact: Contact) -> None:
        self.stage = stage
        self.script = script
        self.contact = contact
        self.visitors: dict[str, Visitor] = {}
        self._refused: Heard = []
        self.before = set(_events(stage))

    def run(self) -> None:
        """Do everything in its order."""
        for deed in self.script.does:
            self.stage.clock.move(A_MOMENT)
            self._do(deed)

    def heard(self) -> Heard:
        """Every line of every conversation, without what is new in each run."""
        return self._refused + [
            {name: line[name] for name in SEEN}
            | {"text": CASE_NUMBER.sub("C-", line["text"])}
            for visitor in self.visitors.values()
            for line in visitor.read_to_the_end()
        ]

    def transcript(self) -> str:
        """All that was said."""
        return "\n".join(each.transcript() for each in self.visitors.values())

    def _do(self, deed: Deed) -> None:
        if deed.wait is not None:
            self.stage.clock.move(deed.wait)
            return
        self.stage.settle()
        visitor = self._visitor(deed.chat)
        if deed.press is not None:
            visitor.press(deed.press)
        elif deed.sends is not None:
            self._refused.append({"refused": visitor.try_to_send(payload=deed.sends)})
        else:
            visitor.say(self.contact.fill(self._words(deed)))

    def _words(self, deed: Deed) -> str:
        if deed.types is not None:
            return deed.types
        if deed.own_code is not None:
            return self.stage.codes(deed.own_code)[-1]
        if deed.wrong_code is not None:
            return deed.wrong_code.replace("{code}", self.stage.wrong_code())
        assert deed.relays is not None
        # Nobody without an account has got any.
        codes = self.stage.codes(self.contact.fill(deed.to))
        code = codes[-1] if codes else self.stage.wrong_code()
        return deed.relays.replace("{code}", code)

    def _visitor(self, name: str) -> Visitor:
        if name not in self.visitors:
            self.visitors[name] = self._arrive()
        return self.visitors[name]

    def _arrive(self) -> Visitor:
        script = self.script
        if script.sender is not None:
            return self.stage.texter(self.contact.fill(script.sender))
        return self.stage.visitor(
            language=script.language,
            signed_in_as=script.own if script.signed_in else None,
        )


def _events(stage: Stage) -> list[str]:
    with Session(stage.services.database) as session:
        return list(session.scalars(select(AuditEvent.id)))
