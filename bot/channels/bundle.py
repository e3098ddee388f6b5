"""Scripts that are written as many modules, sent to browsers as one.

Our modules import names from one another and nothing else: their imports stand at the
top, a name means one thing in all of them, and nothing is exported by default. So one
after the other, each after those that it needs, they are a module again.
"""

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+\.js)";\n', re.M)
EXPORT = re.compile(r"^export (?=async |function|const|class)", re.M)
LEFT_OVER = re.compile(r"^(import|export)\b.*$", re.M)


class BundleImpossible(Exception):
    """A module is written in a way that is not understood here; the text names it."""


def bundle(entry: Path) -> str:
    """The text of a module together with everything that it needs.

    Raises:
        BundleImpossible: another form of import or export is used.
    """
    texts: dict[str, str] = {}
    _add(entry, texts, set())
    return "".join(texts.values())


def _add(path: Path, texts: dict[str, str], begun: set[str]) -> None:
    if path.name in begun:
        return
    begun.add(path.name)
    text = path.read_text("utf-8")
    for name in IMPORT.findall(text):
        _add(path.with_name(name), texts, begun)
    texts[path.name] = _plain(path, text)


def _plain(path: Path, text: str) -> str:
    plain = EXPORT.sub("", IMPORT.sub("", text))
    if left := LEFT_OVER.search(plain):
        raise BundleImpossible(f"{path.name}: {left[0]}")
    return plain
