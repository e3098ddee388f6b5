"""What goes over the web channel: the bodies of requests and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.conversations.lines import MessageView, Thread

ClientId = Annotated[
    str,
    Field(
        pattern=r"^[\x21-\x7e]{1,100}$",
        description="the sender's own name for the message; the same again is no"
        " second message",
    ),
]


class Strict(BaseModel):
    """A body in which every field is known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewSession(Strict):
    """A visitor comes, perhaps signed in on the host website."""

    language: Literal["en", "es"] | None = Field(
        None, description="the page's language; the person's own words go before it"
    )
    identity_token: str | None = Field(
        None, max_length=4096, description="HS256 token of the host website"
    )


class SessionOpened(BaseModel):
    """The right to one conversation; the token goes into `Authorization: Bearer`."""

    conversation: str
    token: str
    expires_at: datetime


class TextMessage(Strict):
    """Something the visitor typed."""

    client_id: ClientId
    text: str = Field(description="plain text; its length is limited by a setting")


class ChosenOption(Strict):
    """An option the visitor chose; it has to be offered in this conversation."""

    client_id: ClientId
    payload: str = Field(max_length=2000)


class Accepted(BaseModel):
    """The message is in the log; the answer comes as events."""

    seq: int


class OptionShape(BaseModel):
    """A choice; sending its payload chooses it."""

    title: str
    payload: str


class MessageShape(BaseModel):
    """One line of the conversation."""

    seq: int
    author: Literal["visitor", "bot", "agent", "system"]
    kind: str = Field(description="`text`, `options`, `notice`, ...")
    text: str
    options: list[OptionShape]
    data: dict[str, Any] = Field(
        description="beside the text: `articles`, ...; a `showing` comes with its"
        " `secret` until the visitor goes on, then with `gone`"
    )
    at: datetime

    @classmethod
    def of(cls, message: MessageView) -> "MessageShape":
        """The shape of a line of the log."""
        return cls.model_validate(message, from_attributes=True)


class ThreadShape(BaseModel):
    """Lines in order, and who speaks for the service now."""

    messages: list[MessageShape]
    owner: Literal["bot", "queue", "agent"]

    @classmethod
    def of(cls, thread: Thread) -> "ThreadShape":
        """The shape of a part of the log."""
        return cls.model_validate(thread, from_attributes=True)
