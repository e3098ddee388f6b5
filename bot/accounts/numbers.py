"""Phone numbers: shown to whom they belong, offered, proved, and switched."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.choosing import choose
from bot.accounts.errors import NumberUnchanged
from bot.accounts.models import NumberState, PhoneNumber
from bot.accounts.new_numbers import NewNumbers
from bot.accounts.repository import PhoneNumberRepository
from bot.accounts.switching import Changed, Switching
from bot.database import Sessions
from bot.privacy.cipher import Fingerprints
from bot.settings import Settings
from bot.telephony.gateway import Way
from bot.telephony.lines import Line, LineTypes
from bot.telephony.numbers import Number, parse
from bot.telephony.policy import NumberPolicy
from bot.verification.challenges import Challenges
from bot.verification.destinations import Destinations
from bot.verification.dispatch import Asked, Dispatch
from bot.verification.models import Challenge
from bot.verification.proofs import Proofs
from bot.verification.standing import CodeSent

__all__ = ["Changed", "NumberView", "PhoneNumbers"]


@dataclass(frozen=True)
class NumberView:
    """A number as its owner may see it in a chat."""

    masked: str
    state: NumberState
    verified_at: datetime | None
    gets_codes: bool
    line_type: str


class PhoneNumbers:
    """The numbers of the account that a conversation has proved."""

    def __init__(
        self,
        sessions: Sessions,
        settings: Settings,
        fingerprints: Fingerprints,
        lines: LineTypes,
        policy: NumberPolicy,
        new_numbers: NewNumbers,
        destinations: Destinations,
        dispatch: Dispatch,
        challenges: Challenges,
        proofs: Proofs,
        switching: Switching,
    ) -> None:
        self._sessions = sessions
        self._settings = settings
        self._fingerprints = fingerprints
        self._lines = lines
        self._policy = policy
        self._new_numbers = new_numbers
        self._destinations = destinations
        self._dispatch = dispatch
        self._challenges = challenges
        self._proofs = proofs
        self._switching = switching

    def find(self, conversation_id: str) -> tuple[NumberView, ...]:
        """The account's numbers, the one that gets codes first.

        Raises:
            ProofMissing: the account may not be looked at here.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            numbers = PhoneNumberRepository(session).of_account(proof.account_id)
        return tuple(map(_view, numbers))

    def offer(
        self, conversation_id: str, number_text: str, *, which: str | None = None
    ) -> CodeSent:
        """Send a code to a new number; whose it is now is not looked at.

        `which` of several numbers it is to replace: a place in `find` from `1`,
        `last`, `other`, or last digits.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator: no change is allowed here.
            WhichNumber: the account has several numbers and none is meant.
            NumberError: the number cannot be read, or gets no codes.
            NumberUnchanged: the account has the number already.
            SendTooSoon, SendLimitReached, AuthenticatorDisabled: no code for now.
        """
        with self._sessions.begin() as session:
            self._replaced(session, conversation_id, which)
        number = parse(number_text, region=self._settings.region)
        # Looking a line up may leave the machine, so no transaction is open here.
        line = self._lines.look_up(number.e164)
        ways = self._policy.check(number, line)
        way: Way = "sms" if "sms" in ways else "voice"
        with self._sessions.begin() as session:
            sent = self._offer(session, conversation_id, which, number, line, way)
        self._dispatch.wake()
        return sent

    def confirm(self, conversation_id: str, code: str) -> None:
        """Take the code that was sent to the new number: it is at hand.

        Raises:
            ProofMissing: no account is in view.
            VerificationError: which one says why the code does not count.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
        self._challenges.check(
            conversation_id,
            "bind_number",
            code,
            self._grant,
            account_id=proof.account_id,
        )

    def change(self, conversation_id: str) -> Changed:
        """Put the new number in place of the old one, all of it or nothing.

        Raises:
            ProofMissing, ProofStale, NoAuthenticator: identity is not proved afresh.
            PossessionMissing: the new number is not proved here, or was used.
            NumberUnchanged: the account has it by now.
            NumberInUse: other accounts have it; told only here, to its holder.
        """
        return self._switching.switch(conversation_id)

    def _replaced(
        self, session: Session, conversation_id: str, which: str | None
    ) -> tuple[str, PhoneNumber | None]:
        proof = self._proofs.require_change(session, conversation_id)
        numbers = PhoneNumberRepository(session).of_account(
            proof.account_id, states=("verified",)
        )
        return proof.account_id, choose(numbers, which)

    def _offer(
        self,
        session: Session,
        conversation_id: str,
        which: str | None,
        number: Number,
        line: Line,
        way: Way,
    ) -> CodeSent:
        account_id, replaced = self._replaced(session, conversation_id, which)
        self._refuse_own(session, account_id, number)
        address = self._new_numbers.put(
            session,
            number,
            line,
            account_id=account_id,
            conversation_id=conversation_id,
            replaces_id=replaced.id if replaced else None,
        )
        key = f"bind:{account_id}:{address.fingerprint}"
        asked = Asked(conversation_id, "bind_number", key, told=True, by=way)
        destination = self._destinations.of_new_number(
            session, account_id, address, by=way
        )
        return self._dispatch.send(session, asked, destination)

    def _refuse_own(self, session: Session, account_id: str, number: Number) -> None:
        fingerprint = self._fingerprints.of("phone", number.e164)
        own = PhoneNumberRepository(session).of_account(
            account_id, states=("verified",)
        )
        if any(each.fingerprint == fingerprint for each in own):
            raise NumberUnchanged

    def _grant(self, session: Session, challenge: Challenge, account_id: str) -> None:
        self._proofs.grant(
            session,
            challenge.conversation_id,
            account_id,
            method=challenge.by,
            scope="possession",
            number_fingerprint=challenge.destination_fingerprint,
        )


def _view(number: PhoneNumber) -> NumberView:
    return NumberView(
        number.masked,
        number.state,
        number.verified_at,
        number.gets_codes,
        number.line_type,
    )
