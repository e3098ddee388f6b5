"""Sheets as CSV that a spreadsheet shows and does not run."""

import csv
import io

from bot.insights.tables import Sheet

# What a spreadsheet takes for a formula at the beginning of a cell (OWASP).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(sheet: Sheet) -> str:
    """The sheet with its columns' names in the first line (RFC 4180)."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(map(safe, sheet.columns))
    writer.writerows(map(safe, row) for row in sheet.rows)
    return written.getvalue()


def safe(value: object) -> object:
    """A text that no spreadsheet takes for a formula; numbers are what they are."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
