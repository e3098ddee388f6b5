"""Stand-ins: for what is not installed and what Rasa imports, and nothing else."""

import importlib
import importlib.util
from pathlib import Path

import matplotlib
import pytest
import rasa

from bot.engine.stubs import UNUSED, AbsentModule, StandInFinder, stand_in
from tests.engine_bot import python

SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(rasa.__file__).parent.rglob("*.py")
)


def test_without_them_rasa_cannot_be_imported() -> None:
    script = "from bot.engine.mending import mend; from bot.engine.shims import SHIMS\n"
    script += "mend(SHIMS, quiet=()); import rasa.core.channels"
    with pytest.raises(RuntimeError, match="ModuleNotFoundError"):
        python.run(script)


@pytest.mark.parametrize("name", UNUSED)
def test_none_stands_in_for_a_package_that_is_installed(name: str) -> None:
    found = python.run(
        "from importlib.util import find_spec\n"
        "try: print(find_spec({name!r}) is not None)\n"
        "except ModuleNotFoundError: print(False)".replace("{name!r}", repr(name))
    )
    assert found == "False"


@pytest.mark.parametrize("name", UNUSED)
def test_each_is_imported_by_rasa(name: str) -> None:
    imports = (f"import {name}", f"from {name}", f"import {name}.")
    assert any(line in SOURCES for line in imports)


@pytest.mark.parametrize(
    "module",
    [
        "rasa.__main__",
        "rasa.core.brokers.pika",
        "rasa.core.channels",
        "rasa.core.tracker_store",
        "rasa.engine.recipes.default_components",
    ],
)
def test_with_them_rasa_can_be_imported(module: str) -> None:
    importlib.import_module(module)


def test_an_installed_package_stays_itself() -> None:
    assert not isinstance(matplotlib, AbsentModule)
    assert importlib.util.find_spec("matplotlib").origin.endswith("__init__.py")


def test_a_package_that_nobody_lists_is_still_missing() -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("tensorflower")


def test_as_a_decorator_it_changes_nothing() -> None:
    def function() -> None: ...

    assert stand_in("function")(function) is function
    assert stand_in("function")(retrace=True)(function) is function


def test_whatever_is_asked_of_it_the_answer_is_no() -> None:
    assert not AbsentModule("tensorflow").is_tensor([1.0])


def test_what_only_production_lacks_has_a_stand_in() -> None:
    assert StandInFinder().find_spec("matplotlib.ticker", None) is not None


def test_a_class_made_from_it_has_only_what_it_defines() -> None:
    class Model(stand_in("Model")):
        layers = 3

    assert Model().layers == 3
    assert not hasattr(Model, "weights")


def test_what_is_named_an_error_can_be_caught() -> None:
    kind = AbsentModule("botocore.exceptions").BotoCoreError
    with pytest.raises(kind):
        raise kind("lost")
