"""The HTTP API under requests made from its own description, and from none.

Every path is asked, also those that /openapi.json does not show (the desk's, the
webhooks, the engine's), by a stranger and with a visitor's and an agent's rights.
"""

import re
import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pyotp
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.routing import APIRoute
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error, response_schema_conformance
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    status_code_conformance,
)
from starlette.routing import BaseRoute

from bot.app import create_app
from bot.assembly import build_services
from bot.channels.desk.gate import COOKIE, CSRF
from bot.clock import ManualClock
from bot.database import Base
from bot.seed import seed
from bot.services import Services
from bot.settings import Settings
from tests.security.goals import Goal
from tests.security.running import A_LOT, UNLIMITED
from tests.standing_in import served_beside
from tests.unit.desk_team import PASSWORD

pytestmark = pytest.mark.long

# A stream goes on for as long as somebody listens; without an engine the app says that
# it is not ready; whoever signs out has no rights left; files take no parameters.
LEFT_OUT = re.compile(r"/events$|^/readyz$|/sign-out$|\.(js|css|svg|json)$")
DESCRIBED = (
    *(not_a_server_error, status_code_conformance),
    *(content_type_conformance, response_schema_conformance),
)
INSIDE = re.compile(
    r"Traceback|sqlalchemy|sqlite|psycopg|SELECT |INSERT |site-packages|\.py\b"
)
# The desk says by which query a figure was made.
TOLD_ON_PURPOSE = "bot/insights/queries.py"
FUZZ = hypothesis.settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
Asked = Counter[int]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    limits = dict.fromkeys(UNLIMITED, A_LOT)
    services = build_services(
        Settings(state_dir=tmp_path, **limits), clock=ManualClock()
    )
    Base.metadata.create_all(services.database)
    seed(services)
    yield services
    services.database.dispose()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve `app` in a thread, without what runs beside it; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    with served_beside(app, listener, lifespan="off"):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def visitor(services: Services) -> dict[str, str]:
    conversation = services.conversations.start("web", language="en")
    services.conversations.hear(conversation, text="hello")
    token = services.web_sessions.open(conversation).token
    return {"Authorization": f"Bearer {token}"}


def agent(url: str, services: Services) -> dict[str, str]:
    """A supervisor, who may do most; signed in as the desk's page does it."""
    enrolment = services.agents.roster.add(
        "kim@example.com", name="Kim", role="supervisor", password=PASSWORD
    )
    code = pyotp.TOTP(enrolment.secret).at(int(services.clock.now().timestamp()))
    body = {"email": "kim@example.com", "password": PASSWORD, "code": code}
    home = {"Origin": url}
    response = httpx.post(f"{url}/desk/api/sign-in", json=body, headers=home)
    assert response.status_code == 200, response.text
    cookie = response.headers["set-cookie"].split(";")[0]
    return {
        "Cookie": f"{COOKIE}={cookie.partition('=')[2]}",
        CSRF: response.json()["csrf"],
        **home,
    }


def routes(within: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, also of the routers that FastAPI keeps whole."""
    for route in within:
        if (router := getattr(route, "original_router", None)) is not None:
            router.include_in_schema = True
            yield from routes(router.routes)
        else:
            yield route


def describe_all(app: FastAPI) -> FastAPI:
    """Let the description show what it leaves out, too."""
    for route in routes(app.routes):
        if isinstance(route, APIRoute):
            route.include_in_schema = True
    return app


def operations(url: str) -> list[APIOperation[Any, Any, Any, Any]]:
    """What can be asked, as the served description says."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    found = [each.ok() for each in schema.get_all_operations()]
    return [each for each in found if not LEFT_OUT.search(each.path)]


def ask(
    operation: APIOperation[Any, Any, Any, Any],
    headers: dict[str, str],
    checks: tuple[Any, ...],
    asked: Asked,
) -> None:
    """Send what fits the description, and what does not."""
    for mode in GenerationMode:

        @FUZZ
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case) -> None:
            response = case.call(headers=headers)
            case.validate_response(response, checks=list(checks), headers=headers)
            text = response.text.replace(TOLD_ON_PURPOSE, "")
            assert not INSIDE.search(text), text
            asked[response.status_code] += 1

        # Where there is no parameter and no body, nothing can be wrong with them.
        with suppress(hypothesis.errors.Unsatisfiable):
            send()


def told(asked: Asked) -> str:
    kinds = Counter(f"{status // 100}xx" for status in asked.elements())
    shown = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"{asked.total()} requests: {shown}"


@pytest.mark.parametrize("who", ["stranger", "visitor"])
def test_the_described_api_answers_as_described(
    services: Services, who: str, goal: Goal
) -> None:
    asked: Asked = Counter()

    with served(create_app(services)) as url:
        for operation in operations(url):
            headers = visitor(services) if who == "visitor" else {}
            ask(operation, headers, DESCRIBED, asked)

    goal("S22", f"fuzzed by a {who}: {told(asked)}")
    assert asked.total() > 1000


@pytest.mark.parametrize("who", ["stranger", "supervisor"])
def test_what_is_not_described_never_fails(
    services: Services, who: str, goal: Goal
) -> None:
    asked: Asked = Counter()

    with served(describe_all(create_app(services))) as url:
        headers = agent(url, services) if who == "supervisor" else {}
        for operation in operations(url):
            ask(operation, headers, (not_a_server_error,), asked)

    goal("S22", f"fuzzed by a {who}: {told(asked)}")
    assert asked.total() > 1000
