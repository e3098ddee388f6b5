"""Forms of the desk's pages: what a browser sends without any script."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from bot.agents.signed_in import SignedIn
from bot.channels.desk.gate import Known, check_csrf, require_home
from bot.http import malformed

MOST_FIELDS = 20


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form; of two with one name the last.

    Raises:
        Problem: it is none.
    """
    try:
        text = (await request.body()).decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise malformed() from None


Form = Annotated[Mapping[str, str], Depends(read_form)]


def recognise_sender(request: Request, who: Known, form: Form) -> SignedIn:
    """The agent who sends a form of one of their own pages.

    Raises:
        NotSignedIn, Problem: it was nobody, or no page of theirs.
    """
    require_home(request)
    check_csrf(who, form.get("csrf"))
    return who


Sending = Annotated[SignedIn, Depends(recognise_sender)]
