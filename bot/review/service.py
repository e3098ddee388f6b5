"""Review: agents say what lines meant that the assistant was not sure of."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.agents.audit import Audit
from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.database import Sessions, insert_new, reading
from bot.review.errors import IntentUnknown, LabelledAlready, LineUnknown
from bot.review.exporting import Exported, Exporter
from bot.review.listing import Filter, ReviewItem, count_open, find, listed
from bot.review.models import ReviewLine

SKIP = "skip"


class Review:
    """Lists lines in doubt and labels them; nothing is ever trained by it."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        audit: Audit,
        *,
        load_intents: Callable[[], Sequence[str]],
        exporter: Exporter,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._audit = audit
        self._load_intents = load_intents
        self.exporter = exporter

    @cached_property
    def intents(self) -> tuple[str, ...]:
        """What a line can be labelled with, read when it is asked for first."""
        return tuple(self._load_intents())

    def listed(self, who: SignedIn, which: Filter) -> tuple[ReviewItem, ...]:
        """The lines that a filter lets through, the newest first; the look is noted.

        Raises:
            NotAllowed: the role looks at nothing.
        """
        who.require("look")
        with self._sessions.begin() as session:
            found = listed(session, which)
            self._note(session, who, "review_opened", which.conversation_id)
        return found

    def waiting(self, who: SignedIn) -> int:
        """How many lines wait for a label."""
        who.require("look")
        with reading(self._sessions) as session:
            return count_open(session)

    def label(
        self,
        who: SignedIn,
        conversation_id: str,
        seq: int,
        intent: str,
        *,
        again: bool = False,
    ) -> None:
        """Say what a line meant, or that it teaches nothing (`SKIP`).

        Who may curate changes a label `again`; of two who label, one does.

        Raises:
            NotAllowed, IntentUnknown, LineUnknown, LabelledAlready: nothing changed.
        """
        who.require("curate" if again else "label")
        if intent != SKIP and intent not in self.intents:
            raise IntentUnknown
        with self._sessions.begin() as session:
            item = find(session, conversation_id, seq)
            if item is None:
                raise LineUnknown
            _offer(session, item)
            if not self._write(session, who, item, intent, again=again):
                now = find(session, conversation_id, seq)
                raise LabelledAlready((now and now.labelled_by) or "")
            self._note(session, who, "labelled", conversation_id, seq=seq, label=intent)

    def export(self, who: SignedIn, language: str) -> Exported:
        """The labels of a language as training data for a person to read.

        Raises:
            NotAllowed: the role does not curate.
        """
        who.require("curate")
        exported = self.exporter.export(language)
        with self._sessions.begin() as session:
            self._note(session, who, "labels_exported", count=exported.count)
        return exported

    def _write(
        self,
        session: Session,
        who: SignedIn,
        item: ReviewItem,
        intent: str,
        *,
        again: bool,
    ) -> bool:
        skipped = intent == SKIP
        states = ("labelled", "skipped") if again else ("open",)
        written = session.scalar(
            update(ReviewLine)
            .where(
                ReviewLine.conversation_id == item.conversation_id,
                ReviewLine.seq == item.seq,
                ReviewLine.state.in_(states),
            )
            .values(
                state="skipped" if skipped else "labelled",
                intent=None if skipped else intent,
                text=None if skipped else item.text,
                labelled_by=who.agent_id,
                labelled_at=self._clock.now(),
            )
            .returning(ReviewLine.seq)
            .execution_options(synchronize_session=False)
        )
        session.expire_all()
        return written is not None

    def _note(
        self,
        session: Session,
        who: SignedIn,
        act: str,
        conversation_id: str | None = None,
        **detail: Any,
    ) -> None:
        self._audit.note(
            session,
            act,
            agent_id=who.agent_id,
            conversation_id=conversation_id,
            **detail,
        )


def _offer(session: Session, item: ReviewItem) -> None:
    """See that a line has a row to be labelled, also one that nobody doubted."""
    insert_new(
        session,
        ReviewLine,
        conversation_id=item.conversation_id,
        seq=item.seq,
        why="agent",
        at=item.at,
        state="open",
    )
