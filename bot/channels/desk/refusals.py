"""What the desk's API says when something is refused."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from bot.agents import errors as agents
from bot.conversations import errors as conversations
from bot.desk import errors as desk
from bot.handoff import errors as handoff
from bot.http import Problem
from bot.review import errors as review
from bot.verification import errors as verification

Refusal = Callable[[Any], Problem]


def _plain(status: int, name: str, detail: str) -> Refusal:
    title = name.replace("-", " ").capitalize()
    return lambda _error: Problem(status, name, title, detail)


def _limited(status: int, name: str, detail: str) -> Refusal:
    title = name.replace("-", " ").capitalize()
    return lambda error: Problem(status, name, title, detail.format(limit=error.limit))


def _later(name: str, detail: str) -> Refusal:
    title = name.replace("-", " ").capitalize()

    def refuse(error: Any) -> Problem:
        again_in = error.again_in
        headers = {"Retry-After": str(again_in)}
        return Problem(429, name, title, detail.format(again_in=again_in), headers)

    return refuse


def _counted(name: str, detail: str) -> Refusal:
    title = name.replace("-", " ").capitalize()

    def refuse(error: Any) -> Problem:
        return Problem(422, name, title, detail.format(needed=error.needed))

    return refuse


def _spoken_for(name: str) -> Refusal:
    title = name.replace("-", " ").capitalize()

    def refuse(error: Any) -> Problem:
        by = error.by or "The assistant"
        return Problem(409, name, title, f"{by} has this conversation.", by=error.by)

    return refuse


def _labelled(error: review.LabelledAlready) -> Problem:
    told = f"{error.by} has labelled this line."
    return Problem(409, "labelled-already", "Labelled already", told, by=error.by)


REFUSALS: Mapping[type[Exception], Refusal] = {
    agents.NotSignedIn: _plain(401, "not-signed-in", "Sign in at /desk."),
    agents.NotAllowed: _plain(403, "not-allowed", "Another role may do this."),
    agents.AgentUnknown: _plain(404, "agent-unknown", "Choose an agent of the list."),
    agents.SignInRefused: _plain(
        401, "sign-in-refused", "E-mail address, password and code do not fit."
    ),
    agents.SignInTooOften: _later(
        "sign-in-too-often", "Try to sign in again in {again_in} seconds."
    ),
    conversations.ConversationUnknown: _plain(
        404, "conversation-unknown", "There is no such conversation."
    ),
    conversations.TextMissing: _plain(
        422, "text-missing", "text: write at least one readable letter."
    ),
    conversations.TextTooLong: _limited(
        422, "text-too-long", "text: write {limit} characters at most."
    ),
    conversations.OwnerChanged: _plain(
        409, "owner-changed", "It changed hands meanwhile; look again."
    ),
    desk.NoteMissing: _plain(
        422, "text-missing", "text: write at least one readable letter."
    ),
    desk.NoteTooLong: _limited(
        422, "text-too-long", "text: write {limit} characters at most."
    ),
    desk.TagMalformed: _plain(
        422, "tag-malformed", "Tags have letters and hyphens only, 30 at most."
    ),
    desk.TooManyTags: _limited(
        409, "too-many-tags", "A conversation has {limit} tags at most."
    ),
    desk.QueryMissing: _plain(422, "query-missing", "q: write 3 letters or more."),
    desk.AccountNotProved: _plain(
        409, "account-not-proved", "The person has to prove whose account it is."
    ),
    desk.NumberNotThere: _plain(
        409, "number-not-there", "The account has no such number in that state."
    ),
    desk.NumberTaken: _plain(
        409, "number-taken", "The number is another account's by now."
    ),
    desk.ReturnAsked: _plain(409, "return-asked", "Somebody has asked for it already."),
    desk.ReturnUnknown: _plain(404, "return-unknown", "There is no such wish."),
    desk.ReturnDecided: _plain(409, "return-decided", "It was decided before."),
    desk.SecondPersonNeeded: _plain(
        403, "second-person-needed", "Another person has to decide this."
    ),
    handoff.RequestUnknown: _plain(
        409, "request-unknown", "The conversation waits for nobody."
    ),
    handoff.TakenAlready: _spoken_for("taken-already"),
    handoff.NotYours: _spoken_for("not-yours"),
    handoff.DispositionUnknown: _plain(
        422, "disposition-unknown", "disposition: choose one of the list."
    ),
    handoff.CaseUnknown: _plain(404, "case-unknown", "There is no such case."),
    handoff.CaseLimit: _later(
        "case-limit", "As many cases as may be were opened; again in {again_in} s."
    ),
    handoff.CaseStateWrong: _plain(
        409, "case-state-wrong", "The case is not under review."
    ),
    handoff.EvidenceMissing: _counted(
        "evidence-missing", "evidence: {needed} kinds have to be seen."
    ),
    handoff.EvidenceUnknown: _plain(
        422, "evidence-unknown", "evidence: choose of the list."
    ),
    handoff.SamePerson: _plain(
        403, "second-person-needed", "Another person has to decide this."
    ),
    handoff.CaseWithoutAccount: _plain(
        409, "case-without-account", "Nobody has that contact: it can be refused only."
    ),
    review.LineUnknown: _plain(404, "line-unknown", "The line is gone."),
    review.IntentUnknown: _plain(422, "intent-unknown", "Choose one of the list."),
    review.LabelledAlready: _labelled,
    verification.ProofMissing: _plain(
        409, "contact-missing", "Ask which e-mail address or number the account has."
    ),
    verification.NotSignedIn: _plain(
        409, "contact-missing", "Ask which e-mail address or number the account has."
    ),
}


class DeskRoute(APIRoute):
    """A route of the desk: what its services refuse is answered with the problem."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refusals told."""
        handle = super().get_route_handler()

        async def handle_and_tell(request: Request) -> Response:
            try:
                return await handle(request)
            except tuple(REFUSALS) as error:
                raise REFUSALS[type(error)](error) from None

        return handle_and_tell
