"""Names and behaviour that Rasa 3.6.21 expects of packages that have since moved on.

Each function changes the module that it is given.
"""

import warnings
from collections.abc import Callable
from typing import Any

from bot.engine.mending import Changes


def restore_legacy_version(version: Any) -> None:
    """Give back `packaging.version.LegacyVersion`, which packaging 22 removed.

    `rasa/shared/utils/validation.py` imports it and asks `isinstance` once.
    """
    if not hasattr(version, "LegacyVersion"):
        version.LegacyVersion = type("LegacyVersion", (version.Version,), {})


def restore_numpy_warning(numpy: Any) -> None:
    """Give back `numpy.VisibleDeprecationWarning`, which numpy 2 moved.

    `rasa/utils/common.py` names it in a list of warnings to silence.
    """
    if not hasattr(numpy, "VisibleDeprecationWarning"):
        numpy.VisibleDeprecationWarning = numpy.exceptions.VisibleDeprecationWarning


def restore_sanic_stream(response: Any) -> None:
    """Give back `sanic.response.stream`, which sanic 22.6 removed.

    `rasa shell` reads its replies from such a stream (`rasa/core/channels/rest.py`).
    """

    def stream(
        streaming_fn: Callable[[Any], Any],
        status: int = 200,
        headers: dict[str, str] | None = None,
        content_type: str = "text/plain; charset=utf-8",
    ) -> Any:
        return response.ResponseStream(streaming_fn, status, headers, content_type)

    if not hasattr(response, "stream"):
        response.stream = stream


def keep_single_process(app: Any) -> None:
    """Serve from the process that was started, be it the engine or the action server.

    Since sanic 22.9 workers are processes of their own, started anew: Rasa's app, made
    of closures, cannot be sent to them, and what was mended here is not mended there.
    """
    start = app.Sanic.run

    def run(self: Any, *args: Any, workers: int = 1, **options: Any) -> None:
        start(self, *args, **options, single_process=True)

    def serve(kind: Any, /, primary: Any = None, **_options: Any) -> None:
        kind.serve_single(primary)

    app.Sanic.run = run
    app.Sanic.serve = classmethod(serve)


def import_pkg_resources(_validation: Any) -> None:
    """Import `pkg_resources` once, unseen: each import warns that it is deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pkg_resources  # noqa: F401


SHIMS: Changes = {
    "packaging.version": [restore_legacy_version],
    "numpy": [restore_numpy_warning],
    "sanic.response": [restore_sanic_stream],
    "sanic.app": [keep_single_process],
    "rasa.shared.utils.validation": [import_pkg_resources],
}
