"""`/desk`: the pages, and the files that they are made of."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.desk.deeds import DeskDeeds
from bot.channels.desk.door import HOME, Door
from bot.channels.desk.figures import FigurePages
from bot.channels.desk.page_route import page_route
from bot.channels.desk.pages import Pages
from bot.channels.desk.reviewing import ReviewPages
from bot.channels.desk.templates import Templates
from bot.channels.desk.views import DeskViews
from bot.channels.desk.wording import FOLDER
from bot.channels.scripts import Scripts
from bot.handoff.targets import load_schedule
from bot.services import Services

# Templates are written for somebody, never given out.
GIVEN_OUT = (".js", ".css", ".svg")
HEADERS = {"Cache-Control": "no-cache"}
CHAT = "/conversations/{conversation_id}"


def add_desk(app: FastAPI, services: Services, *, folder: Path = FOLDER) -> None:
    """Serve the desk's pages; the API beside them is `desk_router`."""
    zone = load_schedule(services.settings.hours_file).hours.zone
    pages = Pages(services, Templates(services.clock, zone, folder))
    router = APIRouter(
        prefix="/desk", route_class=page_route(pages), include_in_schema=False
    )
    _add_door(router, Door(services, pages))
    views = DeskViews(services, pages)
    _add_views(router, views)
    _add_deeds(router, DeskDeeds(services, pages, views))
    _add_review(router, ReviewPages(services, pages))
    figures = FigurePages(services, pages)
    router.get("/insights")(figures.show)
    router.get("/insights/{name}.csv")(figures.download)
    app.include_router(router)
    files = _Files(Scripts(folder))
    app.router.routes.append(
        Route(
            "/desk/files/{name}",
            files.answer,
            middleware=[Middleware(GZipMiddleware)],
        )
    )


class _Files:
    def __init__(self, files: Scripts) -> None:
        self._files = files

    async def answer(self, request: Request) -> Response:
        """A script, a style sheet or a picture."""
        name: str = request.path_params["name"]
        if not name.endswith(GIVEN_OUT):
            raise HTTPException(404)
        return self._files[name].answer(request, HEADERS)


def _add_door(router: APIRouter, door: Door) -> None:
    router.get("/sign-in")(door.show)
    router.post("/sign-in", dependencies=HOME)(door.enter)
    router.post("/sign-out")(door.leave)


def _add_views(router: APIRouter, views: DeskViews) -> None:
    for path, view in (
        ("", views.queue),
        ("/mine", views.mine),
        ("/all", views.all),
        ("/search", views.search),
        ("/cases", views.cases),
        ("/team", views.team),
        ("/audit", views.audit),
        (CHAT, views.conversation),
    ):
        router.get(path)(view)


def _add_deeds(router: APIRouter, deeds: DeskDeeds) -> None:
    router.post("/status")(deeds.set_status)
    router.post("/cases/{number}")(deeds.decide_case)
    router.post("/unsuspensions/{return_id}")(deeds.decide_return)
    router.post(f"{CHAT}/{{deed}}")(deeds.act)


def _add_review(router: APIRouter, review: ReviewPages) -> None:
    router.get("/review")(review.show)
    router.get("/review/export")(review.export)
    router.post("/review/{conversation_id}/{seq}")(review.label)
