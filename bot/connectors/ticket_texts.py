"""Texts of tickets: what the first comment says, and what others have written."""

from html.parser import HTMLParser

from bot.connectors.port import Opening, Said

BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote"})
UNSPOKEN = frozenset({"script", "style"})
# Tags that HTML never closes.
VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr"})


def first_comment(opening: Opening, most: int) -> str:
    """Summary and transcript; of one that is longer than `most` bytes the latest."""
    room = most - len(opening.summary.encode()) - 2
    told = opening.story.encode()
    if len(told) > room:
        # Whole lines, from the first that still fits.
        told = told[len(told) - room :].partition(b"\n")[2]
    return f"{opening.summary}\n\n{told.decode()}"


def comment(line: Said) -> str:
    """A line as a comment: the visitor's own words, or who said what."""
    return line.text if line.author == "visitor" else f"{line.speaker}: {line.text}"


def plain(html: str) -> str:
    """What a comment in HTML says; an agent's signature is no part of it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.heard).split("\n"))
    return "\n".join(filter(None, lines))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        # How deep inside something that is not to be read.
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        signed = dict(attrs).get("data-signature") == "true"
        if tag not in VOID and (self._depth or tag in UNSPOKEN or signed):
            self._depth += 1
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in VOID:
            self._depth -= 1
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.heard.append(data.replace("\n", " "))

    def _break(self, tag: str) -> None:
        if tag in BLOCKS and not self._depth:
            self.heard.append("\n")
