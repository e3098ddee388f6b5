"""Python as it is without the engine's preparation: in a process of its own."""

import subprocess
import sys

# Rasa can be imported, and is otherwise as it was published.
UNMENDED = """
from bot.engine.mending import mend
from bot.engine.shims import SHIMS
from bot.engine.stubs import stand_in_for_absent_packages
stand_in_for_absent_packages()
mend(SHIMS, quiet=("rasa.", "rasa_sdk."))
"""


def run(script: str, **environment: str) -> str:
    """What a script prints; its errors are raised with their text.

    Raises:
        RuntimeError: the script failed.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        capture_output=True,
        text=True,
        env=environment or None,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


def run_unmended(script: str, **environment: str) -> str:
    """What a script prints that uses Rasa without the engine's patches."""
    return run(UNMENDED + script, **environment)
