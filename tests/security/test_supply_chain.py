"""What is installed: hash for hash what was locked, and mended where it was weak."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.version import Version

from bot.engine.process import engine_environment
from bot.settings import Settings
from tests.security.goals import Goal

LOCKS = ("requirements.txt", "requirements-dev.txt")
ADVISORIES = yaml.safe_load(Path("tests/security/advisories.yml").read_text("utf-8"))
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", re.M)
NPM = "tests/browser/package-lock.json"


def pins(lock: str = LOCKS[0]) -> dict[str, Version]:
    return {
        name: Version(number)
        for name, number in PIN.findall(Path(lock).read_text("utf-8"))
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_to_its_hashes(lock: str) -> None:
    text = Path(lock).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and line.lstrip()[0] != "#"]

    assert len(lines) == len(pins(lock)) > 50
    assert all(" --hash=sha256:" in line for line in lines)


def test_nothing_is_installed_past_the_locks() -> None:
    installs = re.findall(r"pip install .*", Path("Makefile").read_text("utf-8"))
    of_others = [line for line in installs if " -e ." not in line]

    # `uv` itself is what checks hashes; it is brought when the machine has none.
    assert all("--require-hashes" in line or "uv" in line for line in of_others)
    packages = json.loads(Path(NPM).read_text("utf-8"))["packages"]
    assert all(
        package["integrity"].startswith("sha512-")
        for name, package in packages.items()
        if name
    )


def test_no_weakness_that_was_read_of_is_installed(goal: Goal) -> None:
    installed = pins()
    read = [(name, each) for name, found in ADVISORIES.items() for each in found]
    waived = [each["id"] for _, each in read if "waived" in each]
    weak = [
        each["id"]
        for name, each in read
        if "fixed" in each and installed[name] < Version(each["fixed"])
    ]

    assert weak == []
    goal(
        "S31",
        f"0 of {len(read) - len(waived)} weaknesses read of are installed;"
        f" waived: {', '.join(waived)}",
    )


def test_what_is_waived_is_waived_for_a_reason_that_holds() -> None:
    waived = {
        name
        for name, found in ADVISORIES.items()
        for each in found
        if "fixed" not in each
    }

    assert waived == {"dask", "joblib"}
    assert "distributed" not in pins() | pins(LOCKS[1])


def test_the_engine_is_started_without_the_apps_secrets(
    tmp_path: Path, goal: Goal
) -> None:
    """The names of the app's secrets, and their values, from its real environment."""
    secrets = {
        f"BOT_{name.upper()}": f"canary-{name}"
        for name, field in Settings.model_fields.items()
        if "Secret" in str(field.annotation)
    }
    given = {**os.environ, **secrets, "BOT_DATABASE_URL": "postgresql://u:canary-d@x"}
    told = engine_environment(Settings(state_dir=tmp_path), "the token", given)
    seen = _environment_of_a_child(told)

    assert len(secrets) >= 5
    assert secrets.keys().isdisjoint(seen)
    assert "canary" not in json.dumps(seen)
    assert seen["BOT_ENGINE_TOKEN"] == "the token"
    goal("S31", f"0 of {len(secrets) + 1} secrets of the app in the engine's process")


def _environment_of_a_child(environment: dict[str, str]) -> dict[str, Any]:
    told = "import json, os; print(json.dumps(dict(os.environ)))"
    ran = subprocess.run(
        [sys.executable, "-c", told],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    seen: dict[str, Any] = json.loads(ran.stdout)
    return seen


def test_settings_come_from_the_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("BOT_LANGUAGE=es\n")
    monkeypatch.chdir(tmp_path)

    assert Settings().language == "en"
    assert Settings.model_config.get("secrets_dir") is None
