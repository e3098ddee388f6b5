"""Logs hold no personal data and cannot be forged."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from _pytest.logging import LogCaptureHandler

from bot.privacy.logs import SERVERS, escape, set_up_logs

CANARIES = (
    *(
        "2025550143",
        "(202) 555-0143",
        "+1 202-555-0143",
        "202.555.0143",
        "２０２５５５０１４３",
    ),
    *("482913", "482 913", "maria@example.com", "123-45-6789", "4111 1111 1111 1111"),
    "ABCD-EFGH-JKMN-PQRS-TVWX-YZ23",
)
FORGERIES = (
    *("a\nb", "a\r\nb", "a\u2028b", "a\u0085b", "a\x1b[31mb", "a\x1b[2Jb", "a\u202eb"),
    *("a\u2066b\u2069", "a\x00b", "a\x07b", "a\x08b", "a\x9bb", "a\u200eb", "a\x0bb"),
    'a"}\n{"event": "forged"}',
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    root = logging.root
    # Those of pytest come and go with each phase of a test.
    own = [each for each in root.handlers if not isinstance(each, LogCaptureHandler)]
    level, raising = root.level, logging.raiseExceptions
    yield
    root.handlers, logging.raiseExceptions = own, raising
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def written() -> io.StringIO:
    stream = io.StringIO()
    set_up_logs(level="INFO", region="US", stream=stream)
    return stream


@pytest.fixture
def shown() -> Terminal:
    stream = Terminal()
    set_up_logs(level="INFO", region="US", stream=stream)
    return stream


def _events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _appears(canary: str, text: str) -> bool:
    return canary in text or canary.encode("unicode_escape").decode() in text


@pytest.mark.parametrize("canary", CANARIES)
def test_no_value_of_an_event_shows_personal_data(
    written: io.StringIO, canary: str
) -> None:
    log = structlog.get_logger("bot")
    log.info(
        f"for {canary}",
        to=canary,
        deep={"list": [canary, (canary,)]},
        object=[{canary}],
    )

    assert not _appears(canary, written.getvalue())
    assert _events(written)[0]["to"].startswith("[")


@pytest.mark.parametrize("canary", CANARIES)
def test_names_inside_a_value_show_no_personal_data(
    written: io.StringIO, canary: str
) -> None:
    structlog.get_logger("bot").info("seen", values={canary: 1})

    assert not _appears(canary, written.getvalue())


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("name", ["uvicorn.access", "sqlalchemy.engine", "httpx"])
def test_lines_of_other_libraries_show_no_personal_data(
    written: io.StringIO, canary: str, name: str
) -> None:
    logging.getLogger(name).error("GET /demo/phones/%s %s", canary, (canary,))

    assert not _appears(canary, written.getvalue())
    assert len(_events(written)) == 1


@pytest.mark.parametrize("canary", CANARIES)
def test_objects_are_masked_as_they_would_be_written(
    written: io.StringIO, canary: str
) -> None:
    structlog.get_logger("bot").info("failed", error=ValueError(canary))

    assert not _appears(canary, written.getvalue())


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("kind", ["written", "shown"])
def test_exceptions_and_their_causes_show_no_personal_data(
    request: pytest.FixtureRequest, kind: str, canary: str
) -> None:
    stream: io.StringIO = request.getfixturevalue(kind)
    group = ExceptionGroup("many", [KeyError(canary)])
    try:
        try:
            raise group
        except ExceptionGroup as cause:
            raise ValueError(f"no account for {canary}") from cause
    except ValueError:
        structlog.get_logger("bot").exception("went wrong")
        logging.getLogger("uvicorn.error").exception("went wrong")

    assert not _appears(canary, stream.getvalue())
    assert stream.getvalue().count("ValueError: no account for ") == 2
    assert stream.getvalue().count("KeyError") == 2


def test_an_exception_tells_where_it_was_raised(written: io.StringIO) -> None:
    try:
        raise ValueError("here")
    except ValueError as error:
        structlog.get_logger("bot").error("went wrong", exc_info=error)

    assert "test_an_exception_tells_where" in _events(written)[0]["exception"]


@pytest.mark.parametrize("text", FORGERIES)
def test_one_event_is_one_line(written: io.StringIO, text: str) -> None:
    structlog.get_logger("bot").info(text, value=text)
    logging.getLogger("other").info("%s", text)

    assert len(written.getvalue().splitlines()) == len(_events(written)) == 2
    assert all(escape(line) == line for line in written.getvalue().splitlines())


@pytest.mark.parametrize("text", FORGERIES)
def test_one_event_is_one_line_on_a_terminal(shown: Terminal, text: str) -> None:
    structlog.get_logger("bot").info(text, value=text)

    assert len(shown.getvalue().splitlines()) == 1
    assert "\x1b[2J" not in shown.getvalue() and "\u202e" not in shown.getvalue()


def test_odd_characters_stay_visible(written: io.StringIO) -> None:
    structlog.get_logger("bot").info("a\x1b[31m\u202eb")

    assert _events(written)[0]["event"] == r"a\x1b[31m\u202eb"


@pytest.mark.parametrize(
    "identifier",
    ["8f14e45fceea167a5a36dedd4bea2543", "123e4567-e89b-42d3-a456-426614174000"],
)
def test_made_up_identifiers_can_be_followed(
    written: io.StringIO, identifier: str
) -> None:
    structlog.get_logger("bot").info("turn", conversation=identifier)

    assert _events(written)[0]["conversation"] == identifier


@pytest.mark.parametrize("digits", ["2" * 32, "2" * 64])
def test_digits_alone_are_no_identifier(written: io.StringIO, digits: str) -> None:
    structlog.get_logger("bot").info("turn", conversation=digits)

    assert _events(written)[0]["conversation"] == "[number]"


def test_numbers_and_times_stay(written: io.StringIO) -> None:
    structlog.get_logger("bot").info("turn", seq=12345, took=0.25, ok=True, why=None)

    event = _events(written)[0]
    assert (event["seq"], event["took"], event["ok"], event["why"]) == (
        *(12345, 0.25, True),
        None,
    )
    assert event["timestamp"].startswith("20")
    assert (event["level"], event["logger"]) == ("info", "bot")


def test_lines_below_the_level_are_not_written(written: io.StringIO) -> None:
    structlog.get_logger("bot").debug("quiet")
    logging.getLogger("bot").debug("quiet")

    assert written.getvalue() == ""


def test_other_handlers_are_no_way_around() -> None:
    for name in (None, *SERVERS):
        logging.getLogger(name).addHandler(logging.StreamHandler())
    set_up_logs(level="INFO", region="US", stream=io.StringIO())

    assert [logging.getLogger(name).handlers for name in SERVERS] == [[], [], []]
    assert len(logging.root.handlers) == 1


def test_a_line_that_cannot_be_formatted_is_not_printed_raw(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("bot").info("%d", "2025550143")

    assert "0143" not in capsys.readouterr().err + written.getvalue()


def test_a_huge_value_is_cut(written: io.StringIO) -> None:
    structlog.get_logger("bot").info("x" * 1_000_000)

    assert len(written.getvalue()) < 11_000
