"""Everything that can be done in a chat can be done by text, in both languages."""

import pytest

from actions.tasks import TASKS
from bot.training import MODEL
from bot.understanding import load_parser, understand_lines
from tests.conversations.coverage import REGION
from tests.conversations.transcripts import load


@pytest.fixture(scope="module")
def begun() -> set[tuple[str, str]]:
    """The intent and language of the first text of each transcript."""
    transcripts = list(load("sms").values())
    firsts = [transcript.steps[0].user or "" for transcript in transcripts]
    understood = understand_lines(firsts, parser=load_parser(MODEL), region=REGION)
    return {
        (str(line["intent"]), transcript.language)
        for line, transcript in zip(understood, transcripts, strict=True)
    }


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("intent", TASKS)
def test_a_task_is_begun_by_text(
    begun: set[tuple[str, str]], intent: str, language: str
) -> None:
    assert (intent, language) in begun
