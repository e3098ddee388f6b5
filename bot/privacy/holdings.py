"""Holdings: which tables hold something about a person, and what erasure does there.

A table is named once, with the way its rows are found. `tests/security/test_person.py`
fails where a table has a column that leads to a person and is not named here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

By = Literal["account", "conversation", "address", "authenticator", "case"]
Fate = Literal["deleted", "blanked", "kept"]


@dataclass(frozen=True)
class Holding:
    """In which column a person's rows are known, and what is left of them."""

    by: By
    column: str
    fate: Fate


@dataclass(frozen=True)
class Subject:
    """Whom it is about: the account, their conversations and their addresses."""

    account_id: str
    conversations: Sequence[str]
    fingerprints: Sequence[str]
    authenticators: Sequence[str]
    cases: Sequence[str]

    def keys(self, by: By) -> Sequence[str]:
        """What the rows that are found in a way have in their column."""
        return {
            "account": (self.account_id,),
            "conversation": self.conversations,
            "address": self.fingerprints,
            "authenticator": self.authenticators,
            "case": self.cases,
        }[by]


def _account(fate: Fate, column: str = "account_id") -> Holding:
    return Holding("account", column, fate)


GONE_WITH_CONVERSATION = Holding("conversation", "conversation_id", "deleted")

# What is kept names random ids, counts and reasons; nothing leads back from them to
# the person once the rest is gone.
HOLDINGS: Mapping[str, Holding] = {
    "account": _account("blanked", "id"),
    "email_address": _account("deleted"),
    "former_email": _account("deleted"),
    "offered_email": _account("deleted"),
    "phone_number": _account("blanked"),
    "authenticator": _account("blanked"),
    "recovery_code": Holding("authenticator", "authenticator_id", "deleted"),
    "sign_in": _account("deleted"),
    "undo": _account("deleted"),
    "proof": _account("deleted"),
    "challenge": _account("deleted"),
    "deletion": _account("kept"),
    "support_case": _account("blanked"),
    "case_evidence": Holding("case", "case_id", "kept"),
    "number_return": _account("kept"),
    "audit_event": _account("kept"),
    "desk_audit": _account("kept"),
    "conversation": Holding("conversation", "id", "deleted"),
    **dict.fromkeys(
        (
            *("message", "understanding", "review_line", "web_session", "web_link"),
            *("disclosure", "showing", "visitor", "note", "conversation_tag"),
            "handoff_request",
        ),
        GONE_WITH_CONVERSATION,
    ),
    # A score and a fact of the figures stay, without conversation and words.
    "rating": Holding("conversation", "conversation_id", "blanked"),
    "conversation_fact": Holding("conversation", "conversation_id", "blanked"),
    "text_thread": Holding("address", "fingerprint", "deleted"),
    "received_text": Holding("address", "fingerprint", "deleted"),
    "kept_line": Holding("address", "fingerprint", "deleted"),
    "delivery": Holding("address", "to_fingerprint", "blanked"),
    # The other system is still told of the end; a ticket there is erased there.
    "remote_delivery": Holding("conversation", "conversation_id", "kept"),
    "remote_ref": Holding("conversation", "conversation_id", "kept"),
    # Whoever asked for no texts gets none, whoever has the number: a fingerprint.
    "suppression": Holding("address", "fingerprint", "kept"),
}
