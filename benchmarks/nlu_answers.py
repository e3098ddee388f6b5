"""How sentences were understood, and whether that was right."""

import json
from dataclasses import dataclass
from typing import Any

from benchmarks.nlu_sets import Sentence

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
TURNED_AWAY = (OUT_OF_SCOPE, FALLBACK)


@dataclass(frozen=True)
class Prediction:
    """How a sentence was understood; `first` is the best intent before the fallback."""

    intent: str
    confidence: float
    first: str

    @classmethod
    def from_json(cls, line: str) -> "Prediction":
        """Read a line that `python -m bot understand` printed."""
        said: dict[str, Any] = json.loads(line)
        names = [rank["name"] for rank in said["ranking"] if rank["name"] != FALLBACK]
        first = names[0] if names else said["intent"]
        return cls(said["intent"], float(said["confidence"]), first)


@dataclass(frozen=True)
class Answer:
    """A sentence with its prediction, settled to one right intent and one outcome."""

    sentence: Sentence
    prediction: Prediction

    @property
    def outcome(self) -> str:
        """What was understood; asking back is being turned away where that is right."""
        if OUT_OF_SCOPE in self.sentence.right and self.turned_away:
            return OUT_OF_SCOPE
        return self.prediction.intent

    @property
    def truth(self) -> str:
        """The right intent that was met, else the first of them."""
        right = self.sentence.right
        return self.outcome if self.outcome in right else right[0]

    @property
    def is_right(self) -> bool:
        """Whether the outcome is one of what is right."""
        return self.outcome in self.sentence.right

    @property
    def turned_away(self) -> bool:
        """Whether the person was refused or asked back."""
        return self.prediction.intent in TURNED_AWAY
