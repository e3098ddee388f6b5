"""Transcripts: conversations in YAML, told step by step, with what comes of them."""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.telephony.lines import LineKind
from tests.conversations.state import AccountState

FOLDER = Path(__file__).parent
BEHAVIOURS = (
    "happy_path",
    "interruption",
    "correction",
    "cancelling",
    "refusal",
    "bad_input",
    "second_language",
    "no_account",
    "wrong_code",
    "engine_down",
    "sms",
    "with_a_person",
)
DEEDS = (
    "user",
    "press",
    "code_from",
    "mail_code_from",
    "wrong_code",
    "app_code",
    "saved_code",
    "wait",
    "engine",
    "undo_from",
    "deleted",
    "team",
    "case_number",
    "later",
    "desk",
    "agent",
)
# Deeds that the bot has no part in.
SILENT = ("wait", "engine", "undo_from", "deleted", "team")
# Deeds of the support team, after which the bot may have something to say.
OF_THE_TEAM = ("desk", "agent")

Language = Literal["en", "es"]


class Strict(BaseModel):
    """A part of a transcript in which every key is known."""

    model_config = ConfigDict(extra="forbid")


class Step(Strict):
    """One deed, and what the bot says to it."""

    user: str | None = Field(None, description="types this")
    press: str | None = Field(None, description="chooses the option of this title")
    code_from: str | None = Field(
        None, description="types the newest code that a number got"
    )
    mail_code_from: str | None = Field(
        None, description="types the newest code that an address got"
    )
    wrong_code: bool | None = Field(
        None, description="types six digits that were never sent"
    )
    app_code: bool | None = Field(
        None, description="types what the newest app shows: one set up here, or James's"
    )
    saved_code: bool | None = Field(
        None, description="types a code of the newest sheet: one made here, or Linh's"
    )
    wait: int | None = Field(None, description="lets these seconds pass")
    engine: Literal["killed", "back"] | None = Field(
        None, description="ends the engine, or starts it again"
    )
    undo_from: str | None = Field(
        None, description="uses the newest undo link that a number or address got"
    )
    team: Literal["approve", "refuse"] | None = Field(
        None, description="the support team decides the newest case"
    )
    case_number: bool | None = Field(
        None, description="types the number of the newest case"
    )
    deleted: int | None = Field(
        None, description="so many accounts are due now, and the service deletes them"
    )
    later: bool | None = Field(
        None, description="says nothing and hears the answer that had to wait"
    )

    desk: Literal["opens", "closes", "takes", "moves", "returns", "resolves"] | None = (
        Field(None, description="what an agent does, or both do for `moves`")
    )
    agent: str | None = Field(None, description="the agent types this")

    nth: int = Field(
        -1, description="of the codes or links sent there, from 0; the newest"
    )
    page: Literal["done", "used", "expired", "impossible"] = Field(
        "done", description="what the page behind an undo link says"
    )
    frame: str = Field("{code}", description="what is typed around the code")
    full_width: bool = Field(False, description="types the digits of East Asian fonts")
    visitor: str = Field("first", description="who says it, when there are several")
    language: Language | None = Field(
        None, description="in which language the bot speaks from here on"
    )
    says: list[str] | None = Field(None, description="these responses and no others")
    bot: list[str] = Field([], description="fragments of what it says, in order")
    says_not: list[str] = Field([], description="fragments that it does not say")
    system: list[str] = Field(
        [], description="who speaks now, by the names of `bot/handoff/strings.yml`"
    )
    unanswered: bool = Field(
        False, description="no answer comes, since a person is in charge"
    )
    notice: bool = Field(
        False, description="the answer is the service's notice, not the bot's"
    )

    @model_validator(mode="after")
    def does_one_thing(self) -> "Step":
        deeds = [deed for deed in DEEDS if getattr(self, deed) is not None]
        if len(deeds) != 1:
            raise ValueError(f"a step does one thing, this one does {deeds}")
        expected = self.says is not None or bool(self.bot)
        silent = deeds[0] in SILENT or self.unanswered
        if deeds[0] not in OF_THE_TEAM and expected == silent:
            raise ValueError(f"{deeds[0]}: say what the bot answers, if it does")
        return self


class After(Strict):
    """The state in the end."""

    accounts: dict[str, AccountState] = {}
    delivered: dict[str, int] = Field({}, description="messages by number or address")
    unchanged: bool = Field(False, description="the account tables are as before")
    cases: list[str] | None = Field(None, description="states of all, oldest first")
    in_line: list[str] | None = Field(
        None, description="why each waits for a person, who came first before others"
    )
    log_holds_not: list[str] = Field([], description="texts that no stored line has")

    @model_validator(mode="after")
    def states_something(self) -> "After":
        if not (self.accounts or self.unchanged):
            raise ValueError(
                "say what the accounts are like, or that they are as before"
            )
        return self


class Transcript(Strict):
    """One conversation and its outcome."""

    signed_in_as: str | None = Field(None, alias="as")
    language: Language = "en"
    detected: bool = Field(
        False, description="the page does not tell the language, the words do"
    )
    channel: Literal["web", "sms"] = "web"
    sender: str | None = Field(
        None, alias="from", description="the number that texts, by SMS"
    )
    lines: dict[str, LineKind] = Field({}, description="kind of line by number")
    addresses: dict[str, list[str]] = Field(
        {}, description="what mail an account can be reached by besides, by its first"
    )
    settings: dict[str, str | int] = Field(
        {}, description="settings of the service that differ"
    )
    fails: list[str] = Field([], description="methods of services that fail")
    undelivered: dict[str, str] = Field(
        {}, description="error code by the number that no message reaches"
    )
    unreported: bool = Field(
        False, description="the phone companies do not say what has arrived"
    )
    steps: list[Step]
    after: After

    @model_validator(mode="after")
    def has_a_phone_by_sms(self) -> "Transcript":
        if (self.channel == "sms") != (self.sender is not None):
            raise ValueError("say `from` which number it is texted, and only then")
        if self.sender and (self.signed_in_as or self.detected):
            raise ValueError("a text comes from no page that could tell anything")
        return self


def load(behaviour: str) -> dict[str, Transcript]:
    """The transcripts of a behaviour, by the sentence that is their name.

    A folder holds them, a file for each topic.

    Raises:
        ValueError: two have the same name.
    """
    told: dict[str, Any] = {}
    for path in sorted((FOLDER / behaviour).glob("*.yml")):
        found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}
        if twice := told.keys() & found.keys():
            raise ValueError(f"{path}: {twice} is there already")
        told |= found
    return {name: Transcript.model_validate(value) for name, value in told.items()}
