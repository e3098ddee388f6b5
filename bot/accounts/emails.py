"""E-mail addresses: shown to whom they belong, offered, proved, and switched."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.accounts.choosing import choose_email
from bot.accounts.directory import AccountDirectory, Address
from bot.accounts.email_switching import EmailChanged, EmailSwitching
from bot.accounts.errors import EmailUnchanged
from bot.accounts.new_emails import NewEmails
from bot.database import Sessions
from bot.verification.challenges import Challenges
from bot.verification.destinations import Destinations
from bot.verification.dispatch import Asked, Dispatch
from bot.verification.models import Challenge
from bot.verification.proofs import Proofs
from bot.verification.standing import CodeSent

__all__ = ["EmailChanged", "Emails"]


class Emails:
    """The addresses of the account that a conversation has proved."""

    def __init__(
        self,
        sessions: Sessions,
        directory: AccountDirectory,
        new_emails: NewEmails,
        destinations: Destinations,
        dispatch: Dispatch,
        challenges: Challenges,
        proofs: Proofs,
        switching: EmailSwitching,
    ) -> None:
        self._sessions = sessions
        self._directory = directory
        self._new_emails = new_emails
        self._destinations = destinations
        self._dispatch = dispatch
        self._challenges = challenges
        self._proofs = proofs
        self._switching = switching

    def view(self, conversation_id: str) -> tuple[str, ...]:
        """The account's verified addresses, masked, the oldest first.

        Raises:
            ProofMissing: the account may not be looked at here.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            emails = self._directory.emails(session, proof.account_id)
        return tuple(email.masked for email in emails)

    def offer(
        self, conversation_id: str, address: str, *, which: str | None = None
    ) -> CodeSent:
        """Send a code to a new address; whose it is now is not looked at.

        `which` of several addresses it is to replace: a place in `view` from `1`,
        `last`, `other`, a part of its domain, or the address itself.

        Raises:
            ProofMissing, ProofStale, SecondProofMissing, NoAuthenticator: not here.
            WhichEmail: the account has several addresses and none is meant.
            EmailUnreadable: mail cannot be sent to it.
            EmailUnchanged: the account has the address already.
            SendTooSoon, SendLimitReached, AuthenticatorDisabled: no code for now.
        """
        with self._sessions.begin() as session:
            account_id = self._proofs.require_change(
                session, conversation_id
            ).account_id
            own = self._directory.emails(session, account_id)
            replaced = choose_email(own, which)
            new = self._read_new(address, own)
            self._new_emails.put(
                session,
                new,
                account_id=account_id,
                conversation_id=conversation_id,
                replaces_id=replaced.id if replaced else None,
            )
            sent = self._send_code(session, conversation_id, account_id, new)
        self._dispatch.wake()
        return sent

    def confirm(self, conversation_id: str, code: str) -> None:
        """Take the code that was sent to the new address: its mail can be read.

        Raises:
            ProofMissing: no account is in view.
            VerificationError: which one says why the code does not count.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
        self._challenges.check(
            conversation_id,
            "bind_email",
            code,
            self._grant,
            account_id=proof.account_id,
        )

    def change(self, conversation_id: str) -> EmailChanged:
        """Put the new address in place of the old one, all of it or nothing.

        Raises:
            ProofMissing, ProofStale, SecondProofMissing, NoAuthenticator: identity is
                not proved afresh.
            PossessionMissing: the new address is not proved here, or was used.
            EmailUnchanged: the account has it by now.
            EmailInUse: another account has it; told only here, to its reader.
        """
        return self._switching.switch(conversation_id)

    def _read_new(self, text: str, own: Sequence[Address]) -> Address:
        new = self._new_emails.read(text)
        if any(email.fingerprint == new.fingerprint for email in own):
            raise EmailUnchanged
        return new

    def _send_code(
        self, session: Session, conversation_id: str, account_id: str, new: Address
    ) -> CodeSent:
        key = f"bind:{account_id}:{new.fingerprint}"
        asked = Asked(conversation_id, "bind_email", key, told=True, by="email")
        destination = self._destinations.of_new_email(session, account_id, new)
        return self._dispatch.send(session, asked, destination)

    def _grant(self, session: Session, challenge: Challenge, account_id: str) -> None:
        self._proofs.grant(
            session,
            challenge.conversation_id,
            account_id,
            method="email",
            scope="possession",
            number_fingerprint=challenge.destination_fingerprint,
        )
