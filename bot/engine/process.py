"""The engine as a child process: started, watched, and started again."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.settings import Settings

LOOPBACK = "127.0.0.1"
# The engine gets no credentials: of the app's environment it sees only these.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "BOT_ENGINE_STATE")
PARENT_DEATH = 1  # PR_SET_PDEATHSIG, prctl(2)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Watch:
    """How the process is watched; all in seconds.

    `boot`: how long it may take to become ready; `hang`: how long it may then be
    unready before it is replaced; `grace`: from the request to stop to the end.
    """

    waits: tuple[float, ...] = (1, 2, 4, 8, 15, 30)
    boot: float = 120
    hang: float = 45
    look: float = 2
    steady: float = 60
    grace: float = 10


class EngineProcess:
    """Keeps one engine running until it is stopped."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        is_ready: Callable[[], Awaitable[bool]],
        watch: Watch | None = None,
    ) -> None:
        self._command = command
        self._environment = dict(environment)
        self._is_ready = is_ready
        self._watch = watch or Watch()
        self._keeper: asyncio.Task[None] | None = None
        self._process: Process | None = None
        self.starts = 0

    async def start(self) -> None:
        """Start the engine, and from now on start it again whenever it ends."""
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End the engine for good."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._end()

    @property
    def pid(self) -> int | None:
        """The process id while the engine runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def _keep(self) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            await self._run_once()
            lasted = asyncio.get_running_loop().time() - began
            failures = 0 if lasted >= self._watch.steady else failures + 1
            waits = self._watch.waits
            await asyncio.sleep(waits[min(max(failures, 1), len(waits)) - 1])

    async def _run_once(self) -> None:
        self.starts += 1
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        logger.info("engine_started", pid=self._process.pid)
        ended = asyncio.create_task(self._process.wait())
        hung = asyncio.create_task(self._until_hung())
        try:
            await asyncio.wait((ended, hung), return_when=asyncio.FIRST_COMPLETED)
        finally:
            hung.cancel()
            await self._end()
            await asyncio.gather(ended, hung, return_exceptions=True)
        logger.error("engine_ended", code=self._process.returncode)

    async def _until_hung(self) -> None:
        loop = asyncio.get_running_loop()
        deadline, known = loop.time() + self._watch.boot, False
        while loop.time() < deadline:
            if await self._is_ready():
                deadline = loop.time() + self._watch.hang
                if not known:
                    logger.info("engine_ready")
                known = True
            await asyncio.sleep(self._watch.look)
        logger.error("engine_hung", was_ready=known)

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self._watch.grace)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _end_with_parent() -> None:
    # An app that is killed must not leave an engine behind that holds the port.
    ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGTERM)


def engine_command(settings: Settings, model: Path) -> list[str]:
    """The command that serves `model` on loopback."""
    options = {
        "--model": str(model),
        "--interface": LOOPBACK,
        "--port": str(settings.engine_port),
        "--endpoints": "endpoints.yml",
        "--credentials": "credentials.yml",
    }
    pairs = [part for option in options.items() for part in option]
    return [sys.executable, "-m", "bot.engine.runtime", "run", *pairs]


def engine_state(settings: Settings, inherited: Mapping[str, str] = os.environ) -> str:
    """The address of the engine's database; of an empty one where nobody tells it."""
    kept_here = f"sqlite:///{settings.state_dir.resolve() / 'engine.db'}"
    out_of_reach = "sqlite://"
    default = out_of_reach if settings.engine_url else kept_here
    return inherited.get("BOT_ENGINE_STATE", default)


def engine_environment(
    settings: Settings, token: str, inherited: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """What the engine is told: where the actions are, its token, and its state."""
    return {
        **{name: inherited[name] for name in INHERITED if name in inherited},
        "BOT_ENGINE_STATE": engine_state(settings, inherited),
        "BOT_ENGINE_TOKEN": token,
        "BOT_ACTIONS_URL": f"http://{_reachable(settings)}/engine/actions",
        "BOT_STATE_DIR": str(settings.state_dir),
        "BOT_LANGUAGE": settings.language,
        "PYTHONUNBUFFERED": "1",
        "RASA_TELEMETRY_ENABLED": "false",
    }


def _reachable(settings: Settings) -> str:
    """The address under which this machine reaches the app."""
    host = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"
