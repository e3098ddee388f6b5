"""What goes over the demo's endpoints: what arrived where, and who signs in."""

import re
from datetime import datetime
from typing import Annotated, get_args

from pydantic import BaseModel, Field

from bot.channels.shapes import Strict
from bot.demo_site import DemoAccount, Vouched
from bot.telephony.outbox import Arrival, SentMessage
from bot.verification.models import Purpose

CODE = re.compile(r"(?<!\d)\d(?:(?:, )?\d){5}(?!\d)")


class Arrived(BaseModel):
    """A message as it arrived; `code` when it brought one."""

    text: str
    by: str
    code: str | None = None
    at: datetime

    @classmethod
    def of(cls, message: SentMessage) -> "Arrived":
        """The shape of a message of the outbox."""
        return cls(
            text=message.text, by=message.by, code=code_in(message), at=message.at
        )


class Inbox(BaseModel):
    """Everything that arrived at one number or address, newest last."""

    messages: list[Arrived]


class ArrivedAt(Arrived):
    """A message with the number or address that it arrived at."""

    id: str
    to: str

    @classmethod
    def at_address(cls, arrival: Arrival) -> "ArrivedAt":
        """The shape of an arrival."""
        message = Arrived.of(arrival.message)
        return cls(id=arrival.id, to=arrival.to, **message.model_dump())


class Arrivals(BaseModel):
    """What arrived at any number or address lately, newest last."""

    messages: list[ArrivedAt]


class DemoAccountShape(BaseModel):
    """An account of a made-up person, with the numbers that are on it now."""

    email: str
    name: str
    language: str
    phones: list[str]
    gets_codes: str | None = Field(description="the number that codes go to")

    @classmethod
    def of(cls, account: DemoAccount) -> "DemoAccountShape":
        """The shape of an account."""
        person = account.person
        return cls(
            email=person.email,
            name=person.name,
            language=person.language,
            phones=list(account.phones),
            gets_codes=account.gets_codes,
        )


class DemoAccounts(BaseModel):
    """The accounts that the demo starts with."""

    accounts: list[DemoAccountShape]


Email = Annotated[str, Field(max_length=254)]


class SomebodySignsIn(Strict):
    """Whose account somebody wants to use on the made-up website."""

    email: Email


class CodeTyped(SomebodySignsIn):
    """The code that was typed on the sign-in page."""

    code: str = Field(max_length=100)


class CodeOnItsWay(BaseModel):
    """Where the sign-in page sent its code; whether it arrives is another question."""

    to: str = Field(description="masked, as a sign-in page shows it")
    by: str


class Identity(BaseModel):
    """What the website hands to `Switchboard.identify`."""

    token: str
    expires_at: datetime

    @classmethod
    def of(cls, vouched: Vouched) -> "Identity":
        """The shape of the website's word."""
        return cls(token=vouched.token, expires_at=vouched.expires_at)


def code_in(message: SentMessage) -> str | None:
    """The code that a message brings, also when it is spoken digit by digit."""
    found = CODE.search(message.text) if message.purpose in get_args(Purpose) else None
    return re.sub(r"\D", "", found[0]) if found else None
