"""A learnt model as two files, numbers and names; nothing in them can run."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bot.engine.nlu.certainty import Certainty
from bot.engine.nlu.grams import Grams
from bot.engine.nlu.intents import IntentModel
from bot.engine.nlu.scoring import Scorer

NUMBERS, NAMES = "intents.npz", "intents.json"


def save(model: IntentModel, folder: Path) -> None:
    """Write the model into `folder`."""
    scorer = model.scorer
    np.savez(
        folder / NUMBERS,
        centre=scorer.centre,
        known=model.known,
        meaning_weights=scorer.meaning_weights,
        rarity=scorer.grams.rarity,
        word_weights=scorer.word_weights,
    )
    names = {
        "certainty": asdict(model.certainty),
        "intents": model.names,
        "letters": scorer.grams.letters,
        "scale": scorer.scale,
        "words": scorer.grams.words,
    }
    text = json.dumps(names, ensure_ascii=False)
    (folder / NAMES).write_text(text, encoding="utf-8")


def load(folder: Path) -> IntentModel:
    """Read what `save` wrote.

    Raises:
        FileNotFoundError: there is no model in `folder`.
    """
    names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
    with np.load(folder / NUMBERS, allow_pickle=False) as numbers:
        scorer = Scorer(
            grams=Grams(names["words"], names["letters"], numbers["rarity"]),
            centre=numbers["centre"],
            scale=names["scale"],
            meaning_weights=numbers["meaning_weights"],
            word_weights=numbers["word_weights"],
        )
        return IntentModel(
            names=tuple(names["intents"]),
            scorer=scorer,
            certainty=Certainty(**names["certainty"]),
            known=numbers["known"],
        )
