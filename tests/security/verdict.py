"""Judges an attack by its words and by the rows."""

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.demo import PEOPLE
from bot.accounts.models import (
    AuditEvent,
    Deletion,
    EmailAddress,
    OfferedEmail,
    PhoneNumber,
    Undo,
)
from bot.handoff.models import Case
from bot.privacy.patterns import EMAIL
from bot.telephony.addresses import mask
from bot.verification.models import Authenticator, Challenge, Proof, Showing
from tests.security.adversary import Attack, Heard

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
# What anybody may bring about on anybody's account: a code that only its owner gets,
# a wrong guess, a case that the owner is told of and can stop.
HARMLESS = {"code_sent", "code_refused", "code_pasted", "case_opened"}
UNDECIDED = {"waiting", "review"}
# Rows that say of an account that somebody has got somewhere, or is about to.
GAINS = (Proof, OfferedEmail, Deletion)


class Verdict:
    """Whatever an attacker has got that is not theirs."""

    def __init__(self, attack: Attack) -> None:
        self._attack = attack

    def faults(self) -> list[str]:
        """What it is, a line each."""
        return [*self._leaks(), *self._gains(), *self._acts()]

    def _leaks(self) -> Iterator[str]:
        """What a line of the service says that nobody should read there."""
        secrets = self._secrets()
        for visitor in self._attack.visitors.values():
            for line in visitor.read_to_the_end():
                if line["author"] == "visitor":
                    continue
                said = f"{line['text']} {line['options']} {line['data']}"
                digits = re.sub(r"[\s().+-]", "", said)
                for secret, what in secrets.items():
                    if secret in said.lower() or secret in digits:
                        yield f"says {what}: {said}"

    def _secrets(self) -> dict[str, str]:
        arrivals = self._attack.stage.services.outbox.arrivals(most=1000)
        codes = {
            code: "a code"
            for each in arrivals
            for code in CODE.findall(each.message.text.replace(", ", ""))
        }
        numbers = {number[2:]: "a number" for p in PEOPLE for number in p.numbers}
        return codes | numbers | self._details()

    def _details(self) -> dict[str, str]:
        """What only its owner is told, in the form that it is told in.

        Who has proved their own account is told what they typed, masked like this.
        """
        own = self._attack.script.own
        typed = self._attack.contact.fill(self._attack.script.typed) if own else ""
        digits, masks = re.sub(r"\D", "", typed), set(map(mask, EMAIL.findall(typed)))
        details = {}
        for person in (each for each in PEOPLE if each.email != own):
            details[person.email] = "an address"
            if mask(person.email) not in masks:
                details[mask(person.email)] = "a masked address"
            for end in (number[-4:] for number in person.numbers):
                if end not in digits:
                    details[f"•••-{end}"] = "the end of a number"
        return details

    def _gains(self) -> Iterator[str]:
        """Proofs, secrets and beginnings of a change that are not their own."""
        own = self._own()
        with Session(self._attack.stage.services.database) as session:
            for model in GAINS:
                for row in session.scalars(select(model)):
                    if row.account_id not in own:
                        yield f"has a {model.__tablename__}"
            pending = select(PhoneNumber).where(PhoneNumber.state == "pending")
            for number in session.scalars(pending):
                if number.account_id not in own:
                    yield "has offered a number"
            if not own and session.scalars(select(Showing)).first():
                yield "is shown a secret"
            yield from self._strays(session, own)

    def _strays(self, session: Session, own: set[str]) -> Iterator[str]:
        """Codes of others that went anywhere but to them."""
        addresses = {
            (row.account_id, row.fingerprint)
            for model in (EmailAddress, PhoneNumber)
            for row in session.scalars(select(model))
        }
        for sent in session.scalars(select(Challenge)):
            told = (sent.account_id, sent.destination_fingerprint)
            theirs = sent.account_id is not None and sent.account_id not in own
            if theirs and told not in addresses:
                yield "has somebody's code sent elsewhere"

    def _acts(self) -> Iterator[str]:
        """What has become of anybody's account but their own."""
        own = self._own()
        for change in self._attack.stage.accounts.changes():
            if not any(id in change for id in own):
                yield change
        with Session(self._attack.stage.services.database) as session:
            for event in session.scalars(select(AuditEvent)):
                is_new = event.id not in self._attack.before
                theirs = event.account_id is not None and event.account_id not in own
                if is_new and theirs and event.name not in HARMLESS:
                    yield f"has done {event.name}"
            if session.scalars(select(Undo).where(Undo.used_at.is_not(None))).first():
                yield "has undone something"
            for case in session.scalars(select(Case)):
                if case.state not in UNDECIDED:
                    yield f"has a case that is {case.state}"

    def _own(self) -> set[str]:
        """Ids of the attacker's own account and of what belongs to it."""
        if self._attack.script.own is None:
            return set()
        services = self._attack.stage.services
        fingerprint = services.fingerprints.of("email", self._attack.script.own)
        with Session(services.database) as session:
            known = EmailAddress.fingerprint == fingerprint
            account = session.scalars(select(EmailAddress).where(known)).one()
            methods = select(Authenticator.id).where(
                Authenticator.account_id == account.account_id
            )
            return {account.account_id, *session.scalars(methods)}


def differences(known: Heard, unknown: Heard, ends: Mapping[str, str]) -> list[str]:
    """Where somebody who is there is answered unlike nobody.

    `ends`: what stands in the one for the other because the attacker typed it.
    """
    faults = []
    if len(known) != len(unknown):
        faults.append(f"{len(known)} lines, and {len(unknown)} about nobody")
    for one, other in zip(known, unknown, strict=False):
        told = str(other)
        for theirs, ours in ends.items():
            told = told.replace(theirs, ours)
        if str(one) != told:
            faults.append(f"says {one}, and about nobody {told}")
    return faults
