"""What the engine may write to its log: what happened, never what was said."""

import logging
from typing import Any

from bot.engine.mending import Changes

# Of a structured log line these are kept; all else may hold a message or a slot.
HARMLESS = frozenset(
    {"event", "event_info", "level", "url", "filename", "action_name", "exc_info"}
)
WITHHELD = "[withheld]"
# Loggers whose exceptions can quote a message, a slot or an action's answer.
TALKATIVE = ("bot.engine", "rasa.core", "sanic", "asyncio", "aiohttp")


def hide_values(_logger: Any, _method: str, entry: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor: replace the values of all keys but the harmless ones."""
    shown = {
        key: value if key in HARMLESS else WITHHELD for key, value in entry.items()
    }
    if shown.pop("exc_info", None):
        # `dict_tracebacks` would print the local variables of each frame.
        shown["event_info"] = "an exception was raised; its text is withheld"
    return shown


def hide_logged_values(log_utils: Any) -> None:
    """Put `hide_values` first of all that is done to Rasa's structured log lines.

    There is a place for it, which Rasa leaves empty without its paid plugin.
    """
    log_utils._anonymizer = hide_values


def withhold_exception_texts() -> None:
    """Log exceptions by type and place; their texts quote messages and answers."""
    logging.setLogRecordFactory(_bare_record)


class Withheld(Exception):
    """Stands in a log for an exception whose text is not written down."""


def _name(error: BaseException | None) -> str:
    """The types of an exception and of what caused it, with HTTP statuses."""
    if error is None:
        return ""
    status = getattr(error, "status", None)
    name = type(error).__name__ + (f" {status}" if isinstance(status, int) else "")
    cause = _name(error.__cause__)
    return f"{name} from {cause}" if cause else name


def _bare_record(*args: Any, **options: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **options)
    if record.exc_info and record.name.startswith(TALKATIVE):
        _, error, trace = record.exc_info
        record.exc_info = (Withheld, Withheld(_name(error)), trace)
    return record


LOG_PATCHES: Changes = {"rasa.utils.log_utils": [hide_logged_values]}
