"""The sign-in page of a website, as far as its codes go; the demo's is made up."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory
from bot.accounts.errors import AccountNotFound
from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Fingerprints
from bot.telephony.models import Delivery
from bot.verification.challenges import Challenges
from bot.verification.contacts import email_spelling
from bot.verification.destinations import Destination, Destinations
from bot.verification.dispatch import Asked, Dispatch
from bot.verification.errors import AuthenticatorDisabled, NoAuthenticator
from bot.verification.models import Challenge, sign_in_thread
from bot.verification.repository import ChallengeRepository
from bot.verification.standing import CodeSent
from bot.verification.throttles import Throttles


class Unlimited(Throttles):
    """Admits every send, so that a story can be told again at once."""

    def admit(self, session: Session, key: str, *, by: str, now: datetime) -> int:
        """Let it pass."""
        return 0

    def admit_today(self, session: Session, key: str, *, now: datetime) -> None:
        """Let it pass."""

    def admit_unseen(self, session: Session, key: str, *, now: datetime) -> bool:
        """Let it pass."""
        return True


class SignInPage:
    """Sends and takes codes; `undeliverable` names numbers that texts do not reach."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        fingerprints: Fingerprints,
        directory: AccountDirectory,
        destinations: Destinations,
        dispatch: Dispatch,
        challenges: Challenges,
        *,
        undeliverable: Mapping[str, str],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._fingerprints = fingerprints
        self._directory = directory
        self._destinations = destinations
        self._dispatch = dispatch
        self._challenges = challenges
        self._undeliverable = undeliverable

    def send(self, email: str) -> CodeSent:
        """Send a code to the account's number, by e-mail when it has none.

        Raises:
            AccountNotFound: no account has that address.
        """
        with self._sessions.begin() as session:
            account_id = self._find(session, email)
            to = self._destination(session, account_id)
            thread, key = sign_in_thread(account_id), f"account:{account_id}"
            asked = Asked(thread, "sign_in", key, told=True, by=to.by)
            sent = self._dispatch.send(session, asked, to)
            because = self._undeliverable.get(to.address or "")
            if because and to.by == "sms":
                self._lose(session, thread, because)
        self._dispatch.wake()
        return sent

    def check(self, email: str, code: str) -> None:
        """Take the newest code that was sent for the page.

        Raises:
            AccountNotFound: no account has that address.
            VerificationError: which one says why the code does not count.
        """
        with self._sessions.begin() as session:
            thread = sign_in_thread(self._find(session, email))
        self._challenges.check(thread, "sign_in", code, _nothing_more)

    def _find(self, session: Session, email: str) -> str:
        fingerprint = self._fingerprints.of("email", email_spelling(email))
        person = self._directory.find(session, "email", fingerprint)
        if person is None:
            raise AccountNotFound
        return person.account_id

    def _destination(self, session: Session, account_id: str) -> Destination:
        try:
            return self._destinations.of_account(session, account_id)
        except (NoAuthenticator, AuthenticatorDisabled):
            return self._destinations.of_account(session, account_id, by="email")

    def _lose(self, session: Session, thread: str, error_code: str) -> None:
        """Let the phone company hold back what was just queued."""
        challenge = ChallengeRepository(session).newest(thread)
        sent = session.get_one(Delivery, challenge.delivery_id if challenge else None)
        sent.state, sent.error_code = "undelivered", error_code
        sent.sent_at = sent.finished_at = self._clock.now()


def _nothing_more(_session: Session, _challenge: Challenge, _account_id: str) -> None:
    """The page itself knows what a right code is good for."""
