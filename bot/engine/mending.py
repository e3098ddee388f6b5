"""Changes modules right after they are imported, and only then."""

import importlib.machinery
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

from bot.engine.deferring import DEFERRED, deferring

Change = Callable[[Any], None]
Changes = Mapping[str, Sequence[Change]]


class MendingLoader(importlib.machinery.SourceFileLoader):
    """Runs a module without its warnings, then makes the changes to it."""

    changes: Sequence[Change] = ()

    def exec_module(self, module: ModuleType) -> None:
        later = DEFERRED.get(self.name, {})
        with warnings.catch_warnings(), deferring(later):
            # What Rasa's modules of 2023 use and is deprecated now is no news.
            warnings.simplefilter("ignore")
            super().exec_module(module)
        for change in self.changes:
            change(module)


class MendingFinder(MetaPathFinder):
    """Finds the modules to change and those of `quiet` packages; asked first."""

    def __init__(self, changes: Changes, quiet: tuple[str, ...]) -> None:
        self.changes = changes
        self.quiet = quiet

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        changes = self.changes.get(name, ())
        if not changes and not name.startswith(self.quiet):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            loader = MendingLoader(spec.loader.name, spec.loader.path)
            loader.changes = changes
            spec.loader = loader
        return spec


def mend(changes: Changes, *, quiet: tuple[str, ...]) -> None:
    """Make `changes` to modules: to those imported already now, to others later.

    Warnings of modules whose names start with one of `quiet` are not shown.
    """
    if any(isinstance(finder, MendingFinder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, MendingFinder(changes, quiet))
    for name, wanted in changes.items():
        if name in sys.modules:
            for change in wanted:
                change(sys.modules[name])
