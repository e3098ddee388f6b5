"""`python -m bot review`."""

from pathlib import Path

import pytest

from bot.cli import main
from bot.documents import parse


def test_labels_are_written_for_a_person_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path))

    assert main(["review", "export", "--language", "es", "--since", "7"]) == 0

    written = capsys.readouterr().out
    assert written.startswith("# 0 frases")
    assert parse(written)["nlu"] == []
