"""What was shown but once is typed again, and noticed where it should not be."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conversations.keeping import Kept

NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
# RFC 6238, Appendix B, in base 32.
RFC_SECRET = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
CODE = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01"


def line(**secret: Any) -> dict[str, Any]:
    return {"text": "", "data": {"showing": "1", "secret": {"kind": "any", **secret}}}


@pytest.fixture
def kept() -> Kept:
    kept = Kept()
    kept.look([line(secret=RFC_SECRET), line(codes=[CODE]), {"data": {"gone": True}}])
    return kept


def test_newest_app_shows_its_code(kept: Kept) -> None:
    assert kept.app_code(-1, datetime.fromtimestamp(59, UTC)) == "287082"
    assert kept.app_code(0, NOON) != kept.app_code(-1, NOON)


def test_code_is_typed_as_it_stands_on_the_sheet(kept: Kept) -> None:
    assert kept.saved_code(-1) == CODE


@pytest.mark.parametrize("spelling", [RFC_SECRET, CODE, CODE.replace("-", "")])
def test_secret_in_a_file_is_noticed(kept: Kept, tmp_path: Path, spelling: str) -> None:
    (tmp_path / "a.db").write_text(f"... {spelling} ...")
    assert kept.traces([tmp_path / "a.db"]) == ["a.db holds a secret"]


def test_file_without_secrets_is_not_named(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("nothing to see here")
    assert kept.traces([tmp_path / "a.db"]) == []
