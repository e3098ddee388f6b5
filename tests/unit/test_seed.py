"""The demo's people."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest

from bot.accounts.errors import SeedRefused
from bot.accounts.models import Account, EmailAddress, PhoneNumber, SignIn
from bot.clock import Clock, ManualClock
from bot.database import Base, Sessions
from bot.privacy.cipher import Fingerprints, Keys
from bot.privacy.secrets import secret_key
from bot.seed import Seeded, seed
from bot.settings import Settings
from bot.telephony.models import Delivery
from bot.verification.models import Authenticator, Challenge, RecoveryCode
from bot.verification.recovery import RecoveryCodes
from tests.unit import world as worlds
from tests.unit.world import CHAT, World, empty_world, outcome

EVERYTHING: tuple[type[Base], ...] = (
    Account,
    EmailAddress,
    PhoneNumber,
    Authenticator,
    RecoveryCode,
    Challenge,
    Delivery,
    SignIn,
)


@dataclass(frozen=True)
class Given:
    sessions: Sessions
    clock: Clock
    settings: Settings
    fingerprints: Fingerprints
    recovery_codes: RecoveryCodes


@pytest.fixture
def world(
    sessions: Sessions,
    clock: ManualClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    """An empty backend that uses the demo's own key."""
    chosen = worlds.make_settings(state_dir=tmp_path)
    monkeypatch.setattr(worlds, "KEYS", Keys(secret_key(chosen)))
    yield empty_world(sessions, clock, state_dir=tmp_path)


def given(world: World) -> Given:
    return Given(
        world.sessions,
        world.clock,
        world.settings,
        world.fingerprints,
        world.backend.recovery_codes,
    )


@pytest.fixture
def seeded(world: World) -> Seeded:
    return seed(given(world))


def contents(world: World) -> list[object]:
    return [
        {column.name: getattr(row, column.key) for column in model.__table__.columns}
        for model in EVERYTHING
        for row in world.rows(model)
    ]


def test_everybody_is_made(world: World, seeded: Seeded) -> None:
    assert len(seeded.created) == len(world.rows(Account)) == 7


def test_a_second_time_changes_nothing(world: World, seeded: Seeded) -> None:
    before = contents(world)
    world.clock.move(3600)
    assert seed(given(world)) == Seeded()
    assert contents(world) == before


def test_who_is_missing_is_made_again(world: World, seeded: Seeded) -> None:
    with world.sessions.begin() as session:
        fingerprint = world.fingerprints.of("email", "omar@example.com")
        session.query(EmailAddress).filter_by(fingerprint=fingerprint).delete()
    assert seed(given(world)).created == ["omar@example.com"]


def test_who_kept_a_number_under_another_address_keeps_it(
    world: World, seeded: Seeded
) -> None:
    moved = world.fingerprints.of("email", "james@example.org")
    with world.sessions.begin() as session:
        fingerprint = world.fingerprints.of("email", "james@example.com")
        row = session.query(EmailAddress).filter_by(fingerprint=fingerprint).one()
        row.fingerprint = moved
    assert seed(given(world)).created == ["james@example.com"]
    assert len(world.rows(PhoneNumber)) == 6


def test_production_is_not_seeded(world: World) -> None:
    production = worlds.make_settings(mode="production")
    there = Given(
        world.sessions,
        world.clock,
        production,
        world.fingerprints,
        world.backend.recovery_codes,
    )
    assert outcome(seed, there) is SeedRefused
    assert not world.rows(Account)


@pytest.mark.parametrize(
    ("email", "number", "words"),
    [
        ("maria@example.com", "+12025550143", "clave"),
        ("james@example.com", "+14155550123", "your code"),
        ("linh@example.com", "+13125550188", "your code"),
        ("ana@example.com", "+17875550110", "clave"),
        ("dana@example.com", "+16465550177", "your code"),
    ],
)
def test_codes_reach_them_in_their_language(
    world: World, seeded: Seeded, email: str, number: str, words: str
) -> None:
    world.backend.identification.begin(CHAT, email)
    (message,) = world.sent_to(number)
    assert words in message.text
    assert world.backend.identification.check(CHAT, world.code_to(number)).may_change


@pytest.mark.parametrize("email", ["omar@example.com", "dana.work@example.com"])
def test_who_has_no_number_gets_mail(world: World, seeded: Seeded, email: str) -> None:
    world.backend.identification.begin(CHAT, email)
    standing = world.backend.identification.check(CHAT, world.code_to(email))
    assert standing.may_view and not standing.may_change


def test_james_has_two_numbers(world: World, seeded: Seeded) -> None:
    world.identify("james@example.com", "+14155550123")
    numbers = world.backend.phone_numbers.find(CHAT)
    assert [number.masked[-4:] for number in numbers] == ["0123", "0199"]
    assert [number.gets_codes for number in numbers] == [True, False]


def test_james_has_an_authenticator_app(world: World, seeded: Seeded) -> None:
    assert seeded.totp_secret is not None
    world.backend.identification.begin(CHAT, "james@example.com")
    code = pyotp.TOTP(seeded.totp_secret).at(world.clock.now())
    world.backend.totp.check(CHAT, code)
    assert world.backend.identification.standing(CHAT).may_change


def test_linh_has_recovery_codes(world: World, seeded: Seeded) -> None:
    assert len(seeded.recovery_codes) == 10
    world.backend.identification.begin(CHAT, "linh@example.com")
    assert world.backend.recovery_codes.use(CHAT, seeded.recovery_codes[3]) == 9


def test_james_has_a_sign_in_that_was_not_he(world: World, seeded: Seeded) -> None:
    world.identify("james@example.com", "+14155550123")
    newest, *others = world.backend.activity.recent(CHAT)
    assert (newest.place, newest.succeeded) == ("Reykjavik, IS", True)
    assert {each.place for each in others} == {"Reykjavik, IS", "Oakland, CA"}


def test_anas_last_code_did_not_arrive(world: World, seeded: Seeded) -> None:
    world.identify("ana@example.com", "+17875550110")
    report = world.backend.history.last(CHAT)
    assert (report.outcome, report.cause) == ("undelivered", "filtered")
    assert (report.to_masked, report.age) == ("•••-•••-0110", 120)


def test_anas_lost_code_never_shows_on_her_phone(world: World, seeded: Seeded) -> None:
    assert world.sent_to("+17875550110") == []


def test_every_demo_has_the_same_secrets(seeded: Seeded) -> None:
    assert seeded.totp_secret == "U2XH67Z5VVKRBSYTSOVWGD6Z4L42J7NO"
    assert seeded.recovery_codes[0] == "6EBW-KQRG-NB6J-98TD-4QCJ-V0TT"
