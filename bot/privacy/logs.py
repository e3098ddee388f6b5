"""Logs without personal data: one event a line, values masked, controls escaped."""

import logging
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from traceback import TracebackException
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor

from bot.privacy.folding import fold
from bot.privacy.masking import redact

# Identifiers that this program makes up: hexadecimal, 128 bits or more, nobody's.
IDENTIFIER = re.compile(
    r"(?=[\d-]*[a-f])(?:[0-9a-f]{32,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
LONGEST_VALUE = 10_000
# A line for each request, migration or registered action helps nobody.
CHATTY = ("alembic", "httpcore", "httpx", "rasa_sdk", "urllib3")
SERVERS = ("uvicorn", "uvicorn.access", "uvicorn.error")


class Redaction:
    """A structlog processor: masks every value of an event, however deep it lies."""

    def __init__(self, region: str) -> None:
        self._region = region

    def __call__(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        error = _exception(event.pop("exc_info", None))
        cleaned = {key: self._clean(value) for key, value in event.items()}
        if error:
            trace = TracebackException.from_exception(error)
            cleaned["exception"] = "".join(self._lines(trace))
        return cleaned

    def _clean(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self._text(key): self._clean(each) for key, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(each) for each in value]
        return self._text(value)

    def _text(self, value: object) -> str:
        text = str(value)[:LONGEST_VALUE]
        if IDENTIFIER.fullmatch(text):
            return text
        redacted = redact(text, region=self._region)
        # Folded only when it has to be: an odd character is worth seeing in a log.
        return escape(text if redacted == fold(text) else redacted)

    def _lines(self, trace: TracebackException) -> Iterator[str]:
        """Causes first; places as they are, messages masked."""
        cause = trace.__cause__ or trace.__context__
        if cause and not (trace.__suppress_context__ and trace.__cause__ is None):
            yield from self._lines(cause)
        yield from trace.stack.format()
        yield self._text("".join(trace.format_exception_only()).rstrip()) + "\n"
        for each in trace.exceptions or ():
            yield from self._lines(each)


def escape(text: str) -> str:
    """Show controls, ANSI sequences, bidirectional marks and line breaks as `\\x1b`."""
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in UNSAFE_CATEGORIES
        else character
        for character in text
    )


def set_up_logs(*, level: str, region: str, stream: TextIO | None = None) -> None:
    """Send every logger's lines through the redaction; JSON unless on a terminal."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(region, terminal=stream.isatty()))
    logging.root.handlers = [handler]
    logging.root.setLevel(level)
    # A line that cannot be formatted would be printed unmasked.
    logging.raiseExceptions = False
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.root.level))
    for name in SERVERS:
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _formatter(region: str, *, terminal: bool) -> ProcessorFormatter:
    console = structlog.dev.ConsoleRenderer(
        exception_formatter=structlog.dev.plain_traceback
    )
    renderer: Processor = console if terminal else structlog.processors.JSONRenderer()
    return ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.stdlib.add_log_level,
            Redaction(region),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
    )


def _exception(given: Any) -> BaseException | None:
    """The exception behind structlog's `exc_info`: True, an exception or a triple."""
    if isinstance(given, BaseException):
        return given
    found = sys.exc_info()[1] if given is True else given and given[1]
    return found or None
