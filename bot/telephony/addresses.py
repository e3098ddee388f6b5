"""Addresses: a phone number or an e-mail address that a message goes to."""

from typing import Literal

from bot.telephony import numbers


def kind_of(address: str) -> Literal["phone", "email"]:
    """The kind under which an address is fingerprinted."""
    return "email" if "@" in address else "phone"


def mask(address: str) -> str:
    """The address for showing: `•••-•••-0143`, `m•••@example.com`."""
    if kind_of(address) == "phone":
        return numbers.mask(address)
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"
