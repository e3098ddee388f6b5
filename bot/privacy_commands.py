"""The commands on personal data: `purge`, and `person export | erase`."""

import argparse
from datetime import datetime
from typing import Any

from bot.database import reading
from bot.privacy.errors import PersonErased, PersonHeld, PersonUnknown
from bot.privacy.purging import Purge
from bot.privacy.subjects import account_by_email
from bot.services import Services
from bot.verification.contacts import email_spelling


class PersonNotChanged(Exception):
    """The command did nothing; the text says why."""


def purge(chores: Purge) -> dict[str, int]:
    """What was deleted, by table; what there was none of is left out."""
    return {name: count for name, count in chores.run().items() if count}


def person(services: Services, arguments: argparse.Namespace) -> dict[str, Any]:
    """The person's data, or what was done with it.

    Raises:
        PersonNotChanged: there is nobody, or nothing may be erased.
    """
    try:
        account_id = arguments.account or _account(services, arguments.email)
        if arguments.verb == "export":
            return services.export.of(account_id)
        if not arguments.yes:
            raise PersonNotChanged("Nothing comes back. If that is meant: --yes.")
        return vars(services.erasure.erase(account_id))
    except PersonUnknown:
        told = "There is no account with that address or id (any more)."
        raise PersonNotChanged(told) from None
    except PersonErased:
        raise PersonNotChanged("This person has been erased already.") from None
    except PersonHeld as error:
        raise PersonNotChanged(_why_held(error.by, error.until)) from None


def _account(services: Services, email: str) -> str:
    fingerprint = services.fingerprints.of("email", email_spelling(email))
    with reading(services.sessions) as session:
        return account_by_email(session, fingerprint)


def _why_held(by: str, until: datetime | None) -> str:
    if by == "case":
        return "A case about this account is open. Decide it first: cases list."
    moment = until.isoformat() if until else ""
    return f"A change of this account can be taken back until {moment}. Wait for it."
