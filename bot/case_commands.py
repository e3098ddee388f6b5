"""The command `cases`: what the team sees of cases, and decides."""

import argparse
from datetime import datetime
from typing import Any

from bot.handoff.cases import CaseFile, Cases
from bot.handoff.errors import (
    CaseStateWrong,
    CaseUnknown,
    CaseWithoutAccount,
    EvidenceMissing,
    EvidenceUnknown,
    SamePerson,
)

LONGEST_NAME = 100
SHORT = ("number", "kind", "state", "risk", "opened_at", "ready_at")
Shown = dict[str, Any]


class CaseNotDecided(Exception):
    """The command did nothing; the text says why."""


def run(cases: Cases, arguments: argparse.Namespace) -> Shown | list[Shown]:
    """Do what was asked, and give what is to be shown after it.

    Raises:
        CaseNotDecided: something is missing, or the case is not to be had.
    """
    cases.advance()
    if arguments.verb == "list":
        return [in_short(file) for file in cases.files()]
    if not arguments.number:
        raise CaseNotDecided("Which case? Give its number.")
    try:
        return _run_on(cases, arguments)
    except CaseUnknown:
        raise CaseNotDecided("There is no case with that number.") from None
    except CaseStateWrong as error:
        raise CaseNotDecided(f"The case is not under review: {error.state}.") from None
    except CaseWithoutAccount:
        told = "Nobody has the contact it was opened for: it can only be refused."
        raise CaseNotDecided(told) from None
    except EvidenceMissing as error:
        told = f"Say what you have seen, {error.needed} kinds: --evidence KIND,KIND."
        raise CaseNotDecided(told) from None
    except EvidenceUnknown:
        kinds = ", ".join(cases.evidence)
        raise CaseNotDecided(f"Evidence is some of these: {kinds}.") from None
    except SamePerson:
        told = "The case is risky: another person has to approve it as well."
        raise CaseNotDecided(told) from None


def in_short(file: CaseFile) -> Shown:
    """A case for a list; `account` is the id, none behind an unknown contact."""
    shown = {name: _plain(getattr(file, name)) for name in SHORT}
    return shown | {"account": file.account_id}


def _run_on(cases: Cases, arguments: argparse.Namespace) -> Shown:
    if arguments.verb == "approve":
        seen = tuple(filter(None, (arguments.evidence or "").split(",")))
        cases.approve(arguments.number, by=_decider(arguments.by), evidence=seen)
    elif arguments.verb == "refuse":
        cases.refuse(arguments.number, by=_decider(arguments.by))
    return _whole(cases.file(arguments.number))


def _whole(file: CaseFile) -> Shown:
    shown = {name: _plain(value) for name, value in vars(file).items()}
    seen = [f"{each.kind}: {each.by}" for each in file.seen]
    return shown | {"signals": list(file.signals), "seen": seen}


def _decider(name: str | None) -> str:
    given = (name or "").strip()
    if not 0 < len(given) <= LONGEST_NAME:
        raise CaseNotDecided("Say who decides: --by NAME.")
    return given


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
