"""Makes Rasa 3.6.21 fit for use, before it is imported; the `rasa` command.

Everything that is done to Rasa is called from here: stand-ins for packages that are
not installed (`stubs`), names that newer packages dropped (`shims`), changes to Rasa
itself (`patches`) and the limits of its log (`logs`).
"""

import gc
import os
import sys
import warnings
from collections.abc import MutableMapping

from bot.engine.logs import LOG_PATCHES, withhold_exception_texts
from bot.engine.mending import mend
from bot.engine.patches import PATCHES
from bot.engine.shims import SHIMS
from bot.engine.stubs import stand_in_for_absent_packages
from bot.engine.token import engine_token
from bot.settings import SettingsError, load_settings

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
# Bytes of one request: 200 texts to parse, or a message with room to spare.
LARGEST_REQUEST = 512 * 1024
SELDOM = (50_000, 20, 50)


def prepare() -> None:
    """Make `import rasa` work and mend what it imports; repeating changes nothing."""
    stand_in_for_absent_packages()
    mend({**SHIMS, **PATCHES, **LOG_PATCHES}, quiet=("rasa.", "rasa_sdk."))


def fill_environment(environment: MutableMapping[str, str]) -> None:
    """Set what endpoints.yml and credentials.yml expand, as far as it is not set.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    settings = load_settings()
    if "BOT_ENGINE_TOKEN" not in environment:
        environment["BOT_ENGINE_TOKEN"] = engine_token(settings)
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    address = f"[{host}]" if ":" in host else host
    state = settings.state_dir.resolve() / "engine.db"
    environment.setdefault(
        "BOT_ACTIONS_URL", f"http://{address}:{settings.port}/engine/actions"
    )
    environment.setdefault("BOT_ENGINE_STATE", f"sqlite:///{state}")


def limit_server(environment: MutableMapping[str, str]) -> None:
    """Set sanic's limits, for the engine and for `rasa run actions`.

    Its own are 100 MB a request, which keep the one event loop busy for minutes, and
    every interface for an action server without any authentication.
    """
    environment.setdefault("SANIC_REQUEST_MAX_SIZE", str(LARGEST_REQUEST))
    environment.setdefault("SANIC_HOST", "127.0.0.1")
    environment["RASA_TELEMETRY_ENABLED"] = "false"


def collect_seldom() -> None:
    """Look for cyclic garbage much less often.

    Importing Rasa and loading a model makes much that stays; going through it again
    and again is a fifth of the time to start.
    """
    gc.set_threshold(*SELDOM)


def main() -> None:
    """Run the `rasa` command; what follows it is Rasa's own command line."""
    try:
        fill_environment(os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    limit_server(os.environ)
    collect_seldom()
    prepare()
    withhold_exception_texts()
    # Sanic says at each start that Rasa's listeners will not do for sanic 26.6.
    warnings.filterwarnings("ignore", r"\[DEPRECATION v26\.6\]", DeprecationWarning)
    import rasa.__main__

    rasa.__main__.main()


if __name__ == "__main__":
    main()
