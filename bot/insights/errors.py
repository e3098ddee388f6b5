"""Errors of insights.

InsightsError
├── PeriodInvalid
└── FigureUnknown
"""


class InsightsError(Exception):
    """Nothing can be shown."""


class PeriodInvalid(InsightsError):
    """It is no period: its end comes first, or it is too long."""


class FigureUnknown(InsightsError):
    """There is no figure of that name."""
