"""The command `agents`: the team's roster; an app's key is shown once."""

import argparse
import sys
from datetime import datetime
from getpass import getpass
from typing import Any

import segno

from bot.agents.errors import (
    AgentError,
    AgentExists,
    AgentUnknown,
    EmailMalformed,
    NameMalformed,
    PasswordWeak,
)
from bot.agents.passwords import FEWEST_CHARACTERS, MOST_CHARACTERS
from bot.agents.roster import AgentView, Roster
from bot.verification.totp import Enrolment

SHOWN = ("email", "name", "role", "created_at", "disabled_at")
TOLD: dict[type[AgentError], str] = {
    AgentExists: "There is an agent with that address already.",
    AgentUnknown: "There is no agent with that address.",
    EmailMalformed: "That is no e-mail address.",
    NameMalformed: "Say what people at the chat see: --name NAME, 100 letters at most.",
    PasswordWeak: f"Choose a password of {FEWEST_CHARACTERS} to {MOST_CHARACTERS}"
    " characters that is not made of the agent's name or address.",
}


class AgentNotChanged(Exception):
    """The command did nothing; the text says why."""


def run(roster: Roster, arguments: argparse.Namespace) -> list[dict[str, Any]] | None:
    """Do what was asked, and give what is to be shown after it.

    Raises:
        AgentNotChanged: something is missing, or there is no such agent.
    """
    if arguments.verb == "list":
        return [_shown(agent) for agent in roster.listed()]
    if not arguments.email:
        raise AgentNotChanged("Which agent? Give the e-mail address.")
    try:
        _change(roster, arguments)
    except AgentError as error:
        raise AgentNotChanged(TOLD[type(error)]) from None
    return None


def _change(roster: Roster, arguments: argparse.Namespace) -> None:
    if arguments.verb == "disable":
        roster.disable(arguments.email)
        print("The agent is signed out, and cannot sign in again.")
    elif arguments.verb == "reset":
        _tell(roster.reset(arguments.email, password=_ask_password()))
    else:
        _tell(
            roster.add(
                arguments.email,
                name=arguments.name or "",
                role=arguments.role,
                password=_ask_password(),
            )
        )


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    if getpass("The same again: ") != password:
        raise AgentNotChanged("The two passwords differ.")
    return password


def _tell(enrolment: Enrolment) -> None:
    print("Scan this with an authenticator app; it is not shown again.")
    if sys.stdout.isatty():
        segno.make_qr(enrolment.uri, error="m").terminal(compact=True)
    print(f"key: {enrolment.secret}")


def _shown(agent: AgentView) -> dict[str, Any]:
    shown = {name: _plain(getattr(agent, name)) for name in SHOWN}
    return shown | {"there": agent.there}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
