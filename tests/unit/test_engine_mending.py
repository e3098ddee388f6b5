"""Changing modules when they are imported."""

import importlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.engine.mending import MendingFinder

NOISY = "import warnings\nwarnings.warn('old', DeprecationWarning)\nvalue = 1\n"


@pytest.fixture(autouse=True)
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, with the package `noisy`; forgotten afterwards."""
    (tmp_path / "noisy").mkdir()
    (tmp_path / "noisy" / "__init__.py").touch()
    (tmp_path / "noisy" / "part.py").write_text(NOISY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("noisy")]:
        del sys.modules[name]


def double(module: ModuleType) -> None:
    module.value *= 2


def test_a_module_is_changed_right_after_its_import() -> None:
    sys.meta_path.insert(0, MendingFinder({"noisy.part": [double, double]}, ("noisy",)))
    assert importlib.import_module("noisy.part").value == 4


def test_a_quiet_package_warns_of_nothing() -> None:
    sys.meta_path.insert(0, MendingFinder({}, ("noisy.",)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert importlib.import_module("noisy.part").value == 1


def test_another_package_is_left_alone() -> None:
    sys.meta_path.insert(0, MendingFinder({"other": [double]}, ("other.",)))
    with pytest.warns(DeprecationWarning, match="old"):
        assert importlib.import_module("noisy.part").value == 1


def test_a_changed_module_still_finds_its_files() -> None:
    sys.meta_path.insert(0, MendingFinder({"noisy": [lambda module: None]}, ()))
    assert Path(importlib.import_module("noisy").__file__).is_file()
    assert importlib.resources.files("noisy").joinpath("part.py").is_file()
