"""What the pipeline's own code and lists amount to, for Rasa's training cache."""

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
LANGUAGE = PACKAGE.parents[1]


@cache
def fingerprint() -> str:
    """SHA-256 of the modules and lists that decide what a text becomes."""
    files = [
        *PACKAGE.glob("*.py"),
        *PACKAGE.glob("*.yml"),
        *LANGUAGE.glob("language.*"),
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
