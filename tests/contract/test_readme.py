"""What the README says is so."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.settings import Settings

README = Path("README.md").read_text("utf-8")
MAKEFILE = Path("Makefile").read_text("utf-8")


def documented_settings() -> dict[str, str]:
    rows = re.findall(r"^\| `(BOT_\w+)` \| (.*?) \| (.*?) \|$", README, re.M)
    return {name: description for name, _, description in rows}


def test_every_setting_is_in_the_table_with_its_description() -> None:
    described = {
        f"BOT_{name.upper()}": field.description
        for name, field in Settings.model_fields.items()
    }
    assert documented_settings() == described


def test_every_path_it_names_exists() -> None:
    for path in re.findall(r"\]\(([^)]+)\)", README):
        assert Path(path).exists(), path
    for path in re.findall(
        r"`((?:bot|actions|data|tests|benchmarks)/[\w./]*)`", README
    ):
        assert Path(path).exists(), path


def test_every_make_target_it_names_exists() -> None:
    for target in re.findall(r"\bmake ([a-z-]+)", README):
        assert re.search(rf"^{target}:", MAKEFILE, re.M), target


def test_the_makefile_is_short_and_explains_itself() -> None:
    assert len(MAKEFILE.splitlines()) <= 75
    targets = ["run", "test", "check", "train", "chat", "nlu", "bench", "lock", "clean"]
    targets += ["test-security", "security-report"]
    shown = subprocess.run(
        ["make", "help"], capture_output=True, text=True, check=True
    ).stdout
    for target in targets:
        assert re.search(rf"^{target}\s+\w", shown, re.M), target


@pytest.mark.parametrize(
    "command",
    [
        *("serve", "chat", "seed", "cases", "agents", "articles", "traffic"),
        *("understand", "doctor", "twilio-standin", "webhook"),
        *("connector-standin", "person", "keys", "purge", "replay", "review"),
    ],
)
def test_every_command_it_names_is_there(command: str) -> None:
    from bot.cli import parser

    actions = [action for action in parser()._actions if action.choices]
    assert any(command in (action.choices or ()) for action in actions)


def test_it_says_plainly_that_it_is_not_the_real_service() -> None:
    assert "is not affiliated with ID.me" in README


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=True
    ).stdout.split()
    hosts = ("pypi" + ".org", "python" + "hosted", "npmjs" + ".org", "/ro" + "ot/")
    for name in tracked:
        text = Path(name).read_text("utf-8", errors="ignore")
        assert not any(host in text for host in hosts), name
