"""scikit-learn when it is used, not when Rasa is imported.

Three modules of Rasa import it for components that this assistant does not have; it
brings scipy.stats with it, 80 MB and most of a second of CPU time.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

# By the module of Rasa that imports them: names, by the module that has them.
DEFERRED: Mapping[str, Mapping[str, Sequence[str]]] = {
    "rasa.utils.tensorflow.model_data": {
        "sklearn.model_selection": ["train_test_split"]
    },
    "rasa.nlu.classifiers.logistic_regression_classifier": {
        "sklearn.linear_model": ["LogisticRegression"]
    },
    "rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer": {
        "sklearn.feature_extraction.text": ["CountVectorizer"]
    },
}


class Deferred:
    """A function or class that is imported when it is called."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def __call__(self, *args: Any, **options: Any) -> Any:
        return getattr(import_module(self._module), self._name)(*args, **options)


@contextmanager
def deferring(names: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Meanwhile, let imports of `names` find stand-ins that import them later."""
    absent = [module for module in names if module not in sys.modules]
    for module in absent:
        stand_in = ModuleType(module)
        for name in names[module]:
            setattr(stand_in, name, Deferred(module, name))
        sys.modules[module] = stand_in
    try:
        yield
    finally:
        for module in absent:
            del sys.modules[module]
