"""Answers about lines, kept for a while: each look-up costs money and time."""

from datetime import timedelta
from typing import cast

from sqlalchemy import delete, or_

from bot.clock import Clock
from bot.database import Sessions, insert_new, reading
from bot.privacy.cipher import Fingerprints
from bot.telephony.lines import Line, LineKind, LineTypes
from bot.telephony.models import KeptLine

LONGEST = 200


class KeptLineTypes:
    """Asks another source once in a while; an unknown line is asked about again.

    Rows name a number by its fingerprint alone. A line can be ported, so no answer is
    kept for long.
    """

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        fingerprints: Fingerprints,
        source: LineTypes,
        *,
        lifetime: int,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._fingerprints = fingerprints
        self._source = source
        self._lifetime = timedelta(seconds=lifetime)

    def look_up(self, e164: str) -> Line:
        """The line of a number; outside of transactions, for it may be asked about."""
        fingerprint = self._fingerprints.of("phone", e164)
        kept = self._kept(fingerprint)
        if kept is not None:
            return kept
        line = self._source.look_up(e164)
        if line.kind != "unknown":
            self._keep(fingerprint, line)
        return line

    def _kept(self, fingerprint: str) -> Line | None:
        with reading(self._sessions) as session:
            row = session.get(KeptLine, fingerprint)
        if row is None or row.asked_at <= self._clock.now() - self._lifetime:
            return None
        return Line(cast(LineKind, row.kind), row.carrier, row.source)

    def _keep(self, fingerprint: str, line: Line) -> None:
        """Keep an answer in the place of the one before, and drop all that are old."""
        old = KeptLine.asked_at <= self._clock.now() - self._lifetime
        with self._sessions.begin() as session:
            session.execute(
                delete(KeptLine).where(or_(old, KeptLine.fingerprint == fingerprint))
            )
            insert_new(
                session,
                KeptLine,
                fingerprint=fingerprint,
                kind=line.kind,
                carrier=(line.carrier or "")[:LONGEST] or None,
                source=line.source,
                asked_at=self._clock.now(),
            )
