"""What can go wrong with cases.

HandoffError
├── CaseUnknown           no case has that number, or it is no number of a case
├── CaseLimit             (again_in)
├── CaseStateWrong        (state)
└── CaseWithoutAccount    a decoy: there is nobody to approve it for
"""

from bot.handoff.models import CaseState


class HandoffError(Exception):
    """Base of this topic's errors."""


class CaseUnknown(HandoffError):
    """No case has that number."""


class CaseLimit(HandoffError):
    """As many cases were opened or numbers guessed as may be; `again_in` is seconds."""

    def __init__(self, again_in: int) -> None:
        super().__init__(again_in)
        self.again_in = again_in


class CaseStateWrong(HandoffError):
    """A case in this `state` cannot be decided."""

    def __init__(self, state: CaseState) -> None:
        super().__init__(state)
        self.state = state


class CaseWithoutAccount(HandoffError):
    """The contact that the case was opened for is nobody's."""
