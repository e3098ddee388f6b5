"""What the backend is made into."""

from dataclasses import dataclass

from bot.accounts.activity import Activity
from bot.accounts.deletion import Deletions
from bot.accounts.emails import Emails
from bot.accounts.models import UndoKind
from bot.accounts.numbers import PhoneNumbers
from bot.accounts.suspension import Suspension
from bot.accounts.undoing import Reverser
from bot.privacy.disclosures import Disclosures
from bot.verification.history import CodeHistory
from bot.verification.identification import Identification
from bot.verification.recovery import RecoveryCodes
from bot.verification.retention import Retention
from bot.verification.showings import Showings
from bot.verification.totp import Totp
from bot.verification.traffic import Traffic
from bot.verification.two_factor import TwoFactor
from bot.verification.visitors import Visitors
from bot.verification.vouching import Vouching


@dataclass(frozen=True)
class Backend:
    """The services on accounts and proofs, and what takes their changes back."""

    reversers: dict[UndoKind, Reverser]
    identification: Identification
    vouching: Vouching
    phone_numbers: PhoneNumbers
    history: CodeHistory
    totp: Totp
    recovery_codes: RecoveryCodes
    two_factor: TwoFactor
    disclosures: Disclosures
    suspension: Suspension
    showings: Showings
    activity: Activity
    emails: Emails
    deletions: Deletions
    retention: Retention
    visitors: Visitors
    traffic: Traffic
