"""Scripts and styles of a page, without the comments that they are written with."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.bundle import bundle

Shorten = Callable[[str], str]
SHORTENED: Mapping[str, tuple[str, Shorten]] = {
    ".js": ("text/javascript", jsmin),
    ".css": ("text/css", cssmin),
    ".svg": ("image/svg+xml", str),
    ".html": ("text/html", str),
}


@dataclass(frozen=True)
class Served:
    """A file as browsers get it; `tag` is its strong ETag (RFC 9110, 8.8.3)."""

    content: bytes
    media_type: str
    tag: str

    @classmethod
    def of(cls, content: str, media_type: str) -> "Served":
        """What is served for a text."""
        octets = content.encode()
        return cls(octets, media_type, f'"{hashlib.sha256(octets).hexdigest()[:32]}"')

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The file, or word that the browser has it already."""
        tagged = {**headers, "ETag": self.tag}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=tagged)
        return Response(self.content, headers=tagged, media_type=self.media_type)


class Scripts:
    """The files of one folder, read and shortened once.

    `bundles` names scripts that bring along what they import; with any, no other
    script of the folder is served.
    """

    def __init__(self, folder: Path, *, bundles: Collection[str] = ()) -> None:
        self._files = {
            path.name: _bundled(path) if path.name in bundles else _read(path)
            for path in sorted(folder.iterdir())
            if _is_served(path, bundles)
        }

    def __getitem__(self, name: str) -> Served:
        if name not in self._files:
            raise HTTPException(404)
        return self._files[name]

    def items(self) -> Iterable[tuple[str, Served]]:
        """Every file with its name."""
        return self._files.items()


def _is_served(path: Path, bundles: Collection[str]) -> bool:
    if path.suffix == ".js" and bundles:
        return path.name in bundles
    return path.suffix in SHORTENED and not path.name.endswith(".d.ts")


def _bundled(path: Path) -> Served:
    return Served.of(jsmin(bundle(path)), SHORTENED[".js"][0])


def _read(path: Path) -> Served:
    media_type, shorten = SHORTENED[path.suffix]
    return Served.of(shorten(path.read_text("utf-8")), media_type)
