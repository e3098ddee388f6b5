"""The web application: channels, the engine's actions, and what runs beside them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from bot.assembly import build_services, open_services
from bot.background import Companion, Housekeeper, callers
from bot.channels.articles import article_router
from bot.channels.connectors import connector_router
from bot.channels.demo import demo_router
from bot.channels.demo_texts import demo_texts_router
from bot.channels.desk.router import desk_router
from bot.channels.desk.site import add_desk
from bot.channels.headers import SecurityHeaders
from bot.channels.health import health_router
from bot.channels.links import link_router
from bot.channels.origins import OriginGuard, Origins
from bot.channels.refusals import speak_refusals
from bot.channels.sms import sms_router
from bot.channels.undo import undo_router
from bot.channels.visits import visit_router
from bot.channels.voice import voice_router
from bot.channels.web import web_router
from bot.channels.widget_pages import add_widget
from bot.documents import parse
from bot.engine.action_endpoint import ActionRunner, action_router, find_actions
from bot.engine.token import engine_token
from bot.http import (
    KILOBYTE,
    BodyLimits,
    Boundary,
    describe_problems,
    speak_problems,
)
from bot.retention import purge_of
from bot.services import Services
from bot.settings import load_settings
from bot.telephony.assembly import demo_stand_in
from bot.telephony.twilio.account import STANDIN_PATH

__all__ = ["build_services", "create_app", "standalone_services"]

DOMAIN_FILE = Path("domain.yml")
# An engine's call holds the conversation so far; a text of 1,600 characters is up to
# nine times as long where it is escaped, and a form of the desk up to twelve.
BODY_LIMITS = {
    "/engine/": 8192 * KILOBYTE,
    "/api/sms/": 64 * KILOBYTE,
    # A help desk tells along with a line what it knows of the conversation.
    "/api/connectors/": 512 * KILOBYTE,
    "/desk/": 64 * KILOBYTE,
    "/": 16 * KILOBYTE,
}
# Seconds between two looks at who waits for a person.
WATCH = 15
DESCRIPTION = """Talk to the assistant over HTTP: open a session, send messages,
and get the answers as server-sent events or by asking for what is new."""


def create_app(services: Services, *, companions: Sequence[Companion] = ()) -> FastAPI:
    """The application over `services`; `companions` start and end with it."""
    twilio = demo_stand_in(services.settings, services.twilio)
    companions = [*companions, twilio] if twilio else companions
    runner = ActionRunner(
        find_actions(services),
        timeout=services.settings.action_timeout,
        domain=load_domain(),
    )
    app = FastAPI(
        title=f"Switchboard for {services.brand.name}",
        description=DESCRIPTION,
        version="1",
        docs_url="/docs" if services.settings.demo else None,
        redoc_url=None,
        lifespan=_life(services, runner, companions),
    )
    app.state.services = services
    app.add_middleware(BodyLimits, limits=BODY_LIMITS)
    app.add_middleware(OriginGuard, origins=Origins(services.settings))
    app.add_middleware(Boundary)
    app.add_middleware(SecurityHeaders, settings=services.settings)
    speak_problems(app)
    speak_refusals(app)
    app.include_router(web_router(services))
    app.include_router(visit_router(services))
    app.include_router(article_router(services))
    app.include_router(undo_router(services))
    app.include_router(sms_router(services))
    app.include_router(connector_router(services))
    app.include_router(link_router(services))
    app.include_router(voice_router(services))
    app.include_router(desk_router(services))
    app.include_router(health_router(services))
    app.include_router(action_router(runner, engine_token(services.settings)))
    if services.settings.demo:
        app.include_router(demo_router(services, twilio))
        app.include_router(demo_texts_router(services))
    add_widget(app, services)
    if twilio:
        app.mount(STANDIN_PATH, twilio.app)
    add_desk(app, services)
    describe_problems(app)
    return app


def standalone_services() -> Services:
    """Services from the environment, for actions that run outside the app."""
    return open_services(load_settings())


def load_domain(path: Path = DOMAIN_FILE) -> dict[str, Any]:
    """The dialogue's contract, as actions see it."""
    domain: dict[str, Any] = parse(path.read_text(encoding="utf-8"))
    return domain


def _life(
    services: Services, runner: ActionRunner, companions: Sequence[Companion]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    housekeeper = Housekeeper(
        services.kept_keys.keep,
        services.deletions.carry_out,
        services.case_watch.watch,
        services.cases.advance,
        services.limits.forget_old,
        services.traffic.watch,
        *purge_of(services).chores.values(),
    )
    # Who waits for a person, and the team's promises, cannot wait for minutes.
    watch = Housekeeper(
        services.promises.mark_broken, services.queueing.release, every=WATCH
    )
    running: tuple[Companion, ...] = (
        services.courier,
        services.turns,
        services.text_reader,
        housekeeper,
        watch,
        *callers(services.connectors),
        *companions,
    )

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        try:
            for companion in running:
                await companion.start()
            yield
        finally:
            for companion in reversed(running):
                await companion.stop()
            runner.close()
            await services.engine.close()
            services.database.dispose()

    return life
