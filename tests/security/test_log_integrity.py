"""The log: one event is one line, whatever was typed."""

import io
import json
import logging

import pytest
import structlog

from bot.privacy.logs import set_up_logs
from tests.security.goals import Goal
from tests.unit.test_privacy_logs import logs_as_before

__all__ = ["logs_as_before"]

BREAKS = ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85")
SEPARATORS = ("\u2028", "\u2029", "\x00", "\x08", "\x07", "\x7f", "\x9b")
ANSI = ("\x1b[31m", "\x1b[2J", "\x1b[1A\x1b[2K", "\x1b]0;title\x07", "\x1bc", "\x1b[8m")
BIDI = ("\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u200e")
HIDDEN = ("\u200b", "\u2060", "\ufeff", "\u00ad", "\ud800")
FORGED = '{"event": "signed_in", "level": "info"}'
INPUTS = (
    *(f"before{each}after" for each in (*BREAKS, *SEPARATORS, *ANSI, *BIDI, *HIDDEN)),
    *(f"x{each}{FORGED}" for each in BREAKS),
    *(f"x{each}[info     ] signed_in" for each in BREAKS[:6]),
)


def log_everywhere(text: str) -> int:
    """Put a text wherever one can get into a log; gives the number of events."""
    structlog.get_logger("bot").warning("typed", text=text, deep={text: [text]})
    structlog.get_logger("bot").warning(text)
    logging.getLogger("uvicorn.error").warning("%s", text)
    try:
        raise ValueError(text)
    except ValueError:
        structlog.get_logger("bot").exception("failed", key=text)
    return 4


def is_unsafe(line: str) -> bool:
    return any(each in line for each in (*BREAKS, *SEPARATORS, *ANSI, *BIDI, *HIDDEN))


def test_no_input_makes_a_line_of_its_own(goal: Goal) -> None:
    assert len(set(INPUTS)) == 50
    stream = io.StringIO()
    set_up_logs(level="INFO", region="US", stream=stream)
    events = sum(map(log_everywhere, INPUTS))
    written = stream.getvalue()
    lines = written.split("\n")[:-1]
    assert len(lines) == events
    assert not any(map(is_unsafe, lines))
    named = [json.loads(line)["event"] for line in lines]
    assert named.count("typed") == named.count("failed") == 50
    assert "signed_in" not in named
    goal("S20", f"{len(lines)} lines for {events} events with {len(INPUTS)} inputs")


@pytest.mark.parametrize("text", INPUTS)
def test_on_a_terminal_an_event_is_a_line_as_well(text: str) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    set_up_logs(level="INFO", region="US", stream=stream)
    structlog.get_logger("bot").warning("typed", text=text)
    assert stream.getvalue().count("\n") == 1
    assert len(stream.getvalue().splitlines()) == 1
