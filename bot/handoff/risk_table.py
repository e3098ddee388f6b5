"""The table of `recovery.yml`: what makes a case risky, and what that asks for."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.documents import parse
from bot.handoff.errors import RecoveryUnreadable
from bot.handoff.models import Case, CaseRisk, CaseSignal

RECOVERY_FILE = Path(__file__).with_name("recovery.yml")


class Part(BaseModel):
    """A part of the table; what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Signal(Part):
    """What one finding counts, at most how often, and how old it may be."""

    points: int = Field(ge=0)
    most: int = Field(1, ge=1)
    days: int = Field(0, ge=0)

    @property
    def reach(self) -> timedelta:
        """How far back it is looked for."""
        return timedelta(days=self.days)


class Level(Part):
    """From how many points it holds, and what a case of it asks for."""

    start: int = Field(alias="from", ge=0)
    wait: int = Field(ge=1)
    evidence: int = Field(ge=1)
    people: int = Field(ge=1, le=2)


class RiskTable(Part):
    """All of it; every signal and every level has to be there."""

    signals: Mapping[CaseSignal, Signal]
    levels: Mapping[CaseRisk, Level]
    evidence: tuple[str, ...] = Field(min_length=1)
    former_contacts: int = Field(ge=0, le=30)

    def risk(self, found: Iterable[CaseSignal]) -> CaseRisk:
        """The last level that what was found reaches."""
        points = sum(self.signals[each].points for each in found)
        reached = [name for name, level in self.levels.items() if level.start <= points]
        return max(reached, key=lambda name: self.levels[name].start)

    def add(self, case: Case, found: Iterable[CaseSignal]) -> None:
        """Add to what was found of a case; it can only become riskier."""
        case.signals = [*case.signals, *found]
        risks: tuple[CaseRisk, CaseRisk] = (case.risk, self.risk(case.signals))
        riskier = max(risks, key=lambda name: self.levels[name].start)
        case.risk = riskier

    @property
    def reach_of_contacts(self) -> timedelta:
        """For how long a contact that left is still told."""
        return timedelta(days=self.former_contacts)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing: a signal, a level, or where levels start."""
        return (
            set(self.signals) == set(get_args(CaseSignal))
            and set(self.levels) == set(get_args(CaseRisk))
            and any(level.start == 0 for level in self.levels.values())
            and all(
                len(self.evidence) >= each.evidence for each in self.levels.values()
            )
        )


def load_risk_table(path: Path | None = None) -> RiskTable:
    """Read `recovery.yml`, or a file that is written like it.

    Raises:
        RecoveryUnreadable: a part is missing or wrong; it is named.
    """
    try:
        told = parse(Path(path or RECOVERY_FILE).read_text("utf-8"))
        table = RiskTable.model_validate(told)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise RecoveryUnreadable("file") from None
    except ValidationError as error:
        part = error.errors()[0]["loc"][:2]
        raise RecoveryUnreadable(".".join(map(str, part)) or "file") from None
    if not table.is_whole:
        raise RecoveryUnreadable("levels")
    return table
