"""Node.js and its packages, for tests that need them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules"
# From here on a file is a module when it looks like one.
OLDEST = (20, 19)


def require_node() -> str:
    """The program, new enough; else the test is skipped."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("there is no Node.js on PATH: install `nodejs`")
    told = subprocess.run([program, "--version"], capture_output=True, text=True)
    version = tuple(map(int, re.findall(r"\d+", told.stdout)[:2]))
    if version < OLDEST:
        pytest.skip(f"Node.js {told.stdout.strip()} is too old: 20.19 is needed")
    return program


def require_package(file: str) -> Path:
    """A file of an installed package; else the test is skipped."""
    path = PACKAGES / file
    if not path.exists():
        pytest.skip(f"{path.relative_to(FOLDER)} is missing: install `npm`, run `make`")
    return path
