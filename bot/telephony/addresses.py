"""Addresses: a phone number or an e-mail address that a message goes to."""

import re
from typing import Literal

from bot.telephony import numbers

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def kind_of(address: str) -> Literal["phone", "email"]:
    """The kind under which an address is fingerprinted."""
    return "email" if "@" in address else "phone"


def mask(address: str) -> str:
    """The address for showing: `•••-•••-0143`, `m•••@example.com`."""
    if kind_of(address) == "phone":
        return numbers.mask(address)
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def is_e164(text: str) -> bool:
    """Whether a text may stand for a number in a URL: a plus sign and digits only."""
    return E164.fullmatch(text) is not None
