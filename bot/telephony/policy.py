"""Which numbers may get codes, and by which ways."""

import re
from collections.abc import Collection

from bot.telephony.errors import NumberRefused
from bot.telephony.lines import Line
from bot.telephony.numbers import Number

REFUSED_KINDS = frozenset(
    {"premium", "toll_free", "shared_cost", "pager", "voicemail", "uan", "unknown"}
)
# 555-0100 to 555-0199 of every area code are kept free for fiction (ATIS-0300115).
FICTIONAL = re.compile(r"\+1\d{3}55501\d\d")


class NumberPolicy:
    """The operator's choice; VoIP is refused by it, not by any law (SP 800-63B-4)."""

    def __init__(
        self,
        countries: Collection[str],
        *,
        refuse_voip: bool = True,
        allow_fictional: bool = False,
    ) -> None:
        self._countries = frozenset(countries)
        self._refuse_voip = refuse_voip
        self._allow_fictional = allow_fictional

    def check(self, number: Number, line: Line) -> tuple[str, ...]:
        """The ways a code may take, best first: `sms`, `voice`.

        Raises:
            NumberRefused: the number gets no codes; `by_policy` when a setting of
                this service decides it and not the kind of number.
        """
        self._refuse_kinds(number, line)
        if number.country not in self._countries:
            raise NumberRefused("country", by_policy=True)
        if self._refuse_voip and "voip" in (number.kind, line.kind):
            raise NumberRefused("voip", by_policy=True)
        return ("voice",) if line.kind == "landline" else ("sms", "voice")

    def _refuse_kinds(self, number: Number, line: Line) -> None:
        if FICTIONAL.fullmatch(number.e164) and not self._allow_fictional:
            raise NumberRefused("fictional", by_policy=False)
        for kind in (number.kind, line.kind):
            if kind in REFUSED_KINDS:
                raise NumberRefused(kind, by_policy=False)
