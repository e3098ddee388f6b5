"""Words and letter groups weigh what scikit-learn says they weigh."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.engine.nlu.fitting import weigh_all
from bot.engine.nlu.grams import TOKEN, learn_grams
from bot.engine.nlu.text import fold

TEXTS = [
    "change my phone number",
    "where is my number",
    "where is the code the code",
    "¿dónde está mi código?",
    "it's [code]",
]


def test_weights_are_those_of_scikit_learn() -> None:
    words = TfidfVectorizer(
        token_pattern=TOKEN.pattern, ngram_range=(1, 2), sublinear_tf=True
    )
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2
    )
    folded = [fold(text) for text in TEXTS]
    theirs = np.hstack(
        [each.fit_transform(folded).toarray() for each in (words, letters)]
    )
    ours = weigh_all(learn_grams(TEXTS), TEXTS).toarray()
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(np.sort(ours), np.sort(theirs), atol=1e-6)


def test_a_text_without_known_features_has_none() -> None:
    assert len(learn_grams(TEXTS).weigh("zzz qqq").numbers) == 0


def test_accents_make_no_difference() -> None:
    grams = learn_grams(TEXTS)
    plain, accented = grams.weigh("codigo"), grams.weigh("código")
    assert len(plain.numbers) > 0
    assert np.array_equal(plain.numbers, accented.numbers)
