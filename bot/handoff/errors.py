"""What can go wrong with cases, and when people speak in the assistant's place.

HandoffError
├── HoursUnreadable       (part) of hours.yml
├── RecoveryUnreadable    (part) of recovery.yml
├── RequestUnknown        the conversation waits for nobody
├── TakenAlready          (by) another agent has it
├── NotYours              (by) it is not this agent who speaks
├── DispositionUnknown
├── CaseUnknown           no case has that number, or it is no number of a case
├── CaseLimit             (again_in)
├── CaseStateWrong        (state)
├── EvidenceMissing       (needed) kinds have to be seen
├── EvidenceUnknown       there is no such kind
├── SamePerson            who approved a risky case first cannot be the second
└── CaseWithoutAccount    a decoy: there is nobody to approve it for
"""

from bot.handoff.models import CaseState


class HandoffError(Exception):
    """Base of this topic's errors."""


class HoursUnreadable(HandoffError):
    """A `part` of the team's hours cannot be read."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class RecoveryUnreadable(HandoffError):
    """A `part` of what makes cases risky cannot be read."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class RequestUnknown(HandoffError):
    """The conversation has no open request."""


class TakenAlready(HandoffError):
    """Another agent has the conversation: `by`, the name that people see."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class NotYours(HandoffError):
    """Somebody else speaks: `by`, or the assistant."""

    def __init__(self, by: str | None) -> None:
        super().__init__(by)
        self.by = by


class DispositionUnknown(HandoffError):
    """No matter ends like that."""


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


class EvidenceMissing(HandoffError):
    """Whoever approves the case has to have seen `needed` kinds of evidence."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class EvidenceUnknown(HandoffError):
    """Nobody looks for that kind of evidence."""


class SamePerson(HandoffError):
    """Of a risky case's two approvals the second is another person's."""


class CaseWithoutAccount(HandoffError):
    """The contact that the case was opened for is nobody's."""
