"""The way in for other systems: their webhooks, believed when they are signed."""

import asyncio

import structlog
from fastapi import APIRouter, BackgroundTasks, Request, Response

from bot.connectors.errors import ConnectorError, ConnectorUnknown, NotSigned
from bot.connectors.port import Notice
from bot.http import Problem
from bot.services import Services

PATH = "/api/connectors"
DONE = 204

logger = structlog.get_logger(__name__)


def connector_router(services: Services) -> APIRouter:
    """The routes of webhooks; nobody else is told of them."""
    router = APIRouter(prefix=PATH, include_in_schema=False)
    inbound = services.connectors.inbound

    async def receive(
        request: Request, tasks: BackgroundTasks, name: str, token: str = ""
    ) -> Response:
        """Write down what happened, answer, and let it be done afterwards."""
        notice = Notice(dict(request.headers), await request.body(), token)
        try:
            await asyncio.to_thread(inbound.receive, name, notice)
        except ConnectorError as error:
            logger.warning("connector_webhook_refused", why=type(error).__name__)
            raise refused(error) from None
        tasks.add_task(inbound.settle)
        return Response(status_code=DONE, background=tasks)

    router.post("/{name}")(receive)
    router.post("/{name}/{token}")(receive)
    return router


def refused(error: ConnectorError) -> Problem:
    """Nothing was kept of the request."""
    if isinstance(error, NotSigned):
        return Problem(
            403,
            "signature-refused",
            "Signature refused",
            "Sign the request with the secret of the settings.",
        )
    if isinstance(error, ConnectorUnknown):
        return Problem(404, "not-found", "Not found", "Nothing is connected here.")
    return Problem(400, "malformed", "Malformed", "Send the webhook's own body.")
