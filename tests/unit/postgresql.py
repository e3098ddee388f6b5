"""A throw-away PostgreSQL server for tests, from the machine's own programs."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from types import TracebackType

import psycopg

STARTED_WITHIN = 30
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
}


def find_programs() -> Path | None:
    """The folder of `initdb` and `postgres`: on PATH, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


class Server:
    """Runs from `with` to its end; never reachable over the network."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._names = (f"test_{number}" for number in count(1))

    def __enter__(self) -> "Server":
        # A socket's path may have 107 characters at most: no tmp_path here.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._prefix = _unprivileged(self._folder)
        self._run("initdb", "-A", "trust", "-U", "tests", "-N", "-D", self._data)
        self._log = (self._folder / "log").open("wb")
        try:
            self.start()
        except psycopg.OperationalError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.crash()
        self._log.close()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start the server, also after a crash, and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in OPTIONS.items()]
        program = str(self._programs / "postgres")
        places = ["-D", str(self._data), "-k", str(self._folder)]
        self._process = subprocess.Popen(
            [*self._prefix, program, *places, *options],
            stdout=self._log,
            stderr=self._log,
            cwd=self._folder,
        )
        self._wait_until_ready()

    def crash(self) -> None:
        """End the server at once; every connection breaks."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(STARTED_WITHIN)

    def new_database(self, *, lasting: bool = False) -> str:
        """Make an empty database and give its SQLAlchemy URL.

        What is committed there survives a crash of the server only if it is `lasting`.
        """
        name = next(self._names)
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
            if lasting:
                kept = f"ALTER DATABASE {name} SET synchronous_commit = on"
                connection.execute(kept.encode())
        return f"postgresql+psycopg://tests@/{name}?host={self._folder}"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self._prefix, self._programs / program, *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._folder), user="tests", dbname="postgres", autocommit=True
        )

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + STARTED_WITHIN
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise
                time.sleep(0.1)


def _unprivileged(folder: Path) -> list[str]:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return ["setpriv", f"--reuid={user}", "--clear-groups", "--"]
