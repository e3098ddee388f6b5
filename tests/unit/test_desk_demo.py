"""The demo's desk: agents whose secrets are told, and conversations that wait."""

from pathlib import Path

import pyotp
import pytest

from bot.accounts.errors import SeedRefused
from bot.agents.sign_in import Opened
from bot.assembly import build_services
from bot.cli import main
from bot.clock import ManualClock
from bot.database import Base
from bot.desk.demo import AGENTS, seed_desk
from bot.seed import seed
from bot.services import Services
from bot.settings import Settings


@pytest.fixture
def services(tmp_path: Path) -> Services:
    services = build_services(Settings(state_dir=tmp_path), clock=ManualClock())
    Base.metadata.create_all(services.database)
    seed(services)
    return services


def sign_in(services: Services, email: str, password: str, key: str) -> Opened:
    code = pyotp.TOTP(key).at(int(services.clock.now().timestamp()))
    return services.agents.sign_in.sign_in(email, password, code, address="192.0.2.1")


def test_its_agents_sign_in_with_what_is_told(services: Services) -> None:
    made = seed_desk(services)

    assert [each.agent.role for each in made] == ["agent", "supervisor"]
    for each in made:
        agent = each.agent
        assert sign_in(services, agent.email, agent.password, each.key)


def test_urgent_matters_wait_first_and_nobody_waits_for_the_assistant(
    services: Services,
) -> None:
    (lee, _sam) = seed_desk(services)
    opened = sign_in(services, lee.agent.email, lee.agent.password, lee.key)
    who = services.agents.sessions.recognise(opened.token)

    queue = services.team.lists.queue(who)

    reasons = [card.ticket.reason for card in queue if card.ticket]
    assert reasons == ["account_compromised", "lost_phone", "talk_to_human"]
    assert [card.last_author for card in queue] == ["bot"] * 3
    first = services.team.files.open(who, queue[0].conversation_id)
    assert first.account and first.account.name == "James"


def test_a_second_time_changes_nothing(services: Services) -> None:
    first, second = seed_desk(services), seed_desk(services)

    assert len(first) == len(AGENTS) and second == ()
    assert len(services.agents.roster.listed()) == len(AGENTS)


def test_production_has_none(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, mode="production", secret_key="s" * 32)

    with pytest.raises(SeedRefused):
        seed_desk(build_services(settings))


def test_seeding_tells_how_to_sign_in_at_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "state"))

    assert main(["seed"]) == 0

    told = capsys.readouterr().out
    for agent in AGENTS:
        assert agent.email in told and agent.password in told
