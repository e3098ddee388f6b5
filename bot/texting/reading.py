"""Reading: what is done about a text, by who sent it and what it says."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import func, select

from bot.conversations.errors import ConversationUnknown
from bot.conversations.hearing import Detect
from bot.database import Sessions, reading
from bot.telephony.outbox import Outbox
from bot.telephony.segments import fold
from bot.telephony.suppressions import CONFIRMATION, Suppressions
from bot.texting.hearing import TextHearing
from bot.texting.inbox import Received
from bot.texting.keywords import Keyword, keyword_in, refuses_texts
from bot.texting.models import ReceivedText
from bot.texting.threads import Threads
from bot.texting.wording import Wording

HOUR = timedelta(hours=1)
MINUTES = 60
# Outcomes that get an answer.
ANSWERED = ("heard", "picture", "empty", "too_long", "too_many")


class TextReading:
    """Decides what becomes of each text.

    An answer that is answered by a machine could go on for ever: of one number at most
    `limit` texts an hour get an answer, the last of them that it is the last.
    """

    def __init__(
        self,
        sessions: Sessions,
        threads: Threads,
        hearing: TextHearing,
        suppressions: Suppressions,
        outbox: Outbox,
        wording: Wording,
        detect: Detect,
        *,
        limit: int,
        language: str,
    ) -> None:
        self._sessions = sessions
        self._threads = threads
        self._hearing = hearing
        self._suppressions = suppressions
        self._outbox = outbox
        self._wording = wording
        self._detect = detect
        self._limit = limit
        self._language = language

    def read(self, received: Received) -> tuple[str, str | None]:
        """What was made of the text, and the conversation that has to go on."""
        keyword = keyword_in(received.text, received.opt_out_type)
        if keyword is not None:
            return self._obey(received, keyword), None
        if refuses_texts(received.text):
            return self._stop(received), None
        if self._is_suppressed(received):
            return "suppressed", None
        return self._hear(received)

    def _obey(self, received: Received, keyword: Keyword) -> str:
        """Note what Twilio has done and answered already."""
        with self._sessions.begin() as session:
            if keyword == "opt_out":
                self._suppressions.begin(session, received.fingerprint, "keyword")
            elif keyword == "opt_in":
                self._suppressions.end(session, received.fingerprint)
        return keyword

    def _stop(self, received: Received) -> str:
        """Send nothing more but, once, the word that nothing more will come."""
        language = self._detect(received.text) or self._language
        with self._sessions.begin() as session:
            if self._suppressions.begin(session, received.fingerprint, "words"):
                self._outbox.post(
                    session,
                    to=received.sender,
                    by="sms",
                    text=fold(self._wording.text("refused", language)),
                    purpose=CONFIRMATION,
                    language=language,
                )
        self._outbox.wake()
        return "refusal"

    def _is_suppressed(self, received: Received) -> bool:
        with reading(self._sessions) as session:
            return self._suppressions.is_suppressed(session, received.fingerprint)

    def _hear(self, received: Received) -> tuple[str, str | None]:
        answered = self._answered(received)
        if answered >= self._limit:
            return "ignored", None
        conversation_id = self._threads.conversation_of(
            received.fingerprint, received.sender
        )
        if answered == self._limit - 1:
            outcome = self._hearing.turn_down(
                conversation_id, received, "too_many", minutes=MINUTES
            )
            return outcome, conversation_id
        return self._hear_in(conversation_id, received)

    def _hear_in(
        self, conversation_id: str, received: Received
    ) -> tuple[str, str | None]:
        with suppress(ConversationUnknown):
            return self._hearing.hear(conversation_id, received), conversation_id
        # It was forgotten at this moment, and with it that the number was in it.
        conversation_id = self._threads.conversation_of(
            received.fingerprint, received.sender
        )
        return self._hearing.hear(conversation_id, received), conversation_id

    def _answered(self, received: Received) -> int:
        query = select(func.count()).where(
            ReceivedText.fingerprint == received.fingerprint,
            ReceivedText.received_at > received.at - HOUR,
            ReceivedText.id < received.id,
            ReceivedText.outcome.in_(ANSWERED),
        )
        with reading(self._sessions) as session:
            return session.scalar(query) or 0
