"""The engine's log: what happened and where, without what was said."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import rasa.utils.log_utils

from bot.engine.logs import WITHHELD, hide_values, withhold_exception_texts

SECRET = "zanzibar"


class Refused(Exception):
    """An error with an HTTP status, as those of an action's call have."""

    status = 502


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that is logged, while exceptions are withheld."""
    factory, stream = logging.getLogRecordFactory(), io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    withhold_exception_texts()
    yield stream
    logging.setLogRecordFactory(factory)
    logging.getLogger().removeHandler(handler)


def test_only_harmless_values_of_a_structured_line_are_kept() -> None:
    line = {"event": "processor.message.parse", "action_name": "action_a"}
    said = {"text": SECRET, "slots": {"name": SECRET}, "len": 1}
    assert hide_values(None, "debug", line | said) == line | dict.fromkeys(
        said, WITHHELD
    )


def test_the_frames_of_a_structured_exception_are_not_shown() -> None:
    shown = hide_values(None, "error", {"event": "failed", "exc_info": True})
    assert "exc_info" not in shown
    assert "exception" in shown["event_info"]


def test_rasa_hides_the_values_of_its_lines() -> None:
    assert rasa.utils.log_utils._anonymizer is hide_values


@pytest.mark.parametrize("name", ["rasa.core.processor", "sanic.error", "asyncio"])
def test_an_exception_is_logged_by_its_types_and_its_place(
    written: io.StringIO, name: str
) -> None:
    try:
        try:
            raise Refused(SECRET)
        except Refused as cause:
            raise ValueError(SECRET) from cause
    except ValueError:
        logging.getLogger(name).exception("failed")
    assert SECRET not in written.getvalue()
    assert "ValueError from Refused 502" in written.getvalue()
    assert "test_engine_logs.py" in written.getvalue()


def test_other_loggers_keep_their_exceptions(written: io.StringIO) -> None:
    try:
        raise ValueError("no model")
    except ValueError:
        logging.getLogger("rasa.engine.graph").error("failed", exc_info=sys.exc_info())
    assert "ValueError: no model" in written.getvalue()
