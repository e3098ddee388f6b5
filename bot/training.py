"""Training the model, and knowing when what it learns from has changed."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MODELS = Path("models")
MODEL = MODELS / "switchboard.tar.gz"
STAMP = MODELS / "switchboard.sha256"
LEARNT_FROM = ("config.yml", "domain.yml", "data", "bot/engine/nlu")
# Articles are cited, not learnt.
LEFT_OUT = "data/knowledge"
TOLD = 4000


class TrainingFailed(Exception):
    """Rasa could not train; the text is the end of what it said."""


def is_current(root: Path = Path()) -> bool:
    """Whether the model at hand was trained from what is there now."""
    stamp = root / STAMP
    if not (root / MODEL).exists() or not stamp.exists():
        return False
    return stamp.read_text(encoding="ascii").strip() == fingerprint(root)


def train(root: Path = Path()) -> bool:
    """Train, unless nothing changed; whether it was done.

    Raises:
        TrainingFailed: there is no new model; the old one, if any, is as it was.
    """
    if is_current(root):
        return False
    before = fingerprint(root)
    command = [sys.executable, "-m", "bot.engine.runtime", "train", "--quiet"]
    options = ["--fixed-model-name", MODEL.name.removesuffix(".tar.gz")]
    done = subprocess.run(  # noqa: S603
        [*command, *options], cwd=root, capture_output=True, text=True
    )
    if done.returncode or not (root / MODEL).exists():
        raise TrainingFailed((done.stdout + done.stderr)[-TOLD:])
    (root / STAMP).write_text(f"{before}\n", encoding="ascii")
    return True


def fingerprint(root: Path = Path()) -> str:
    """SHA-256 over names and contents of everything that is learnt from."""
    digest = hashlib.sha256()
    for path in sorted(_sources(root)):
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for name in LEARNT_FROM:
        source = root / name
        found = source.rglob("*") if source.is_dir() else iter([source])
        for path in found:
            place = path.relative_to(root).as_posix()
            if (
                path.is_file()
                and "__pycache__" not in path.parts
                and not place.startswith(LEFT_OUT)
            ):
                yield path
