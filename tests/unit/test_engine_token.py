"""The secret between app and engine."""

import subprocess
import sys
from pathlib import Path

from bot.engine.token import TOKEN_FILE, engine_token
from bot.settings import Settings

KEY = "a secret key of 32 characters or more"


def in_folder(folder: Path, **options: object) -> Settings:
    return Settings(state_dir=folder, **options)


def test_without_a_key_a_token_is_made_once_and_kept(tmp_path: Path) -> None:
    token = engine_token(in_folder(tmp_path / "state"))
    assert len(token) == 64
    assert engine_token(in_folder(tmp_path / "state")) == token


def test_the_token_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    engine_token(in_folder(tmp_path))
    assert (tmp_path / TOKEN_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [TOKEN_FILE]


def test_two_folders_have_two_tokens(tmp_path: Path) -> None:
    one, other = (engine_token(in_folder(tmp_path / name)) for name in "ab")
    assert one != other


def test_with_a_key_the_token_is_derived_and_no_file_is_written(
    tmp_path: Path,
) -> None:
    token = engine_token(in_folder(tmp_path, secret_key=KEY))
    assert token == engine_token(in_folder(tmp_path / "elsewhere", secret_key=KEY))
    assert token != engine_token(in_folder(tmp_path, secret_key=KEY + "!"))
    assert KEY not in token
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_read_the_same_token(tmp_path: Path) -> None:
    script = (
        "from bot.engine.token import engine_token; from bot.settings import Settings;"
        f"print(engine_token(Settings(state_dir={str(tmp_path)!r})))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    tokens = {process.communicate()[0] for process in started}
    assert len(tokens) == 1
    assert len(tokens.pop().strip()) == 64


def test_the_app_can_read_it_without_loading_rasa() -> None:
    script = "import sys, bot.engine.token; sys.exit('rasa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
