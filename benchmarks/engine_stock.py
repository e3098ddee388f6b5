"""Stock Rasa beside ours: an environment of its own, a model from the same data."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
FILES = Path(__file__).with_name("stock")
STATE = ROOT / ".state"
ENVIRONMENT = STATE / "stock"
PYTHON = ENVIRONMENT / "bin" / "python"
WORDING = "responses.yml"
DEFAULTS = "rasa/engine/recipes/config_files/default_config.yml"


class StockUnavailable(Exception):
    """Stock Rasa could not be installed or trained; the text says what failed."""


def install() -> None:
    """Install stock Rasa, unless that has been done.

    Raises:
        StockUnavailable: uv is missing, or it failed.
    """
    done = ENVIRONMENT / "installed"
    if done.exists():
        return
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    # Without the project's own settings, which give Rasa other dependencies; with the
    # machine's own, such as a proxy and its certificates.
    _run(
        *(uv, "--no-config", "venv", "-q", "--clear", "--python", "3.11", ENVIRONMENT),
        inherited=os.environ,
    )
    _run(
        *(uv, "--no-config", "pip", "install", "-q", "--python", PYTHON),
        *("--override", FILES / "overrides.txt", "-r", FILES / "requirements.txt"),
        inherited=os.environ,
    )
    done.touch()


def train(epochs: int | None) -> Path:
    """The project of a trained model, from `rasa init`'s pipeline and our data.

    It is trained again only when sentences, rules, domain or epochs have changed:
    wording is spoken and not learnt. `epochs` None: as many as the defaults say.

    Raises:
        StockUnavailable: training failed.
    """
    config = default_config(epochs)
    sources = sorted(path for path in training_files() if path.name != WORDING)
    text = config + "".join(path.read_text(encoding="utf-8") for path in sources)
    project = STATE / f"stock-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if not list(project.glob("models/*.tar.gz")):
        _write_project(project, config)
        _run(PYTHON, "-m", "rasa", "train", cwd=project)
    return project


def training_files() -> Iterator[Path]:
    """What our own model learns from: domain, examples, rules, responses."""
    yield ROOT / "domain.yml"
    yield from (ROOT / "data").rglob("*.yml")


def default_config(epochs: int | None) -> str:
    """The pipeline and the policies that Rasa uses when a project names none."""
    (path,) = ENVIRONMENT.glob(f"lib/*/site-packages/{DEFAULTS}")
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["assistant_id"] = "stock"
    for component in [*config["pipeline"], *config["policies"]]:
        if epochs is not None and "epochs" in component:
            component["epochs"] = epochs
    return yaml.safe_dump(config, sort_keys=False)


def environment(**more: str) -> dict[str, str]:
    """What stock Rasa needs of the environment."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME")}
    return inherited | {"RASA_TELEMETRY_ENABLED": "false", **more}


def _write_project(project: Path, config: str) -> None:
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    (project / "config.yml").write_text(config, encoding="utf-8")
    for name in ("endpoints.yml", "credentials.yml"):
        shutil.copy(FILES / name, project)
    for path in training_files():
        target = project / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def _run(
    *command: str | Path, cwd: Path = ROOT, inherited: Mapping[str, str] | None = None
) -> None:
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        env=environment() if inherited is None else inherited,
    )
    if done.returncode:
        what = " ".join(str(part) for part in command[1:4])
        raise StockUnavailable(f"{what} failed:\n{done.stderr[-2000:]}")
