"""The same dialogue ends the same, however often it is played."""

import shutil
from pathlib import Path
from typing import Any

from tests.conversations.house import House
from tests.conversations.stage import Scene, Stage
from tests.conversations.visitor import Visitor

TIMES = 20
LINH, NUMBER, NEW_NUMBER = "linh@example.com", "+13125550188", "+12025550166"
SHOWN = ("author", "kind", "text", "options", "data")


def test_long_dialogue_ends_the_same_twenty_times(
    house: House, seeded: Path, tmp_path: Path
) -> None:
    ends = []
    for turn in range(TIMES):
        database = tmp_path / f"{turn}.db"
        shutil.copy(seeded, database)
        with Stage(house, database, Scene()) as stage:
            ends.append(end_of(stage))
    assert ends[0]["account"]["codes_to"] == "0166"
    assert [end == ends[0] for end in ends] == [True] * TIMES


def end_of(stage: Stage) -> dict[str, Any]:
    """Play the dialogue; gives all that was said and what has become of the account."""
    visitor = stage.visitor(language="en")
    play(stage, visitor)
    return {
        "said": [{name: line[name] for name in SHOWN} for line in visitor.read()],
        "account": stage.accounts.look(LINH),
        "delivered": [stage.accounts.delivered(to) for to in (NUMBER, NEW_NUMBER)],
    }


def play(stage: Stage, visitor: Visitor) -> None:
    """Two wishes, questions in between, both languages, a wrong code and a card."""
    visitor.say("the code never came and I need to change my number")
    visitor.say("what is two-factor authentication?")
    visitor.say(LINH)
    visitor.say(stage.wrong_code())
    visitor.say("my card is 4111 1111 1111 1111")
    stage.clock.move(60)
    visitor.press("Send a new code")
    visitor.say("en español por favor")
    visitor.say(stage.codes(NUMBER)[-1])
    visitor.say("sí")
    visitor.say("in english please")
    visitor.say("does a landline work?")
    visitor.say("202-555-0166")
    visitor.say(stage.codes(NEW_NUMBER)[-1])
    visitor.say("page two is grey")
    visitor.say("thank you, goodbye")
