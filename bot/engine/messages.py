"""What the engine is asked over HTTP, checked before anything is done with it."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# Sender and message ids end up in queries; PostgreSQL takes no NUL in them.
ID = r"^[A-Za-z0-9:+_.-]{1,128}$"
PAYLOAD = re.compile(r"/(?P<intent>[a-z][a-z0-9_]*)(?P<entities>\{.*\})?")
LONGEST_TEXT = 10_000
MOST_TEXTS = 200

Id = Annotated[str, Field(pattern=ID)]


def read_entities(payload: str) -> dict[str, Any]:
    """The entities of a payload, by name.

    Raises:
        ValueError: it is not `/intent` or `/intent{"entity": "value"}`.
    """
    found = PAYLOAD.fullmatch(payload)
    if found is None:
        raise ValueError("not /intent or /intent{...}")
    entities = json.loads(found["entities"] or "{}")
    if not all(isinstance(value, str | int | float) for value in entities.values()):
        raise ValueError("an entity's value is a text or a number")
    return dict(entities)


def plain(text: str) -> str:
    """`text` as nothing but text, of the same length.

    Rasa reads a message that starts with `/` as an intent and its entities, typed by
    whomever (`YAMLStoryReader.unpack_regex_message`). U+2044 looks the same.
    """
    readable = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"^(\s*)/", "\\1\u2044", readable)


def _checked_payload(payload: str) -> str:
    read_entities(payload)
    return payload


Payload = Annotated[str, Field(max_length=1000), AfterValidator(_checked_payload)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(plain)]


class Question(BaseModel):
    """A request's body: nothing more than the fields named, nothing converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Metadata(Question):
    """What the app knows of a message."""

    seq: int = Field(ge=0)
    language: Literal["en", "es"] | None = None
    channel: Literal["web", "sms"]


class Message(Question):
    """One message of a person; the payload of a button takes the text's place."""

    conversation: Id
    message_id: Id
    text: Text
    payload: Payload | None = None
    metadata: Metadata

    @property
    def intent(self) -> str | None:
        """The intent that the payload names."""
        found = PAYLOAD.fullmatch(self.payload or "")
        return found["intent"] if found else None


class Sentences(Question):
    """Sentences to be understood, without a conversation."""

    texts: list[Text] = Field(max_length=MOST_TEXTS)
