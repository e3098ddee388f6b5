"""What each role may do: one table, asked by every service of the desk."""

from collections.abc import Mapping
from typing import Literal

from bot.agents.errors import NotAllowed
from bot.agents.models import Role

Permission = Literal[
    "look",  # the queue, conversations, search
    "work",  # take, reply, note, tag, prioritise, transfer, return, resolve
    "recover",  # open the case that the person completes
    "suspend",  # a number, and ask for its return
    "decide",  # cases, and the return of a number that another person asked for
    "oversee",  # everybody's cases and requests, the whole team
    "audit",  # the log of what was done
    "label",  # say what a line meant that was not understood
    "curate",  # change labels, and take them out as training data
    "measure",  # figures about everybody's conversations
]

WORKING: frozenset[Permission] = frozenset(
    {"look", "work", "recover", "suspend", "label"}
)
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    "agent": WORKING,
    "supervisor": WORKING | {"decide", "oversee", "audit", "curate", "measure"},
    "auditor": frozenset({"look", "oversee", "audit", "measure"}),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role has a permission."""
    return permission in PERMISSIONS[role]


def require(role: Role, permission: Permission) -> None:
    """Let only roles pass that have a permission.

    Raises:
        NotAllowed: this one has not.
    """
    if not may(role, permission):
        raise NotAllowed(permission)
