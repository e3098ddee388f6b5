"""The secret that every key is derived from."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from pydantic import SecretStr

from bot.privacy.errors import SecretKeyUnusable
from bot.privacy.secrets import secret_key
from bot.settings import Settings

GIVEN = "given by the operator, 32 characters"


def _demo(state: Path) -> Settings:
    return Settings(mode="demo", state_dir=state, secret_key=None)


def test_the_secret_of_the_environment_is_used(tmp_path: Path) -> None:
    settings = Settings(secret_key=SecretStr(GIVEN), state_dir=tmp_path)

    assert secret_key(settings) == GIVEN
    assert list(tmp_path.iterdir()) == []


def test_the_demo_makes_a_secret_and_keeps_it(tmp_path: Path) -> None:
    first = secret_key(_demo(tmp_path / "state"))

    assert len(bytes.fromhex(first)) == 32
    assert secret_key(_demo(tmp_path / "state")) == first


def test_two_demos_have_different_secrets(tmp_path: Path) -> None:
    assert secret_key(_demo(tmp_path / "a")) != secret_key(_demo(tmp_path / "b"))


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    secret_key(_demo(tmp_path))

    mode = (tmp_path / "secret.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_production_without_a_secret_is_refused(tmp_path: Path) -> None:
    settings = Settings(mode="production", state_dir=tmp_path, secret_key=None)

    with pytest.raises(SecretKeyUnusable, match="BOT_SECRET_KEY"):
        secret_key(settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "too short"])
def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret.key").write_text(content)

    with pytest.raises(SecretKeyUnusable, match=r"secret\.key"):
        secret_key(_demo(tmp_path))
    assert (tmp_path / "secret.key").read_text() == content


def test_all_who_start_at_once_get_the_same_secret(tmp_path: Path) -> None:
    together = Barrier(20)

    def start(_: int) -> str:
        together.wait()
        return secret_key(_demo(tmp_path / "state"))

    with ThreadPoolExecutor(20) as pool:
        secrets = set(pool.map(start, range(20)))

    assert len(secrets) == 1
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["secret.key"]
