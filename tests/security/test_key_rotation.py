"""The secret key changes in mid-life: nothing that people hold stops working."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.accounts.models import EmailAddress
from bot.database import Base
from bot.privacy.errors import ValueUnreadable
from bot.privacy.models import KeptKey
from bot.verification.recovery import read_recovery_code
from tests.security.goals import Goal
from tests.security.life import (
    LINH,
    LINHS_NUMBER,
    MARIA,
    NEW_NUMBER,
    SECRET,
    Life,
    copied,
)

NEW_SECRET = "another secret of the tests, also long enough"
CHANGED = {"secret_key": NEW_SECRET, "old_secret_keys": (SECRET,)}


@pytest.fixture
def changed(life: Life, tmp_path: Path) -> Iterator[Life]:
    """The same life, served with a new secret that knows the old one."""
    with copied(life, tmp_path / "changed", **CHANGED) as later:
        yield later


def without_old_key(life: Life, folder: Path) -> Iterator[Life]:
    with copied(life, folder, secret_key=NEW_SECRET) as later:
        yield later


def use_everything(life: Life) -> None:
    """Cookies, links, sessions, saved codes, new codes, and finding by address."""
    services = life.services
    visit = services.web_sessions.recognise(life.saved["cookie"])
    assert visit.conversation_id == life.chats["web"]
    assert services.agents.sessions.recognise(life.saved["agent"]).name == "Lee"
    assert life.desk.sign_in("lee@example.com")
    services.undoing.look(life.saved["undo"])
    services.linking.look(life.saved["page"].rpartition("/")[2])
    life.start("again")
    life.clock.move(120)
    life.prove("again", LINH, LINHS_NUMBER)
    saved = life.seeded.recovery_codes[0]
    assert read_recovery_code(saved)
    services.recovery_codes.use(life.chats["again"], saved)
    assert life.account(MARIA) and services.outbox.sent_to(NEW_NUMBER)


def standing(life: Life) -> tuple[int, int, int]:
    """How many values are under the present secret, an old one, and none."""
    counts = life.services.rotation.status().values()
    current, old, unreadable = (
        sum(each[name] for each in counts) for name in ("current", "old", "unreadable")
    )
    return current, old, unreadable


def test_all_that_people_hold_works_before_the_rotation(changed: Life) -> None:
    use_everything(changed)


def test_all_works_after_it_and_without_the_old_secret(
    changed: Life, tmp_path: Path, goal: Goal
) -> None:
    _, before, _ = standing(changed)
    moved = sum(changed.services.rotation.rotate().values())
    current, old, unreadable = standing(changed)
    assert (old, unreadable) == (0, 0) and moved == before > 20
    for later in without_old_key(changed, tmp_path / "later"):
        assert standing(later)[1:] == (0, 0)
        use_everything(later)
    goal(
        "S30",
        f"secret changed in mid-life: {moved} of {moved} values moved, {current} under"
        " the new secret, sign-in, cookies, links and saved codes work without the old",
    )


def test_a_rotation_again_moves_nothing(changed: Life) -> None:
    changed.services.rotation.rotate()
    assert changed.services.rotation.rotate() == {}


def test_a_second_secret_takes_the_place_of_the_first(
    changed: Life, tmp_path: Path
) -> None:
    changed.services.rotation.rotate()
    third = {"secret_key": NEW_SECRET[::-1], "old_secret_keys": (NEW_SECRET,)}
    with copied(changed, tmp_path / "third", **third) as later:
        later.services.rotation.rotate()
        assert standing(later)[1:] == (0, 0)
        use_everything(later)


def test_a_code_on_its_way_is_right_under_the_new_secret(
    life: Life, tmp_path: Path
) -> None:
    life.start("again")
    life.services.identification.begin(life.chats["again"], LINH)
    code = life.code(LINHS_NUMBER)
    with copied(life, tmp_path / "changed", **CHANGED) as later:
        later.services.identification.check(later.chats["again"], code)


def test_without_the_old_secret_nothing_is_read_and_nothing_is_lost(
    life: Life, tmp_path: Path
) -> None:
    for later in without_old_key(life, tmp_path / "later"):
        with pytest.raises(ValueUnreadable):
            later.services.rotation.rotate()
    with life.services.sessions() as session:
        sealed = session.scalars(select(EmailAddress.address_encrypted)).first()
    assert sealed is not None and standing(life)[1:] == (0, 0)


def test_the_keys_that_last_are_sealed_and_kept_once(changed: Life) -> None:
    changed.services.rotation.rotate()
    changed.services.kept_keys.keep()
    assert changed.count(KeptKey) == 2
    assert "kept_key" in Base.metadata.tables


ROTATE = """
import os, signal, sys
from bot.assembly import build_services
from bot.privacy.rotation import Rotation
from bot.settings import load_settings

left = int(sys.argv[1])
move = Rotation._move

def move_some(self, *given):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return move(self, *given)

Rotation._move = move_some
build_services(load_settings()).rotation.rotate()
"""


@pytest.mark.parametrize("values", [0, 1, 7, 23])
def test_a_rotation_that_was_killed_is_gone_on_with(changed: Life, values: int) -> None:
    settings = changed.services.settings
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "BOT_STATE_DIR": str(settings.state_dir),
        "BOT_SECRET_KEY": NEW_SECRET,
        "BOT_OLD_SECRET_KEYS": f'["{SECRET}"]',
    }
    command = [sys.executable, "-c", ROTATE, str(values)]
    killed = subprocess.run(command, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert standing(changed)[1] > 0 == standing(changed)[2]
    use_everything(changed)
    changed.services.rotation.rotate()
    assert standing(changed)[1:] == (0, 0)
