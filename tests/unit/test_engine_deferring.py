"""scikit-learn is not imported with Rasa, and is there when it is used."""

import sys

import pytest

from bot.engine.deferring import DEFERRED, deferring
from tests.engine_bot import python

IMPORTS = "import sys, rasa.core.run, rasa.engine.recipes.default_components\n"
LOADED = "print('sklearn' in sys.modules)"


def test_importing_rasa_does_not_import_it() -> None:
    script = "from bot.engine.runtime import prepare; prepare()\n"
    assert python.run(script + IMPORTS + LOADED) == "False"


@pytest.mark.parametrize("module", DEFERRED)
def test_without_it_each_of_these_modules_would_import_it(module: str) -> None:
    script = (
        "import bot.engine.mending as mending\nmending.DEFERRED = {}\n"
        f"import sys, {module}\n"
    )
    assert python.run_unmended(script + LOADED) == "True"


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A standard module that has not been imported yet."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)


@pytest.mark.usefixtures("absent")
def test_what_was_put_off_is_imported_when_it_is_called() -> None:
    with deferring({"colorsys": ["rgb_to_hsv"]}):
        from colorsys import rgb_to_hsv
    assert "colorsys" not in sys.modules
    assert rgb_to_hsv(0, 0, 1) == (2 / 3, 1, 1)
    assert "colorsys" in sys.modules


@pytest.mark.usefixtures("absent")
def test_a_module_that_is_there_already_is_used() -> None:
    import colorsys

    with deferring({"colorsys": ["rgb_to_hsv"]}):
        assert sys.modules["colorsys"] is colorsys
    assert sys.modules["colorsys"] is colorsys
