"""What goes over the web channel: the bodies of requests and answers."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from bot.conversations.lines import MessageView, Thread
from bot.conversations.ratings import COMMENT_LENGTH
from bot.knowledge.articles import Article

BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")

Spoken = Literal["en", "es"]
Owner = Literal["bot", "queue", "agent"]
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

    language: Spoken | None = Field(
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


class NewVisit(Strict):
    """A browser comes, perhaps with the cookie of an earlier visit."""

    language: Spoken | None = Field(
        None, description="the page's language, for a conversation that is opened"
    )
    fresh: bool = Field(
        False, description="open another conversation, and leave the earlier one"
    )


class BrandShape(BaseModel):
    """Whom the assistant speaks for, in the conversation's language."""

    name: str
    disclaimer: str
    support_url: str


class Country(BaseModel):
    """A country whose numbers get codes."""

    region: str = Field(description="ISO 3166-1, two letters")
    calling_code: str
    name: str = Field(description="in the conversation's language")


class VisitShape(BaseModel):
    """The right to a conversation, and what a widget needs to show it."""

    conversation: str
    token: str = Field(description="short-lived; another visit gets the next")
    expires_at: datetime
    expires_in: int = Field(description="seconds; a browser's clock may be wrong")
    resumed: bool
    language: Spoken
    owner: Owner
    brand: BrandShape
    countries: list[Country]
    message_length: int = Field(description="most characters of one message")
    embed_origins: list[str] = Field(description="websites that may show the widget")
    rated: bool


class IdentityGiven(Strict):
    """The host website's word for who is there."""

    identity_token: str = Field(
        max_length=4096, description="HS256 token of the host website"
    )


class LanguageChosen(Strict):
    """The language the person wants to go on in."""

    language: Spoken


class RatingGiven(Strict):
    """How the person found the conversation; a second one replaces the first."""

    score: int = Field(ge=1, le=5)
    comment: str | None = Field(None, max_length=COMMENT_LENGTH)


class Forgotten(BaseModel):
    """`everything`: nothing of it is left. `device`: the team keeps what it was told,
    and this device has no way back to it."""

    forgotten: Literal["everything", "device"]


class ArticleShape(BaseModel):
    """A help article, in plain paragraphs."""

    id: str
    title: str
    language: Spoken
    paragraphs: list[str]
    url: str
    reviewed: date

    @classmethod
    def of(cls, article: Article, url: str) -> "ArticleShape":
        """The shape of an article."""
        return cls(
            id=article.id,
            title=article.title,
            language=cast("Spoken", article.language),
            paragraphs=BLANK_LINES.split(article.text),
            url=url,
            reviewed=article.reviewed,
        )


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
    client_id: str | None = Field(description="the sender's name for it, if it has one")
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
    owner: Owner

    @classmethod
    def of(cls, thread: Thread) -> "ThreadShape":
        """The shape of a part of the log."""
        return cls.model_validate(thread, from_attributes=True)


class OwnerShape(BaseModel):
    """Who speaks for the service; an agent has a name."""

    owner: Owner
    name: str | None

    @classmethod
    def of(cls, thread: Thread) -> "OwnerShape":
        """Who speaks at the moment a thread is read."""
        return cls(owner=cast("Owner", thread.owner), name=thread.owner_name)
