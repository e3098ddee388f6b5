"""What the engine says, as lines for the log."""

import re
from collections.abc import Sequence

from bot.conversations.lines import Line, Option
from bot.engine.client import Reply

KIND = re.compile(r"[a-z][a-z_]{0,19}")


def lines_of(replies: Sequence[Reply]) -> tuple[Line, ...]:
    """Lines for replies; data without words joins the line that it follows."""
    lines: list[Line] = []
    for reply in replies:
        if reply.says_something:
            lines.append(_line(reply))
        elif reply.custom and lines:
            last = lines.pop()
            lines.append(_with_data(last, reply))
    return tuple(lines)


def _line(reply: Reply) -> Line:
    options = tuple(Option(**button.model_dump()) for button in reply.buttons)
    kind = "options" if options else "text"
    return _with_data(Line(reply.text, kind=kind, options=options), reply)


def _with_data(line: Line, reply: Reply) -> Line:
    data = {**line.data, **reply.custom}
    kind = data.pop("kind", line.kind)
    if line.options or not KIND.fullmatch(str(kind)):
        kind = line.kind
    return Line(line.text, kind=str(kind), options=line.options, data=data)
