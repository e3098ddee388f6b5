"""Identification: whom a conversation is with, shown by codes or a session."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.accounts.new_emails import NewEmails
from bot.accounts.new_numbers import NewNumbers
from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Fingerprints
from bot.settings import Settings
from bot.telephony.gateway import Way
from bot.verification.challenges import Challenges
from bot.verification.contacts import read_contact
from bot.verification.destinations import Destination, Destinations
from bot.verification.dispatch import Asked, Dispatch
from bot.verification.errors import (
    AuthenticatorDisabled,
    NoCodePending,
    NotSignedIn,
    ProofMissing,
    SendLimitReached,
    SendTooSoon,
)
from bot.verification.granting import Granting
from bot.verification.models import Challenge, Proof, sign_in_thread
from bot.verification.pasted import PastedCodes
from bot.verification.proofs import Proofs
from bot.verification.repository import ChallengeRepository
from bot.verification.standing import CodeSent, Standing, Standings
from bot.verification.vouching import Vouching


class Identification:
    """Proves identity; an unknown contact is answered like a known one."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        settings: Settings,
        fingerprints: Fingerprints,
        destinations: Destinations,
        new_numbers: NewNumbers,
        new_emails: NewEmails,
        dispatch: Dispatch,
        challenges: Challenges,
        proofs: Proofs,
        granting: Granting,
        standings: Standings,
        vouching: Vouching,
        pasted: PastedCodes,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._settings = settings
        self._fingerprints = fingerprints
        self._destinations = destinations
        self._new_numbers = new_numbers
        self._new_emails = new_emails
        self._dispatch = dispatch
        self._challenges = challenges
        self._proofs = proofs
        self._granting = granting
        self._standings = standings
        self._vouching = vouching
        self._pasted = pasted

    def standing(self, conversation_id: str) -> Standing:
        """What is proved in the conversation, and the code it waits for."""
        return self._standings.of(conversation_id)

    def sign_in(self, conversation_id: str, identity_token: str) -> Standing:
        """Take the host website's word for who is there, as `Vouching` has it.

        Raises:
            IdentityTokenInvalid: the token proves nothing, or names no account.
        """
        with self._sessions.begin() as session:
            self._vouching.vouch(session, conversation_id, identity_token)
        return self.standing(conversation_id)

    def begin(self, conversation_id: str, contact: str, *, by: Way = "sms") -> CodeSent:
        """Send a code to the account under a contact, or pretend to.

        By e-mail it goes to the address given, else to the account's first.

        Raises:
            ContactUnreadable: it is neither an e-mail address nor a number.
            SendTooSoon, SendLimitReached, AuthenticatorDisabled: no code for now.
        """
        read = read_contact(
            contact, region=self._settings.region, fingerprints=self._fingerprints
        )
        key = f"contact:{read.fingerprint}"
        asked = Asked(conversation_id, "identify", key, told=False, by=by)

        def find(session: Session) -> Destination:
            return self._destinations.of_contact(session, read, by=by)

        try:
            return self._send(asked, find)
        except (SendTooSoon, SendLimitReached, AuthenticatorDisabled):
            with self._sessions.begin() as session:
                self._dispatch.remember(session, asked, find(session))
            raise

    def begin_known(self, conversation_id: str, *, by: Way = "sms") -> CodeSent:
        """Send a code to the account that is known here, and say where to.

        Raises:
            NotSignedIn: no account is known.
            NoAuthenticator: the account has no number that gets codes, or no address.
            SendTooSoon, SendLimitReached, AuthenticatorDisabled: no code for now.
        """
        account_id = self._known_account(conversation_id)
        key = f"account:{account_id}"
        asked = Asked(conversation_id, "identify", key, told=True, by=by)
        return self._send(
            asked,
            lambda session: self._destinations.of_account(session, account_id, by=by),
        )

    def resend(self, conversation_id: str, *, by: Way | None = None) -> CodeSent:
        """Send a new code in place of the newest one.

        Unless a way is asked for it goes by e-mail if the one before was asked for by
        e-mail, else by text.

        Raises:
            NoCodePending: none was sent here, or it was used or cancelled.
            SendTooSoon, SendLimitReached, AuthenticatorDisabled: no code for now.
        """
        with self._sessions.begin() as session:
            last = ChallengeRepository(session).newest(conversation_id)
        if last is None or last.used_at or last.cancelled_at:
            raise NoCodePending
        # Not the way it went: for a contact that is not proved, that would tell.
        way = by or ("email" if last.asked_by == "email" else "sms")
        asked = Asked(conversation_id, last.purpose, last.limit_key, last.told, way)
        return self._send(asked, lambda session: self._again(session, last, way))

    def resend_sign_in(self, conversation_id: str, *, by: Way = "sms") -> CodeSent:
        """Send the account in view a new code for the website's sign-in page.

        Raises:
            NotSignedIn: no account is known.
            NoAuthenticator: the account has no number that gets codes.
            SendTooSoon, SendLimitReached, AuthenticatorDisabled: no code for now.
        """
        account_id = self._known_account(conversation_id)
        key = f"account:{account_id}"
        thread = sign_in_thread(account_id)
        asked = Asked(thread, "sign_in", key, told=True, by=by, chat=conversation_id)
        return self._send(
            asked,
            lambda session: self._destinations.of_account(session, account_id, by=by),
        )

    def check(self, conversation_id: str, code: str) -> Standing:
        """Take a code that was typed; a right one proves who is there.

        Raises:
            VerificationError: which one says why the code does not count.
        """
        self._challenges.check(conversation_id, "identify", code, self._granting.grant)
        return self.standing(conversation_id)

    def cancel(self, conversation_id: str) -> None:
        """Call back the code that is open, and forget what was offered."""
        with self._sessions.begin() as session:
            ChallengeRepository(session).cancel(
                Challenge.conversation_id == conversation_id, now=self._clock.now()
            )
            self._new_numbers.drop(session, conversation_id)
            self._new_emails.drop(session, conversation_id)

    def disown(self, conversation_id: str, seq: int) -> int:
        """Give up a code that line `seq` pasted where none was asked for.

        Gives how many open codes were called back; see `PastedCodes`.
        """
        return self._pasted.disown(conversation_id, seq)

    def _send(self, asked: Asked, find: Callable[[Session], Destination]) -> CodeSent:
        with self._sessions.begin() as session:
            sent = self._dispatch.send(session, asked, find(session))
        self._dispatch.wake()
        return sent

    def _again(self, session: Session, last: Challenge, by: Way) -> Destination:
        if not last.told:
            return self._destinations.of_earlier(session, last, by=by)
        account_id = self._view(session, last.conversation_id).account_id
        if account_id != last.account_id:
            raise NoCodePending
        if last.purpose == "identify":
            return self._destinations.of_account(session, account_id, by=by)
        return self._offered(session, last, account_id, by)

    def _offered(
        self, session: Session, last: Challenge, account_id: str, by: Way
    ) -> Destination:
        chat = last.conversation_id
        if last.purpose == "bind_email":
            email = self._new_emails.address(session, chat, account_id)
            if email is not None:
                return self._destinations.of_new_email(session, account_id, email)
            raise NoCodePending
        number = self._new_numbers.address(session, chat, account_id)
        if number is not None:
            return self._destinations.of_new_number(session, account_id, number, by=by)
        raise NoCodePending

    def _known_account(self, conversation_id: str) -> str:
        with self._sessions.begin() as session:
            return self._view(session, conversation_id).account_id

    def _view(self, session: Session, conversation_id: str) -> Proof:
        try:
            return self._proofs.require_view(session, conversation_id)
        except ProofMissing:
            raise NotSignedIn from None
