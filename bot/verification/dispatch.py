"""Dispatch: a code is made, sealed and queued, within the limits on sends."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.accounts.journal import Journal
from bot.accounts.models import new_id
from bot.clock import Clock
from bot.settings import Settings
from bot.telephony.gateway import Way
from bot.telephony.outbox import Outbox
from bot.telephony.wording import Wording
from bot.verification.caps import Caps
from bot.verification.codes import Codes
from bot.verification.destinations import Destination
from bot.verification.errors import NoAuthenticator, SendLimitReached
from bot.verification.models import Challenge, CodeEngine, Purpose
from bot.verification.outside import Answering, answering_nothing
from bot.verification.repository import ChallengeRepository
from bot.verification.standing import CodeSent
from bot.verification.throttles import Throttles


@dataclass(frozen=True)
class Asked:
    """What a code was asked for; `told`: the asker may know where it goes.

    `chat`: the conversation it was asked for in, where it is for another place.
    """

    conversation_id: str
    purpose: Purpose
    limit_key: str
    told: bool
    by: Way
    chat: str = ""


class Dispatch:
    """Opens challenges in the caller's transaction; wake the outbox after it."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        codes: Codes,
        throttles: Throttles,
        caps: Caps,
        outbox: Outbox,
        wording: Wording,
        journal: Journal,
        answering: Answering = answering_nothing,
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._codes = codes
        self._throttles = throttles
        self._caps = caps
        self._outbox = outbox
        self._wording = wording
        self._journal = journal
        self._answering = answering

    def send(
        self, session: Session, asked: Asked, destination: Destination
    ) -> CodeSent:
        """Send a new code, which takes the place of the one before.

        One that was sent for the same line stands: its answer is being made anew.

        Raises:
            SendTooSoon, SendLimitReached: not yet.
            AuthenticatorDisabled: too many wrong guesses were made here.
            NoAuthenticator: numbers like the asker's own get no codes any more.
        """
        now = self._clock.now()
        conversation = f"conversation:{asked.conversation_id}"
        chat = asked.chat or asked.conversation_id
        line = self._answering(session, chat)
        if self._is_sent(session, asked, line):
            return self._sent(session, asked, destination)
        self._caps.admit_visitor(session, chat, now=now)
        self._throttles.admit_today(session, conversation, now=now)
        self._throttles.admit(session, asked.limit_key, by=asked.by, now=now)
        reached = self._within_limits(session, asked, destination)
        self._open(session, asked, reached, line)
        return self._sent(session, asked, reached)

    def _is_sent(self, session: Session, asked: Asked, line: int | None) -> bool:
        if line is None:
            return False
        last = ChallengeRepository(session).newest(
            asked.conversation_id, purpose=asked.purpose
        )
        return (
            last is not None
            and (last.asked_in, last.limit_key, last.asked_by)
            == (line, asked.limit_key, asked.by)
            and last.is_open(self._clock.now())
        )

    def _sent(self, session: Session, asked: Asked, to: Destination) -> CodeSent:
        again_in = self._throttles.again_in(
            session, asked.limit_key, now=self._clock.now()
        )
        return CodeSent(
            to_masked=to.masked if asked.told else "",
            by=to.by if asked.told else asked.by,
            again_in=again_in,
            expires_in=self._settings.code_lifetime,
        )

    def remember(
        self, session: Session, asked: Asked, destination: Destination
    ) -> None:
        """Note whose code was asked for, though none may be sent now.

        An app's code or a saved one still proves whose account it is: whoever uses up
        the sends of a contact does not lock its owner out.
        """
        challenges = ChallengeRepository(session)
        last = challenges.newest(asked.conversation_id, purpose=asked.purpose)
        if last is not None and last.limit_key == asked.limit_key:
            return
        challenge = self._new(challenges, asked, destination)
        challenge.code_hmac = self._codes.seal_nothing(challenge)
        challenge.superseded_at = self._clock.now()
        session.add(challenge)

    def wake(self) -> None:
        """Say, after the commit, that there is something to send."""
        self._outbox.wake()

    def _within_limits(
        self, session: Session, asked: Asked, destination: Destination
    ) -> Destination:
        nowhere = replace(destination, address=None)
        if not self._caps.allows(destination):
            if asked.told:
                raise NoAuthenticator
            destination = nowhere
        now = self._clock.now()
        key = f"destination:{destination.fingerprint}"
        room = self._throttles.admit_unseen(session, key, now=now)
        reached = destination if room else nowhere
        again_in = self._caps.admit(session, reached, now=now)
        if again_in and asked.told:
            raise SendLimitReached(again_in)
        # Of a new number or address it would tell that others use it.
        if not room and asked.told and asked.purpose in ("identify", "sign_in"):
            raise SendLimitReached(self._throttles.again_in(session, key, now=now))
        return nowhere if again_in else reached

    def _open(
        self, session: Session, asked: Asked, to: Destination, line: int | None
    ) -> None:
        challenges = ChallengeRepository(session)
        challenges.supersede(
            asked.conversation_id, asked.purpose, now=self._clock.now()
        )
        challenge = self._new(challenges, asked, to)
        challenge.asked_in = line
        self._post_code(session, challenge, to)
        session.add(challenge)
        self._journal.note(
            session,
            "code_sent",
            account_id=to.account_id,
            conversation_id=asked.conversation_id,
            purpose=asked.purpose,
            by=asked.by,
        )

    def _new(
        self, challenges: ChallengeRepository, asked: Asked, to: Destination
    ) -> Challenge:
        now = self._clock.now()
        return Challenge(
            id=new_id(),
            conversation_id=asked.conversation_id,
            position=challenges.next_position(asked.conversation_id),
            account_id=to.account_id,
            authenticator_id=to.authenticator_id,
            destination_fingerprint=to.fingerprint,
            limit_key=asked.limit_key,
            purpose=asked.purpose,
            by=to.by,
            asked_by=asked.by,
            told=asked.told,
            guesses_allowed=self._settings.code_guesses,
            created_at=now,
            expires_at=now + timedelta(seconds=self._settings.code_lifetime),
        )

    def _post_code(
        self, session: Session, challenge: Challenge, to: Destination
    ) -> None:
        code = self._codes.new()
        challenge.engine = self._engine_of(to)
        # A code that nobody gets is right for nobody.
        ours = to.account_id and to.address and challenge.engine == "own"
        challenge.code_hmac = (
            self._codes.seal(challenge, code)
            if ours
            else self._codes.seal_nothing(challenge)
        )
        delivery = self._outbox.post(
            session,
            to=to.address,
            by=to.by,
            text=self._text(challenge.engine, to, code),
            purpose=challenge.purpose,
            language=to.language,
        )
        number = self._caps.number(to)
        challenge.country = number.country if number else ""
        challenge.delivery_id = delivery.id

    def _engine_of(self, to: Destination) -> CodeEngine:
        return "own" if to.by == "email" else self._settings.code_engine

    def _text(self, engine: CodeEngine, to: Destination, code: str) -> str:
        """What is sent; nothing of a code that is made and worded elsewhere."""
        text = self._wording.text(
            f"code_{to.by}",
            to.language,
            code=code,
            minutes=self._settings.code_lifetime // 60,
        )
        return text if engine == "own" else ""
