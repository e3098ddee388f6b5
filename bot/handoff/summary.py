"""Summaries: what a person tried before an agent came, made of rows and nothing else.

Of an account that is not proved an agent learns no more than whoever asks: whether
there is one, and what came of its codes, would be told on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.models import AuditEvent
from bot.clock import Clock
from bot.database import Sessions, reading
from bot.documents import parse
from bot.handoff.models import HandoffRequest
from bot.telephony.models import Delivery
from bot.verification.history import OUTCOMES, cause_of, state_of
from bot.verification.models import Challenge, Proof
from bot.verification.proofs import Proofs

MEANINGS_FILE = Path(__file__).with_name("meanings.yml")
# What is told of anybody, since it is the same with and without an account.
TOLD = frozenset({"code_pasted", "number_in_use", "email_in_use", "case_opened"})
MOST = 30

Meanings = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Tried:
    """Something that was done here, by its name and in words."""

    name: str
    meaning: str
    at: datetime


@dataclass(frozen=True)
class CodeTried:
    """A code that was sent here; `outcome` and `cause` are names, then come words.

    `to_masked` is empty, and the outcome `unproved`, while the account is not proved.
    """

    purpose: str
    by: str
    to_masked: str
    at: datetime
    wrong_guesses: int
    state: str
    state_meaning: str
    outcome: str
    outcome_meaning: str
    cause: str | None
    cause_meaning: str | None


@dataclass(frozen=True)
class Summary:
    """What matters before the first line is read; newest first.

    `level` is what is proved now, `since` when the oldest of its live proofs came.
    `story` is what was tried and the codes once more, as titles with lines.
    """

    reason: str | None
    frustrated: bool
    language: str | None
    channel: str | None
    level: str
    since: datetime | None
    tried: tuple[Tried, ...]
    codes: tuple[CodeTried, ...]
    story: tuple[tuple[str, tuple[str, ...]], ...]


class Summaries:
    """Makes summaries."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        proofs: Proofs,
        path: Path = MEANINGS_FILE,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._proofs = proofs
        self._meanings: Meanings = parse(path.read_text(encoding="utf-8"))

    def of(self, conversation_id: str, language: str = "en") -> Summary:
        """The summary of a conversation, worded for an agent of that language."""
        with reading(self._sessions) as session:
            return self._summary(session, conversation_id, language)

    def _summary(
        self, session: Session, conversation_id: str, language: str
    ) -> Summary:
        request = _newest_request(session, conversation_id)
        live = [
            each
            for each in self._proofs.live(session, conversation_id)
            if each.scope != "possession"
        ]
        strength = self._proofs.weigh(live)
        proved = _proved(session, conversation_id)
        tried = self._tried(session, conversation_id, proved, language)
        codes = self._codes(session, conversation_id, proved, language)
        return Summary(
            reason=request.reason if request else None,
            frustrated=bool(request and request.frustrated),
            language=request.language if request else None,
            channel=request.channel if request else None,
            level="change" if strength.may_change else "view" if live else "none",
            since=min((each.created_at for each in live), default=None),
            tried=tried,
            codes=codes,
            story=self._story(tried, codes, language),
        )

    def _story(
        self, tried: Sequence[Tried], codes: Sequence[CodeTried], language: str
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        words = self._meanings["story"]
        done = tuple(dict.fromkeys(each.meaning for each in tried))
        sent = tuple(self._told(each, language) for each in codes)
        titled = ((words["tried"][language], done), (words["codes"][language], sent))
        return tuple(each for each in titled if each[1])

    def _told(self, code: CodeTried, language: str) -> str:
        """A code in a line: how it went, and why it did not help."""
        words = self._meanings["story"]
        way = self._meanings["ways"][code.by][language]
        parts = [
            words["code"][language]
            .format(
                by=way,
                to=code.to_masked,
                outcome=code.outcome_meaning,
                state=code.state_meaning,
            )
            .replace(" :", ":")
        ]
        if code.wrong_guesses:
            parts.append(words["wrong"][language].format(count=code.wrong_guesses))
        return ". ".join(filter(None, [", ".join(parts), code.cause_meaning]))

    def _tried(
        self, session: Session, conversation_id: str, proved: set[str], language: str
    ) -> tuple[Tried, ...]:
        known = self._meanings["tried"]
        rows = session.scalars(
            select(AuditEvent)
            .where(
                AuditEvent.conversation_id == conversation_id,
                AuditEvent.name.in_(known),
            )
            .order_by(AuditEvent.at.desc(), AuditEvent.id)
            .limit(MOST)
        )
        return tuple(
            Tried(row.name, known[row.name][language], row.at)
            for row in rows
            if row.name in TOLD or row.account_id in proved
        )

    def _codes(
        self, session: Session, conversation_id: str, proved: set[str], language: str
    ) -> tuple[CodeTried, ...]:
        rows = session.execute(
            select(Challenge, Delivery)
            .outerjoin(Delivery, Delivery.id == Challenge.delivery_id)
            .where(Challenge.conversation_id == conversation_id)
            .order_by(Challenge.position.desc())
            .limit(MOST)
        )
        return tuple(
            self._code(challenge, delivery, _may_be_told(challenge, proved), language)
            for challenge, delivery in rows
        )

    def _code(
        self, sent: Challenge, delivery: Delivery | None, told: bool, language: str
    ) -> CodeTried:
        state = state_of(sent, self._clock.now())
        outcome = OUTCOMES[delivery.state] if delivery and told else "unproved"
        cause = cause_of(delivery) if told else None
        return CodeTried(
            purpose=sent.purpose,
            by=sent.by if told else sent.asked_by,
            to_masked=delivery.to_masked if delivery and told else "",
            at=sent.created_at,
            wrong_guesses=sent.attempts - (sent.used_at is not None),
            state=state,
            state_meaning=self._meanings["states"][state][language],
            outcome=outcome,
            outcome_meaning=self._meanings["outcomes"][outcome][language],
            cause=cause,
            cause_meaning=self._meanings["causes"][cause][language] if cause else None,
        )


def _may_be_told(challenge: Challenge, proved: set[str]) -> bool:
    """Whether it is known here whose the code was: it went to what the person gave."""
    return challenge.purpose != "identify" or challenge.account_id in proved


def _proved(session: Session, conversation_id: str) -> set[str]:
    """The accounts that were proved here, lately or not."""
    return set(
        session.scalars(
            select(Proof.account_id).where(
                Proof.conversation_id == conversation_id,
                Proof.scope != "possession",
                Proof.revoked_at.is_(None),
            )
        )
    )


def _newest_request(session: Session, conversation_id: str) -> HandoffRequest | None:
    return session.scalars(
        select(HandoffRequest)
        .where(HandoffRequest.conversation_id == conversation_id)
        .order_by(HandoffRequest.requested_at.desc(), HandoffRequest.id)
        .limit(1)
    ).one_or_none()
