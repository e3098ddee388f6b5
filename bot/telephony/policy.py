"""Which numbers may get codes, and by which ways."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from bot.telephony.errors import NumberRefused
from bot.telephony.lines import Line
from bot.telephony.numbers import Number

# What a line is taken for when nobody can tell what it is.
UnknownLines = Literal["refuse", "landline", "numbering_plan"]
REFUSED_KINDS = frozenset(
    {"premium", "toll_free", "shared_cost", "pager", "voicemail", "uan", "unknown"}
)
# 555-0100 to 555-0199 of every area code are kept free for fiction (ATIS-0300115).
FICTIONAL = re.compile(r"\+1\d{3}55501\d\d")
# Inmarsat, the satellite systems, and the networks of no country, most of them
# satellites or machines (ITU-T E.164, annex): a text there costs dollars.
SATELLITE = re.compile(r"\+(870|881|882|883)\d+")


class NumberPolicy:
    """The operator's choice; VoIP is refused by it, not by any law (SP 800-63B-4)."""

    def __init__(
        self,
        countries: Collection[str],
        *,
        refuse_voip: bool = True,
        allow_fictional: bool = False,
        unknown_lines: UnknownLines = "refuse",
    ) -> None:
        self._countries = frozenset(countries)
        self._refuse_voip = refuse_voip
        self._allow_fictional = allow_fictional
        self._unknown_lines = unknown_lines

    def settle(self, number: Number, line: Line) -> Line:
        """The line as it is treated: an unknown one is what the setting says.

        As a landline it is called and not texted, which reaches either kind.
        """
        if line.kind != "unknown" or self._unknown_lines == "refuse":
            return line
        if self._unknown_lines == "landline":
            return replace(line, kind="landline")
        return replace(line, kind=number.kind)

    def check(self, number: Number, line: Line) -> tuple[str, ...]:
        """The ways a code may take, best first: `sms`, `voice`.

        Raises:
            NumberRefused: the number gets no codes; `by_policy` when a setting of
                this service decides it and not the kind of number.
        """
        line = self.settle(number, line)
        self.check_number(number)
        _refuse_kind(line.kind)
        if self._refuse_voip and "voip" in (number.kind, line.kind):
            raise NumberRefused("voip", by_policy=True)
        return ("voice",) if line.kind == "landline" else ("sms", "voice")

    def check_number(self, number: Number) -> None:
        """See that the number itself may get codes, whatever line it is on.

        Raises:
            NumberRefused: as `check` does.
        """
        if FICTIONAL.fullmatch(number.e164) and not self._allow_fictional:
            raise NumberRefused("fictional", by_policy=False)
        if SATELLITE.fullmatch(number.e164):
            raise NumberRefused("satellite", by_policy=False)
        _refuse_kind(number.kind)
        if number.country not in self._countries:
            raise NumberRefused("country", by_policy=True)


def _refuse_kind(kind: str) -> None:
    if kind in REFUSED_KINDS:
        raise NumberRefused(kind, by_policy=False)
