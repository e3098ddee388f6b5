"""Visits over HTTP: a browser comes, says who is there, or ends its conversation."""

import asyncio
from datetime import datetime
from typing import Any, cast

from fastapi import APIRouter, Depends, Request, Response

from bot.channels.cookies import clear_cookie, secret_of, set_cookie
from bot.channels.origins import require_home
from bot.channels.refusals import identity_invalid, openings_too_fast
from bot.channels.regions import countries
from bot.channels.shapes import (
    BrandShape,
    Forgotten,
    IdentityGiven,
    NewVisit,
    Owner,
    Spoken,
    VisitShape,
)
from bot.channels.visitors import COUNTED, Visitor, address_of
from bot.conversations.visits import Arrival
from bot.http import documented
from bot.limits import LimitReached
from bot.services import Services
from bot.verification.errors import IdentityTokenInvalid

VISITED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The cookie's conversation goes on"},
    201: {"description": "A conversation was opened", "model": VisitShape},
}


class VisitChannel:
    """What a browser asks for beside its messages."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def visit(
        self, new: NewVisit, request: Request, response: Response
    ) -> VisitShape:
        """Come, with the cookie of an earlier visit or without; gives a token."""
        address = address_of(request)
        try:
            arrival = await asyncio.to_thread(
                self._services.visits.come,
                secret_of(request),
                language=new.language,
                fresh=new.fresh,
                before_opening=lambda: self._services.limits.openings.count(address),
            )
        except LimitReached as error:
            raise openings_too_fast(error) from None
        response.status_code = 200 if arrival.resumed else 201
        await self._note(arrival, request)
        return await self._welcome(arrival, response)

    async def identify(
        self,
        given: IdentityGiven,
        visit: Visitor,
        request: Request,
        response: Response,
    ) -> VisitShape:
        """Sign in with the host website's word; gives a new token, and a new cookie
        unless the same person is signed in already.

        Where somebody else was known here, another conversation takes its place.
        """
        try:
            arrival = await asyncio.to_thread(
                self._services.visits.sign_in, visit, given.identity_token
            )
        except IdentityTokenInvalid:
            raise identity_invalid() from None
        await self._note(arrival, request)
        # The streams of every token that was revoked end now.
        self._services.notifier.notify(visit.conversation_id)
        return await self._welcome(arrival, response)

    async def _note(self, arrival: Arrival, request: Request) -> None:
        if request.client is not None and not arrival.resumed:
            await asyncio.to_thread(
                self._services.visitors.note,
                arrival.conversation_id,
                request.client.host,
            )

    async def forget(self, visit: Visitor, response: Response) -> Forgotten:
        """End the conversation; what only the assistant was told is deleted."""
        gone = await self._services.forgetting.depart(visit.conversation_id)
        self._services.notifier.notify(visit.conversation_id)
        clear_cookie(response)
        return Forgotten(forgotten="everything" if gone else "device")

    async def _welcome(self, arrival: Arrival, response: Response) -> VisitShape:
        services = self._services
        if arrival.left is not None:
            services.notifier.notify(arrival.left)
        lifetime = services.settings.session_lifetime
        set_cookie(response, arrival.cookie, lifetime=lifetime)
        response.headers["Cache-Control"] = "no-store"
        return await asyncio.to_thread(self._describe, arrival)

    def _describe(self, arrival: Arrival) -> VisitShape:
        services, chat = self._services, arrival.conversation_id
        thread = services.conversations.read(chat, limit=0)
        return VisitShape(
            conversation=chat,
            token=arrival.token.token,
            expires_at=arrival.token.expires_at,
            expires_in=self._seconds_until(arrival.token.expires_at),
            resumed=arrival.resumed,
            language=cast("Spoken", thread.language),
            owner=cast("Owner", thread.owner),
            brand=self._brand(thread.language),
            countries=countries(services.settings, thread.language),
            message_length=services.settings.message_length,
            embed_origins=list(services.settings.embed_origins),
            rated=services.ratings.is_rated(chat),
        )

    def _seconds_until(self, moment: datetime) -> int:
        return int((moment - self._services.clock.now()).total_seconds())

    def _brand(self, language: str) -> BrandShape:
        brand = self._services.brand
        return BrandShape(
            name=brand.name,
            disclaimer=brand.disclaimer[language],
            support_url=brand.support_url,
        )


def visit_router(services: Services) -> APIRouter:
    """`/api/web/visit`, `/identity` and `/conversation`."""
    channel, router = VisitChannel(services), APIRouter(prefix="/api/web", tags=["web"])
    router.post(
        "/visit",
        dependencies=[Depends(require_home), *COUNTED],
        responses=VISITED | documented(400, 403, 413, 422, 429, 503),
    )(channel.visit)
    router.post(
        "/identity",
        dependencies=COUNTED,
        responses=documented(400, 401, 403, 413, 422, 429),
    )(channel.identify)
    router.delete(
        "/conversation", dependencies=COUNTED, responses=documented(401, 403, 429)
    )(channel.forget)
    return router
