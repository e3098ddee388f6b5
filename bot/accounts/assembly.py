"""How the services on e-mail addresses and deletion are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.accounts.closing import Closing
from bot.accounts.deletion import Deletions
from bot.accounts.email_reversal import EmailReversal
from bot.accounts.email_switching import EmailSwitching
from bot.accounts.emails import Emails

if TYPE_CHECKING:
    from bot.verification.assembly import Assembly


def emails(parts: Assembly) -> Emails:
    """Addresses and their change."""
    outside = parts.outside
    switching = EmailSwitching(
        outside.sessions,
        outside.clock,
        parts.directory,
        parts.new_emails,
        parts.proofs,
        parts.rebinding,
        parts.notices,
        parts.undo_links,
        parts.journal,
        outside.outbox,
    )
    return Emails(
        outside.sessions,
        parts.directory,
        parts.new_emails,
        parts.destinations,
        parts.dispatch,
        parts.challenges,
        parts.proofs,
        switching,
    )


def email_reversal(parts: Assembly) -> EmailReversal:
    """What takes a change of address back."""
    return EmailReversal(
        parts.outside.clock,
        parts.authenticators,
        parts.rebinding,
        parts.undo_links,
        parts.new_emails,
        parts.notices,
    )


def deletions(parts: Assembly) -> Deletions:
    """The deletion of accounts, and what takes it back."""
    outside = parts.outside
    closing = Closing(
        outside.clock,
        parts.directory,
        parts.authenticators,
        parts.rebinding,
        parts.notices,
        outside.outbox,
    )
    return Deletions(
        outside.sessions,
        outside.clock,
        outside.settings,
        parts.directory,
        parts.proofs,
        parts.rebinding,
        closing,
        parts.notices,
        parts.undo_links,
        parts.journal,
        outside.outbox,
    )
