"""What can go wrong between here and another system.

ConnectorError
├── NotTaken            (fault, retry_after) told again later
│   └── NotAnswered     it may have been taken all the same
├── Refused             (fault) for what it says: told again by hand only
├── NotSigned           a webhook that the other system did not send
├── Unreadable          a webhook of a shape that nobody knows
└── ConnectorUnknown    there is none of that name, or it is off
"""


class ConnectorError(Exception):
    """Base of this topic's errors."""


class NotTaken(ConnectorError):
    """A delivery was not taken; `fault` is a status or a kind of error.

    `retry_after`: seconds to leave the whole system alone for, as it asked; with
    `alone` only this delivery has to wait, and what comes after it.
    """

    def __init__(
        self, fault: str, retry_after: float | None = None, *, alone: bool = False
    ) -> None:
        super().__init__(fault)
        self.fault = fault
        self.retry_after = retry_after
        self.alone = alone


class NotAnswered(NotTaken):
    """No answer came, or a breakdown: it may have been taken."""


class Refused(ConnectorError):
    """A delivery will not be taken as it is; `fault` is a status."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class NotSigned(ConnectorError):
    """A webhook's signature, its time or its secret is wrong."""


class Unreadable(ConnectorError):
    """What a webhook brought is nothing that the connector knows."""


class ConnectorUnknown(ConnectorError):
    """No connector of that name is on."""
