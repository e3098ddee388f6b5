"""What goes over the desk's API: the bodies of requests, and short answers."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from bot.agents.models import AgentStatus, Role
from bot.agents.roles import PERMISSIONS
from bot.agents.signed_in import SignedIn
from bot.channels.shapes import ClientId, MessageShape, Owner, Strict
from bot.conversations.lines import Thread


class Credentials(Strict):
    """What an agent signs in with."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=1000)
    code: str = Field(max_length=20, description="six digits of the agent's app")


class Me(BaseModel):
    """Who is signed in; `csrf` goes with everything that is sent."""

    id: str
    name: str
    role: Role
    status: AgentStatus
    permissions: list[str]
    csrf: str
    expires_at: datetime

    @classmethod
    def of(cls, who: SignedIn) -> "Me":
        """The shape of an agent for themselves."""
        return cls(
            id=who.agent_id,
            name=who.name,
            role=who.role,
            status=who.status,
            permissions=sorted(PERMISSIONS[who.role]),
            csrf=who.csrf,
            expires_at=who.expires_at,
        )


class Taking(Strict):
    """The owner's version that the agent saw; without, whatever it is."""

    version: int | None = None


class Reply(Strict):
    """Something that an agent says to the person."""

    client_id: ClientId
    text: str


class NewNote(Strict):
    """Something that only colleagues read."""

    text: str


class TagChange(Strict):
    """Tags to put on and to take off."""

    add: list[str] = Field(default=[], max_length=10)
    remove: list[str] = Field(default=[], max_length=10)


class NewPriority(Strict):
    """How pressing it is."""

    priority: Literal["low", "normal", "high", "urgent"]


class Transfer(Strict):
    """The id of the colleague who goes on."""

    to: str = Field(max_length=32)


class Resolution(Strict):
    """How the matter ended."""

    disposition: str = Field(max_length=40)


class ChosenNumber(Strict):
    """The id of a number in the conversation's file."""

    number: str = Field(max_length=32)


class NewStatus(Strict):
    """Whether the agent takes conversations."""

    status: AgentStatus


class Owned(BaseModel):
    """Who speaks now, and the version that the next change may name."""

    owner: Owner
    name: str | None
    version: int


class Lines(BaseModel):
    """Lines of a conversation, and who speaks."""

    messages: list[MessageShape]
    owner: Owner
    name: str | None

    @classmethod
    def of(cls, thread: Thread) -> "Lines":
        """The shape of a part of the log."""
        return cls.model_validate(
            {
                "messages": [MessageShape.of(each) for each in thread.messages],
                "owner": thread.owner,
                "name": thread.owner_name,
            }
        )


class Said(BaseModel):
    """The number of an agent's line."""

    seq: int


class Tags(BaseModel):
    """A conversation's tags."""

    tags: list[str]


class CaseOpened(BaseModel):
    """The number of a case, for the person to keep."""

    number: str


class SeenEvidence(BaseModel):
    """The kinds of evidence that were seen, outside of the chat."""

    evidence: list[str] = Field(max_length=20)


class Suspended(BaseModel):
    """A number that gets no codes any more, masked."""

    number: str


class Wished(BaseModel):
    """The id under which another person decides."""

    id: str
