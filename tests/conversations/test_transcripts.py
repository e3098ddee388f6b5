"""Every transcript is played through the real engine, actions, database and HTTP."""

import pytest

from tests.conversations.fixtures import OpenStage
from tests.conversations.playing import Play
from tests.conversations.stage import Scene
from tests.conversations.transcripts import BEHAVIOURS, Transcript, load

TRANSCRIPTS = [
    pytest.param(transcript, id=f"{behaviour}: {name}")
    for behaviour in BEHAVIOURS
    for name, transcript in load(behaviour).items()
]


@pytest.mark.parametrize("transcript", TRANSCRIPTS)
def test_transcript(open_stage: OpenStage, transcript: Transcript) -> None:
    scene = Scene(
        transcript.lines,
        tuple(transcript.fails),
        transcript.undelivered,
        transcript.unreported,
        transcript.addresses,
        transcript.settings,
    )
    stage = open_stage(scene)
    Play(stage, transcript).run()
