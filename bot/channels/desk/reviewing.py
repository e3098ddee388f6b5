"""The desk's page of lines that the assistant was not sure of."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from bot.agents.signed_in import SignedIn
from bot.channels.desk.forms import Form, Sending
from bot.channels.desk.pages import HEADERS, Pages, moved
from bot.channels.desk.reads import Before
from bot.channels.desk.refusals import REFUSALS
from bot.channels.desk.views import Id, Looking
from bot.http import KIND
from bot.language import OTHER, Language
from bot.review.errors import ReviewError
from bot.review.listing import PAGE, Filter
from bot.review.models import State
from bot.services import Services

Shown = Literal["open", "labelled", "skipped", "every"]
SHOWN: tuple[Shown, ...] = get_args(Shown)
STATES: Mapping[str, State | None] = {
    "open": "open",
    "labelled": "labelled",
    "skipped": "skipped",
    "every": None,
}
# What the list was narrowed to, kept while one line after the other is labelled.
NARROWED = ("language_of", "state", "conversation")


class ReviewPages:
    """Lists lines, takes labels, and gives them out as training data."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._review = services.review
        self._pages = pages

    def show(
        self,
        request: Request,
        who: Looking,
        language_of: Annotated[Literal["", "en", "es"], Query()] = "",
        state: Shown = "open",
        conversation: Id = None,
        before: Before = None,
    ) -> Response:
        """The lines that wait for a label, or those that are asked for."""
        which = Filter(
            language=language_of or None,
            state=STATES[state],
            conversation_id=conversation or None,
            before=before.astimezone() if before else None,
        )
        return self._list(request, who, which, shown=state)

    def label(
        self, conversation_id: str, seq: int, request: Request, who: Sending, form: Form
    ) -> Response:
        """Keep what somebody says a line meant, and go on with the list."""
        again, intent = form.get("again") == "yes", form.get("intent", "")
        try:
            self._review.label(who, conversation_id, seq, intent, again=again)
        except ReviewError as error:
            return self._refuse(request, who, form, error)
        kept = {name: form[name] for name in NARROWED if form.get(name)}
        query = urlencode({**kept, "told": "labelled"})
        return moved(f"/desk/review?{query}")

    def export(self, who: Looking, language_of: Language = "en") -> Response:
        """A file of training data for a person to read."""
        exported = self._review.export(who, language_of)
        name = f"labels.{language_of}.yml"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(exported.text, media_type="application/yaml", headers=headers)

    def _refuse(
        self, request: Request, who: SignedIn, form: Form, error: ReviewError
    ) -> Response:
        problem = REFUSALS[type(error)](error)
        name = problem.details.type.removeprefix(KIND)
        told = self._pages.words(request).refused(name, **vars(error))
        which = Filter(
            language=form.get("language_of") or None,
            state=STATES.get(form.get("state", "open")),
            conversation_id=form.get("conversation") or None,
        )
        shown = form.get("state", "")
        return self._list(
            request,
            who,
            which,
            shown=shown if shown in SHOWN else "open",
            told=told,
            status=problem.status,
        )

    def _list(
        self,
        request: Request,
        who: SignedIn,
        which: Filter,
        *,
        shown: str,
        told: str = "",
        status: int = 200,
    ) -> Response:
        lines = self._review.listed(who, which)
        return self._pages.show(
            request,
            who,
            "review",
            here="review",
            told=told,
            status=status,
            lines=lines,
            intents=self._review.intents,
            waiting=self._review.waiting(who),
            which=which,
            shown=shown,
            choices=SHOWN,
            languages=tuple(OTHER),
            older=lines[-1].at.isoformat() if len(lines) == PAGE else None,
        )
