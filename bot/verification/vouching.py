"""The host website's word for who is there: enough to look, not to change."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory
from bot.accounts.journal import Journal
from bot.clock import Clock
from bot.privacy.cipher import Fingerprints
from bot.settings import Settings
from bot.verification.contacts import email_spelling
from bot.verification.errors import IdentityTokenInvalid
from bot.verification.identity_tokens import IdentityTokens, SignedIn
from bot.verification.proofs import Proofs

# Another person was known there; the same is, by the website's word; or neither.
Acquaintance = Literal["intruder", "signed_in", "new"]


class Vouching:
    """Takes identity tokens, in the caller's transaction."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        fingerprints: Fingerprints,
        directory: AccountDirectory,
        proofs: Proofs,
        tokens: IdentityTokens,
        journal: Journal,
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._fingerprints = fingerprints
        self._directory = directory
        self._proofs = proofs
        self._tokens = tokens
        self._journal = journal

    def vouch(
        self, session: Session, conversation_id: str, identity_token: str
    ) -> None:
        """Let the conversation be with the person whom a token names.

        It lasts as long as the token, `proof_lifetime` at least, and no longer than
        a session.

        Raises:
            IdentityTokenInvalid: the token proves nothing, or names no account.
        """
        signed_in = self._tokens.read(identity_token)
        account_id = self._vouched_for(session, signed_in)
        self._proofs.grant(
            session,
            conversation_id,
            account_id,
            method="session",
            scope="view",
            until=self._until(signed_in),
        )
        self._journal.note(
            session,
            "signed_in",
            account_id=account_id,
            conversation_id=conversation_id,
        )

    def acquaintance(
        self, session: Session, conversation_id: str, identity_token: str
    ) -> Acquaintance:
        """How the person whom a token names stands to a conversation.

        Raises:
            IdentityTokenInvalid: the token proves nothing, or names no account.
        """
        account_id = self._vouched_for(session, self._tokens.read(identity_token))
        if self._proofs.was_anothers(session, conversation_id, account_id):
            return "intruder"
        methods = {
            proof.method
            for proof in self._proofs.of_account(session, conversation_id, account_id)
        }
        return "signed_in" if "session" in methods else "new"

    def _vouched_for(self, session: Session, signed_in: SignedIn) -> str:
        email = email_spelling(signed_in.email)
        fingerprint = self._fingerprints.of("email", email)
        person = self._directory.find(session, "email", fingerprint)
        if person is None:
            raise IdentityTokenInvalid("unknown_account")
        return person.account_id

    def _until(self, signed_in: SignedIn) -> datetime:
        """As long as the website vouches, but a proof's time at least."""
        now = self._clock.now()
        shortest = now + timedelta(seconds=self._settings.proof_lifetime)
        longest = now + timedelta(seconds=self._settings.session_lifetime)
        return min(max(signed_in.until, shortest), longest)
