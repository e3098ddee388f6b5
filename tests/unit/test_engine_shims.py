"""The shims: what packages dropped is there again, and is still gone without them."""

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from bot.engine.shims import keep_single_process
from tests.engine_bot import python

DROPPED = [
    ("packaging.version", "LegacyVersion"),
    ("numpy", "VisibleDeprecationWarning"),
    ("sanic.response", "stream"),
]


@pytest.mark.parametrize(("module", "name"), DROPPED)
def test_a_dropped_name_is_there(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize(("module", "name"), DROPPED)
def test_a_dropped_name_is_not_there_without_the_shim(module: str, name: str) -> None:
    script = f"import {module} as module; print(hasattr(module, {name!r}))"
    assert python.run(script) == "False"


def test_importing_pkg_resources_is_silent() -> None:
    script = (
        "from bot.engine.runtime import prepare; prepare()\n"
        "import rasa.shared.utils.validation, warnings\n"
        "warnings.simplefilter('error')\n"
        "import pkg_resources"
    )
    python.run(script)


def test_importing_pkg_resources_warns_without_the_shim() -> None:
    with pytest.raises(RuntimeError, match="pkg_resources is deprecated"):
        python.run(
            "import warnings; warnings.simplefilter('error')\nimport pkg_resources"
        )


class Server:
    """Looks like `sanic.Sanic`; says how it was started."""

    def run(self, **options: Any) -> None:
        self.started = options

    @classmethod
    def serve(cls, primary: Any = None, **options: Any) -> None:
        raise AssertionError("worker processes were started")

    @classmethod
    def serve_single(cls, primary: Any) -> None:
        primary.started = "alone"


def test_a_server_runs_in_the_process_that_was_started() -> None:
    kind = type("Sanic", (Server,), {})
    keep_single_process(SimpleNamespace(Sanic=kind))
    server = kind()
    server.run(port=1, workers=4)
    assert server.started == {"port": 1, "single_process": True}
    kind.serve(primary=server, app_loader=None)
    assert server.started == "alone"


def test_sanic_itself_would_start_worker_processes() -> None:
    script = (
        "import inspect, sanic\n"
        "print(inspect.signature(sanic.Sanic.run).parameters['single_process'].default)"
    )
    assert python.run(script) == "False"


def test_the_engine_uses_the_changed_server() -> None:
    from sanic import Sanic

    assert Sanic.run.__module__ == "bot.engine.shims"
    assert Sanic.serve.__func__.__module__ == "bot.engine.shims"
