import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import training
from bot.chat import Chat, identity_token
from bot.chat_server import ChatFailed, own_server
from bot.cli import main, parser
from bot.clock import SystemClock
from bot.seed import seed
from bot.serving import ServingFailed, require_free, take_port, where_to_look
from bot.settings import Settings
from bot.understanding import understand_lines
from tests.unit.serving import Stand, stand_up

COMMANDS = (
    "serve",
    "chat",
    "seed",
    "accounts",
    "cases",
    "agents",
    "articles",
    "understand",
    "train",
    "doctor",
)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a model, to run commands in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_is_for(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert command in capsys.readouterr().out


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["dance"])

    assert ended.value.code == 2


def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_PORT", "a lot")

    assert main(["doctor"]) == 1

    assert "BOT_PORT" in capsys.readouterr().err


def test_seeding_tells_secrets_once_and_changes_nothing_the_second_time(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seed"]) == 0
    first = capsys.readouterr().out
    assert main(["seed"]) == 0
    second = capsys.readouterr().out

    assert "made maria@example.com" in first and "authenticator app" in first
    assert second == "Everybody is there already.\n"


def test_production_is_not_seeded(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_MODE", "production")
    monkeypatch.setenv("BOT_SECRET_KEY", "0123456789abcdef" * 2)

    assert main(["seed"]) == 1

    assert "Only the demo" in capsys.readouterr().err


def test_an_account_is_shown_masked(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["seed"])
    capsys.readouterr()

    assert main(["accounts", "show", "maria@example.com", "--json"]) == 0

    shown = capsys.readouterr().out
    assert json.loads(shown)["numbers"][0]["masked"].endswith("0143")
    assert "2025550143" not in shown and "maria@" not in shown


def test_an_account_that_is_not_there_is_said_to_be_missing(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["accounts", "show", "nobody@example.com"]) == 1

    assert "no account" in capsys.readouterr().err


def test_articles_are_listed_with_their_next_review(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["articles", "list"]) == 0

    assert "A2  es  review by 2" in capsys.readouterr().out


def test_checking_articles_names_what_is_wrong(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = elsewhere / "data" / "knowledge"
    folder.mkdir(parents=True)
    head = "---\nid: A2\ntitle: Find it\nowner: support\nreviewed: 2020-01-01\n"
    rest = "review_every: 90\nintents: [find_phone_number]\nsources: [A2]\n---\n"
    (folder / "A2.en.md").write_text(head + rest, "utf-8")

    assert main(["articles", "check"]) == 1

    told = capsys.readouterr().out.splitlines()
    assert told == [
        "A2.en: review was due on 2020-03-31; support",
        "A2: has no translation: es",
    ]


def test_an_article_that_cannot_be_read_is_named(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = elsewhere / "data" / "knowledge"
    folder.mkdir(parents=True)
    (folder / "A2.en.md").write_text("no head", "utf-8")

    assert main(["articles", "check"]) == 1

    assert "A2.en.md" in capsys.readouterr().err


def test_the_doctor_says_what_to_do(
    state: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 1

    told = capsys.readouterr().out
    assert "make train" in told and "make run" in told
    assert len(told.splitlines()) == 5


def test_the_doctor_finds_a_database_well_that_is_up_to_date(
    state: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["seed"])
    capsys.readouterr()

    main(["doctor"])

    assert "ok   database: up to date" in capsys.readouterr().out


def test_serving_without_a_model_says_how_to_get_one(
    state: Path,
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    monkeypatch.setenv("BOT_PORT", str(free))

    assert main(["serve"]) == 1

    assert "make train" in capsys.readouterr().err


def test_understanding_without_a_model_says_how_to_get_one(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["understand"]) == 1

    assert "make train" in capsys.readouterr().err


def test_a_port_in_use_is_named_with_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(ServingFailed, match=f"{port}.*BOT_PORT"):
            take_port(Settings(port=port))
        with pytest.raises(ServingFailed, match=f"{port}.*BOT_ENGINE_PORT"):
            require_free(port, "BOT_ENGINE_PORT")


def test_where_to_look_is_told() -> None:
    told = where_to_look(Settings(port=8100))

    assert "browser  http://127.0.0.1:8100\n" in told
    assert "http://127.0.0.1:8100/desk" in told
    assert 'make chat ARGS="--server http://127.0.0.1:8100"' in told
    assert "\n  talk to it           make chat\n" in where_to_look(Settings())


class Loud:
    """Understands every text as itself."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def parse_many(self, texts: Iterable[str]) -> list[dict[str, Any]]:
        self.batches.append(list(texts))
        return [{"intent": text, "confidence": 1.0} for text in self.batches[-1]]


def test_every_line_is_understood_in_its_place() -> None:
    lines = [f"line {place}" if place % 7 else "  " for place in range(450)]

    understood = list(understand_lines(lines, parser=Loud(), region="US"))

    assert [each["text"] for each in understood] == [line.strip() for line in lines]
    assert understood[0]["intent"] == "nlu_fallback"
    assert understood[1]["intent"] == "line 1"


def test_lines_are_masked_before_they_are_parsed() -> None:
    loud = Loud()

    list(understand_lines(["it is 042042"], parser=loud, region="US"))

    assert loud.batches == [["it is [code]"]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "config.yml",
        "domain.yml",
        "data/a/nlu.en.yml",
        "bot/engine/nlu/x.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a")
    model = tmp_path / training.MODEL
    model.parent.mkdir()
    model.write_bytes(b"model")
    (tmp_path / training.STAMP).write_text(training.fingerprint(tmp_path))
    return tmp_path


def test_a_model_of_what_is_there_is_not_trained_again(root: Path) -> None:
    assert training.is_current(root)
    assert not training.train(root)


@pytest.mark.parametrize(
    "name", ["config.yml", "domain.yml", "data/a/nlu.en.yml", "bot/engine/nlu/x.py"]
)
def test_a_change_of_what_is_learnt_from_is_noticed(root: Path, name: str) -> None:
    (root / name).write_text("b")

    assert not training.is_current(root)


def test_new_removed_and_renamed_files_are_noticed(root: Path) -> None:
    (root / "data/a/nlu.en.yml").rename(root / "data/a/nlu.es.yml")

    assert not training.is_current(root)


@pytest.mark.parametrize("name", ["data/knowledge/A1.en.md", "README.md"])
def test_other_files_change_nothing(root: Path, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("b")

    assert training.is_current(root)


def test_a_missing_model_is_noticed(root: Path) -> None:
    (root / training.MODEL).unlink()

    assert not training.is_current(root)


def test_a_training_that_fails_is_told_and_leaves_no_stamp(root: Path) -> None:
    (root / training.STAMP).unlink()

    with pytest.raises(training.TrainingFailed):
        training.train(root)

    assert not (root / training.STAMP).exists()


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    clock: Any = SystemClock()
    async with stand_up(tmp_path, clock) as stand:
        await asyncio.to_thread(seed, stand.services)
        yield stand


def talk(stand: Stand, *typed: str, email: str | None = None) -> list[str]:
    """What a chat writes when this is typed."""
    written: list[str] = []
    settings = stand.services.settings
    token = identity_token(settings, email) if email else None
    with httpx.Client(base_url=stand.http.base_url, timeout=10) as http:
        chat = Chat(http, settings, identity_token=token, write=written.append)
        for line in typed:
            chat.say(line)
    return written


async def test_a_chat_writes_the_answer(stand: Stand) -> None:
    written = await asyncio.to_thread(talk, stand, "hello")

    assert written == ["  bot  echo: hello"]


async def test_options_are_numbered_and_chosen_by_number(stand: Stand) -> None:
    stand.engine.replies = [
        {
            "text": "?",
            "buttons": [
                {"title": "Yes", "payload": "/affirm"},
                {"title": "No", "payload": "/deny"},
            ],
        }
    ]

    written = await asyncio.to_thread(talk, stand, "hello", "2", "3")

    assert written[:3] == ["  bot  ?", "       1  Yes", "       2  No"]
    assert [heard["payload"] for heard in stand.engine.heard] == [None, "/deny", None]


@pytest.mark.parametrize(
    ("kind", "body", "lines"),
    [
        (
            "totp",
            {"secret": "JBSW Y3DP", "otpauth_uri": "otpauth://x", "qr_svg": "data:"},
            ["       * JBSW Y3DP", "       * otpauth://x"],
        ),
        (
            "recovery_codes",
            {"codes": ["AAAA-BBBB", "CCCC-DDDD"]},
            ["       * AAAA-BBBB", "       * CCCC-DDDD"],
        ),
    ],
)
async def test_a_secret_is_written_below_its_line(
    stand: Stand, kind: Any, body: dict[str, Any], lines: list[str]
) -> None:
    services = stand.services
    stand.engine.go_on.clear()

    async def show_meanwhile() -> None:
        await stand.engine.began.wait()
        chat = stand.engine.heard[0]["conversation"]
        with services.sessions.begin() as session:
            showing = services.showings.put(session, chat, kind, body)
        stand.engine.replies = [{"text": "Here:", "custom": {"showing": showing}}]
        stand.engine.go_on.set()

    showing = asyncio.create_task(show_meanwhile())
    written = await asyncio.to_thread(talk, stand, "hello")
    await showing

    assert written == ["  bot  Here:", *lines]


async def test_a_code_that_arrives_is_shown_beside(stand: Stand) -> None:
    visitor = await stand.visitor()
    begin = stand.services.identification.begin

    async def send_later() -> None:
        await stand.engine.began.wait()
        await asyncio.to_thread(begin, visitor.conversation, "james@example.com")

    sending = asyncio.create_task(send_later())
    stand.engine.script = [0.3]
    written = await asyncio.to_thread(talk, stand, "hello")
    await sending

    assert any("> +14155550123 (sms): " in line for line in written)


async def test_a_number_that_was_typed_is_watched_too(stand: Stand) -> None:
    with stand.services.sessions.begin() as session:
        stand.services.outbox.post(
            session, to="+12025550177", by="sms", text="earlier", purpose="identify"
        )
    await asyncio.to_thread(stand.services.outbox.drain)

    async def send_later() -> None:
        await stand.engine.began.wait()
        with stand.services.sessions.begin() as session:
            stand.services.outbox.post(
                session, to="+12025550177", by="sms", text="now", purpose="identify"
            )
        stand.services.outbox.wake()

    sending = asyncio.create_task(send_later())
    stand.engine.script = [0.3]
    written = await asyncio.to_thread(talk, stand, "it is (202) 555-0177")
    await sending

    assert "     > +12025550177 (sms): now" in written
    assert not any("earlier" in line for line in written)


async def test_a_refusal_is_written(stand: Stand) -> None:
    written = await asyncio.to_thread(talk, stand, "x" * 1001)

    assert written == ["  ! text: send at most 1000 characters in one message."]


async def test_a_chat_as_somebody_is_signed_in(stand: Stand) -> None:
    await asyncio.to_thread(talk, stand, "hello", email="james@example.com")

    conversation = stand.engine.heard[0]["conversation"]
    standing = stand.services.identification.standing(conversation)
    assert standing.signed_in


async def test_a_chat_as_nobody_known_is_refused(stand: Stand) -> None:
    with pytest.raises(ChatFailed, match="identity token"):
        await asyncio.to_thread(talk, stand, "hello", email="nobody@example.com")


def test_no_server_is_started_for_another_machine(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)

    with (
        pytest.raises(ChatFailed, match="Nothing answers"),
        own_server(settings, "https://id.example.com"),
    ):
        pass


def test_a_server_that_does_not_start_is_explained(
    state: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("BOT_PORT", str(port))
        settings = Settings(state_dir=state, port=port)

        with (
            pytest.raises(ChatFailed, match="make train"),
            own_server(settings, f"http://127.0.0.1:{port}"),
        ):
            pass
