"""The scripts of pages: their types hold, and what is pure in them is right."""

import subprocess

from tests.browser.node import FOLDER, require_node, require_package


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_hold() -> None:
    compiler = require_package("typescript/bin/tsc")
    run(require_node(), str(compiler), "--project", str(FOLDER))


def test_pure_modules_do_as_they_say() -> None:
    tests = sorted(map(str, (FOLDER / "modules").glob("*.test.js")))
    run(require_node(), "--test", "--test-timeout=60000", *tests)
