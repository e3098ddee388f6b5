"""`/desk/api`: what the desk's own pages ask for; it is no interface for others."""

from fastapi import APIRouter

from bot.channels.desk.acts import add_acts
from bot.channels.desk.events import add_events
from bot.channels.desk.reads import add_reads
from bot.channels.desk.refusals import DeskRoute
from bot.channels.desk.session import add_session
from bot.services import Services


def desk_router(services: Services) -> APIRouter:
    """Every path; the role of who asks is looked at before anything else."""
    router = APIRouter(
        prefix="/desk/api",
        route_class=DeskRoute,
        include_in_schema=False,
    )
    add_session(router, services)
    add_reads(router, services)
    add_acts(router, services)
    add_events(router, services)
    return router
