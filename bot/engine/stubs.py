"""Stand-ins for packages that Rasa imports, that are not installed and never used.

Rasa 3.6.21 imports TensorFlow and the SDKs of all its channels, brokers and stores
whether a project uses them or not (`rasa/core/channels/__init__.py`,
`rasa/core/tracker_store.py`, `rasa/engine/recipes/default_components.py`).
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

UNUSED = (
    "aio_pika",
    "aiogram",
    "aiormq",
    "boto3",
    "botocore",
    "fbmessenger",
    "google.auth",
    "google.oauth2",
    "keras",
    "pymongo",
    "slack_sdk",
    "tensorflow",
    "tensorflow_hub",
    "tensorflow_text",
    "webexteamssdk",
)
# Installed for development, where `rasa test` draws and pip-audit fetches with them.
UNUSED_IN_PRODUCTION = ("cachecontrol", "matplotlib")
ERROR_ENDINGS = ("Error", "Exception", "Failure")


class Absent(type):
    """The class of every stand-in: any attribute of it is another stand-in."""

    def __getattr__(cls, name: str) -> Any:
        # A class that Rasa derives from a stand-in has only what it defines.
        if name.startswith("__") or "absent" not in vars(cls):
            raise AttributeError(name)
        child = stand_in(name)
        setattr(cls, name, child)
        return child

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # `@tf.function` has to give back the function that it decorates.
        if "absent" in vars(cls) and len(args) == 1 and callable(args[0]):
            return args[0]
        return super().__call__(*args, **kwargs)


class Hollow(metaclass=Absent):
    """What calling a stand-in gives; as a decorator it changes nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __bool__(self) -> bool:
        # What asks `tensorflow.is_tensor(x)` once the name is there gets a no.
        return False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return args[0] if len(args) == 1 and callable(args[0]) else self


def stand_in(name: str) -> type:
    """A class called `name`; an exception, where `except` clauses may name it."""
    if name.endswith(ERROR_ENDINGS):
        return type(name, (Exception,), {})
    return Absent(name, (Hollow,), {"absent": True})


class AbsentModule(types.ModuleType):
    """A module in which every name is found."""

    __version__ = "0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        child = stand_in(name)
        setattr(self, name, child)
        return child


class StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of unused packages when nothing else did."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        roots = UNUSED + UNUSED_IN_PRODUCTION
        if any(name == root or name.startswith(f"{root}.") for root in roots):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> AbsentModule:
        return AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__path__ = []


def stand_in_for_absent_packages() -> None:
    """Let `import tensorflow` and its like succeed.

    The finder is asked last: a package that is installed is never replaced.
    """
    if not any(isinstance(finder, StandInFinder) for finder in sys.meta_path):
        sys.meta_path.append(StandInFinder())
