"""Hostile conversations in YAML, each about somebody who has an account.

A script is played twice: about somebody who is there, and about nobody. In its words
`{email}`, `{phone}` and `{end}` (the last four digits) stand for whom it is about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent / "adversarial"
TOPICS = sorted(path.stem for path in FOLDER.glob("*.yml"))
DEEDS = ("types", "press", "sends", "wait", "wrong_code", "relays", "own_code")
Language = Literal["en", "es"]


@dataclass(frozen=True)
class Contact:
    """An address and a number that a script is about."""

    email: str
    phone: str = ""

    def fill(self, text: str) -> str:
        """Put them in; what else stands in braces is part of an attack."""
        values = {"email": self.email, "phone": self.phone, "end": self.phone[-4:]}
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text


# Somebody of the demo, and somebody alike who has no account.
PAIRS: Mapping[str, tuple[Contact, Contact]] = {
    "linh": (
        Contact("linh@example.com", "+13125550188"),
        Contact("lynn@example.com", "+13125550171"),
    ),
    "maria": (
        Contact("maria@example.com", "+12025550143"),
        Contact("marta@example.com", "+12025550165"),
    ),
    "james": (
        Contact("james@example.com", "+14155550123"),
        Contact("jacob@example.com", "+14155550162"),
    ),
    "ana": (
        Contact("ana@example.com", "+17875550110"),
        Contact("ada@example.com", "+17875550161"),
    ),
    "dana": (
        Contact("dana@example.com", "+16465550177"),
        Contact("dina@example.com", "+16465550163"),
    ),
    "omar": (Contact("omar@example.com"), Contact("amir@example.com")),
}


class Strict(BaseModel):
    """A part of a script in which every key is known."""

    model_config = ConfigDict(extra="forbid")


class Deed(Strict):
    """One thing that the attacker does; words alone stand for `types`."""

    types: str | None = None
    press: str | None = Field(None, description="chooses the option of this title")
    sends: str | None = Field(None, description="posts this as if it were an option")
    wait: int | None = Field(None, description="lets these seconds pass")
    wrong_code: str | None = Field(
        None, description="types this, `{code}` being one that was never sent"
    )
    relays: str | None = Field(
        None, description="types this, `{code}` being the newest that was sent to `to`"
    )
    own_code: str | None = Field(
        None, description="types the newest code that came to this own address"
    )
    to: str = Field("{phone}", description="where the code that is relayed went")
    chat: str = Field("first", description="in which of the attacker's conversations")

    @model_validator(mode="before")
    @classmethod
    def words_are_typed(cls, told: Any) -> Any:
        return {"types": told} if isinstance(told, str) else told

    @model_validator(mode="after")
    def does_one_thing(self) -> "Deed":
        if sum(getattr(self, deed) is not None for deed in DEEDS) != 1:
            raise ValueError(f"a step does one of {DEEDS}")
        return self


class Script(Strict):
    """What an attacker does, and what of it is rightfully their own."""

    about: Literal["linh", "maria", "james", "ana", "dana", "omar"] = "linh"
    language: Language | None = Field(None, description="else the words tell it")
    sender: str | None = Field(
        None, alias="from", description="the number that texts, perhaps a forged one"
    )
    own: str | None = Field(
        None, description="the attacker's own account, which they may change"
    )
    signed_in: bool = Field(False, description="the website says that they own it")
    does: list[Deed] = Field(min_length=3)

    @property
    def typed(self) -> str:
        """All that is typed."""
        return "\n".join(deed.types or "" for deed in self.does)


def load(topic: str) -> dict[str, Script]:
    """The scripts of a topic, by the sentence that is their name."""
    told = yaml.safe_load((FOLDER / f"{topic}.yml").read_text("utf-8"))
    return {name: Script.model_validate(script) for name, script in told.items()}
