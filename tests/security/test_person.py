"""What is kept about one person: all of it can be had, and all of it can be erased."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, func, inspect, select

from bot import cli
from bot.accounts.models import Account, Undo
from bot.handoff.models import Case
from bot.privacy.errors import PersonErased, PersonHeld, PersonUnknown
from bot.privacy.holdings import HOLDINGS, Subject
from bot.privacy.subjects import rows_of, subject_of
from bot.retention import purge_of
from tests.security.goals import Goal
from tests.security.life import (
    LINH,
    LINHS_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    Life,
    engine_log,
)
from tests.unit.world import at_once

MONTH = 2_592_000


def subject(life: Life, email: str) -> Subject:
    with life.services.sessions() as session:
        return subject_of(session, life.account(email))


def rows(life: Life, of: Subject) -> dict[str, int]:
    """How many rows are about a person, by table."""
    with life.services.sessions() as session:
        counted = {}
        for name in HOLDINGS:
            table, theirs = rows_of(name, of)
            query = select(func.count()).select_from(table).where(theirs)
            counted[name] = session.scalar(query) or 0
    return counted


def settle(life: Life) -> None:
    """Decide the open case, and let the time for taking changes back go by."""
    life.services.deletions.cancel(life.chats["web"])
    with life.services.sessions.begin() as session:
        session.execute(delete(Case))
        session.execute(delete(Undo))


def everything(life: Life) -> str:
    """Every value of every table, as the database has it."""
    with life.services.database.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for name in inspect(connection).get_table_names()
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
        )


def test_the_life_has_rows_about_maria_or_linh_everywhere(life: Life) -> None:
    found = rows(life, subject(life, MARIA)), rows(life, subject(life, LINH))
    assert [name for name in HOLDINGS if not any(each[name] for each in found)] == [
        # Of what is over, and of James, who wants no texts.
        *("conversation_fact", "kept_line", "suppression"),
    ]


def test_an_export_has_every_row_and_no_secret(life: Life) -> None:
    exported = life.services.export.of(life.account(MARIA))
    counted = rows(life, subject(life, MARIA))
    assert {name: len(exported[name]) for name in HOLDINGS} == counted
    text = json.dumps(exported)
    for hers in (MARIA, MARIAS_NUMBER, NEW_NUMBER, "seems to be in a hurry"):
        assert hers in text
    assert [entry["text"] for entry in exported["engine"][life.chats["web"]]]
    code = life.code(MARIA)
    for secret in (code, *life.saved["codes"], life.saved["undo"], "SHOWN", LINH):
        assert str(secret) not in text


def test_a_stranger_s_conversation_is_not_exported(life: Life) -> None:
    stranger = life.start("stranger")
    life.say("stranger", "let me in")
    life.clock.move(120)
    life.services.identification.begin(stranger, MARIA)
    exported = json.dumps(life.services.export.of(life.account(MARIA)))
    assert "let me in" not in exported and life.chats["web"] in exported


@pytest.mark.parametrize("held", ["case", "undo"])
def test_nobody_is_erased_while_it_is_open_whose_account_it_is(
    life: Life, held: str
) -> None:
    with life.services.sessions.begin() as session:
        session.execute(delete(Undo if held == "case" else Case))
    with pytest.raises(PersonHeld) as refused:
        life.services.erasure.erase(life.account(MARIA))
    assert refused.value.by == held
    assert life.count(Account, Account.status == "closed") == 0


def test_an_erased_person_is_found_nowhere(life: Life, goal: Goal) -> None:
    settle(life)
    life.services.outbox.drain()
    maria, before = subject(life, MARIA), rows(life, subject(life, MARIA))
    erased = life.services.erasure.erase(maria.account_id)
    left = rows(life, maria)
    gone = [name for name, each in HOLDINGS.items() if each.fate == "deleted"]
    assert {name: left[name] for name in gone} == dict.fromkeys(gone, 0)
    assert sum(erased.deleted.values()) == sum(before[name] for name in gone)
    with engine_log(life.services) as log:
        assert log.everything(life.chats["web"]) == []
    dump = everything(life)
    for hers in (MARIAS_NUMBER, MARIA, "seems to be in a hurry", "very good"):
        assert hers not in dump
    # The letter that tells her is the last that is known of her address.
    assert left["delivery"] == 1
    life.services.outbox.drain()
    life.clock.move(MONTH + 1)
    purge_of(life.services).run()
    assert not any(each in everything(life) for each in maria.fingerprints)
    total = sum(before.values())
    kept = sum(erased.kept.values())
    goal(
        "S29",
        f"a person erased: of {total} rows 0 name her, {kept} stay under random ids",
    )


def test_the_others_keep_what_is_theirs(life: Life) -> None:
    settle(life)
    linh, before = subject(life, LINH), rows(life, subject(life, LINH))
    life.services.erasure.erase(life.account(MARIA))
    assert rows(life, linh) == before


def test_a_phone_s_conversation_goes_with_its_person(life: Life) -> None:
    chat, linh = life.chats["sms"], subject(life, LINH)
    assert linh.conversations == [chat]
    life.services.erasure.erase(linh.account_id)
    with engine_log(life.services) as log:
        assert log.everything(chat) == []
    assert life.services.fingerprints.of("phone", LINHS_NUMBER) not in everything(life)


def test_erasing_twice_says_so(life: Life) -> None:
    settle(life)
    account_id = life.account(MARIA)
    life.services.erasure.erase(account_id)
    with pytest.raises(PersonErased):
        life.services.erasure.erase(account_id)


def test_of_many_who_erase_one_does(life: Life) -> None:
    settle(life)
    account_id = life.account(MARIA)
    done = at_once(lambda _: life.services.erasure.erase(account_id), times=8)
    assert done.count(PersonErased) == 7


def test_an_account_that_was_closed_in_the_chat_can_still_be_erased(life: Life) -> None:
    with life.services.sessions.begin() as session:
        session.execute(delete(Case))
    account_id = life.account(MARIA)
    life.clock.move(604_801)
    assert life.services.deletions.carry_out() == 1
    erased = life.services.erasure.erase(account_id)
    assert erased.deleted["conversation"] == 1


def test_nobody_is_told_from_somebody_unknown(life: Life) -> None:
    with pytest.raises(PersonUnknown):
        life.services.export.of("0" * 32)


@pytest.fixture
def at_the_command_line(life: Life, monkeypatch: pytest.MonkeyPatch) -> Life:
    settings = life.services.settings
    monkeypatch.setenv("BOT_STATE_DIR", str(settings.state_dir))
    assert settings.secret_key is not None
    monkeypatch.setenv("BOT_SECRET_KEY", settings.secret_key.get_secret_value())
    return life


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any, str]:
    code = cli.main(["person", *words])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_the_command_asks_for_a_yes_and_tells_what_it_did(
    at_the_command_line: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    code, exported, _ = run(capsys, "export", "--email", LINH)
    assert code == 0 and exported["phone_number"][0]["number"] == LINHS_NUMBER
    code, _, err = run(capsys, "erase", "--email", LINH)
    assert code == 1 and "--yes" in err
    code, erased, _ = run(capsys, "erase", "--email", LINH, "--yes")
    assert code == 0 and erased["deleted"]["email_address"] == 1
    account = exported["account"][0]["id"]
    code, _, err = run(capsys, "erase", "--account", account, "--yes")
    assert code == 1 and "already" in err
    code, _, err = run(capsys, "export", "--email", LINH)
    assert code == 1 and "no account" in err


def test_the_command_says_what_holds_it(
    at_the_command_line: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "erase", "--email", MARIA, "--yes")
    assert code == 1 and "case" in err
