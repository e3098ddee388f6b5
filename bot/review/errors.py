"""What the review refuses.

ReviewError
├── LineUnknown          nobody typed such a line, or its conversation was deleted
├── IntentUnknown        the domain has no such intent
└── LabelledAlready      (by) somebody else was quicker
"""


class ReviewError(Exception):
    """Base of this topic's errors."""


class LineUnknown(ReviewError):
    """Nobody typed such a line, or its conversation was deleted."""


class IntentUnknown(ReviewError):
    """The domain has no such intent."""


class LabelledAlready(ReviewError):
    """`by`, whose name it is, was quicker."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by
