"""Contacts: what a visitor says the account is under."""

import re
from dataclasses import dataclass

from bot.accounts.directory import ContactKind
from bot.privacy.cipher import Fingerprints
from bot.privacy.folding import fold
from bot.telephony.errors import NumberError
from bot.telephony.numbers import parse
from bot.verification.errors import ContactUnreadable

MOST_CHARACTERS = 320
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


@dataclass(frozen=True)
class Contact:
    """A contact in its one spelling's fingerprint; the value itself is not kept."""

    kind: ContactKind
    fingerprint: str


def email_spelling(text: str) -> str:
    """The spelling under which an e-mail address is compared."""
    return fold(text).strip().lower()


def read_contact(text: str, *, region: str, fingerprints: Fingerprints) -> Contact:
    """Read an e-mail address or a phone number.

    Raises:
        ContactUnreadable: the text is neither.
    """
    if len(text) > MOST_CHARACTERS:
        raise ContactUnreadable
    email = email_spelling(text)
    if EMAIL.fullmatch(email):
        return Contact("email", fingerprints.of("email", email))
    try:
        number = parse(text, region=region)
    except NumberError:
        raise ContactUnreadable from None
    return Contact("phone", fingerprints.of("phone", number.e164))
