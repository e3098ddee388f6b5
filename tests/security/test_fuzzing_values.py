"""Any text as a number, a payload, or a sentence around a secret: no error, no leak."""

import re
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.assembly import build_services
from bot.clock import ManualClock
from bot.conversations.errors import ConversationError, OptionNotOffered
from bot.conversations.lines import Line, Option
from bot.database import Base
from bot.engine.messages import read_entities
from bot.privacy.folding import fold
from bot.privacy.masking import mask
from bot.services import Services
from bot.settings import Settings
from bot.telephony.errors import NumberError
from bot.telephony.numbers import parse
from tests.security.goals import Goal

EXAMPLES = 1000
OFTEN = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
FEW = settings(
    OFTEN, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SPREAD = {
    **{digit: (digit, chr(0xFF10 + int(digit))) for digit in "0123456789"},
    "-": ("-", " ", ".", "\u2013", "\u00a0", "\u200b-", ""),
}
WORDS = st.text(
    st.characters(categories=["Ll", "Lu", "Zs", "Po"], exclude_characters="/@.+#"),
    max_size=30,
)
LOOSE = st.text(
    st.one_of(
        st.sampled_from("0123456789+-()x #*.,extEXT\u200b\u0664"), st.characters()
    ),
    max_size=300,
)
PAYLOADS = st.one_of(
    st.text(max_size=60),
    st.builds("/{}".format, st.text(max_size=40)),
    st.builds(
        '/{}{{"{}": {}}}'.format,
        st.sampled_from(["affirm", "inform", "restart", "session_start", "x"]),
        st.text(max_size=10),
        st.one_of(st.integers().map(str), st.just('"x"'), st.just("[[["), st.text()),
    ),
)


@st.composite
def disguised(draw: st.DrawFn, plain: str) -> str:
    """`plain` with each digit and each hyphen in one of its spellings."""
    return "".join(draw(st.sampled_from(SPREAD.get(each, (each,)))) for each in plain)


def spellings(plain: str) -> st.SearchStrategy[str]:
    """A sentence that holds `plain`, disguised."""
    return st.builds(
        "{} {} {}".format, WORDS, disguised(plain), WORDS.map(lambda text: f" {text}")
    )


SECRETS = (
    *("+1-202-555-0143", "(202)-555-0143", "202-555-0143", "1-202-555-0143"),
    *("0034-612-345-678", "+44-20-7946-0958", "493027", "493-027", "49302718"),
    *("4111-1111-1111-1111", "219-09-9999", "1-219-09-9999"),
)


def test_no_four_digits_of_a_secret_are_left(goal: Goal) -> None:
    for secret in SECRETS:
        digits = re.sub(r"\D", "", secret)
        runs = [digits[start : start + 4] for start in range(len(digits) - 3)]

        @OFTEN
        @given(spellings(secret), st.just(runs))
        def hide(text: str, runs: list[str]) -> None:
            left = re.sub(r"\D", "", fold(mask(text, region="US").text))
            assert not any(run in left for run in runs)

        hide()
    goal("S19", f"0 of {len(SECRETS) * EXAMPLES} disguised numbers and codes readable")


@OFTEN
@given(LOOSE, st.sampled_from(["US", "ES", "GB", "MX"]))
def test_any_text_is_a_number_or_is_refused_by_name(text: str, region: str) -> None:
    try:
        number = parse(text, region=region)
    except NumberError:
        return
    read = phonenumbers.parse(number.e164)
    assert re.fullmatch(r"\+[1-9]\d{6,14}", number.e164)
    assert phonenumbers.is_valid_number(read)


@OFTEN
@given(PAYLOADS)
def test_any_payload_is_read_or_is_no_payload(payload: str) -> None:
    try:
        entities = read_entities(payload)
    except ValueError:
        return
    assert all(isinstance(value, str | int | float) for value in entities.values())


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder: Path = tmp_path_factory.mktemp("payloads")
    given_settings = Settings(state_dir=folder, messages_per_minute=1_000_000)
    services = build_services(given_settings, clock=ManualClock())
    Base.metadata.create_all(services.database)
    yield services
    services.database.dispose()


def test_only_what_was_offered_can_be_chosen(services: Services, goal: Goal) -> None:
    conversations = services.conversations
    chat = conversations.start("web", language="en")
    offered = Line("?", kind="options", options=(Option("Yes", "/affirm"),))
    conversations.add(chat, offered, author="agent")

    @FEW
    @given(PAYLOADS.filter(lambda payload: payload != "/affirm"))
    def choose(payload: str) -> None:
        with pytest.raises(OptionNotOffered):
            conversations.hear(chat, payload=payload)

    choose()
    assert [line.author for line in conversations.read(chat).messages] == ["agent"]
    goal("S16", "0 of 300 payloads that nobody offered were taken")


@FEW
@given(st.text(max_size=1200))
def test_any_text_is_heard_or_refused_by_name(services: Services, text: str) -> None:
    chat = services.conversations.start("web", language="en")
    try:
        services.conversations.hear(chat, text=text)
    except ConversationError:
        return
    assert len(services.conversations.read(chat).messages) == 1
