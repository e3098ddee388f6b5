"""Unexpected errors in the log: what and where, never what was being handled."""

import traceback
from pathlib import Path

FRAMES = 6


def describe(error: BaseException) -> dict[str, str]:
    """The error's class and its innermost frames; its text may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return {"error": type(error).__name__, "where": " > ".join(places)}
