"""What is deleted after its time, over all topics, and by which of their services."""

from bot.privacy.purging import Purge
from bot.services import Services


def purge_of(services: Services) -> Purge:
    """The chores that delete something, each named by the table it clears."""
    return Purge(
        {
            "disclosure": services.disclosures.forget_expired,
            "showing": services.showings.forget_expired,
            "telephony": services.outbox.purge,
            "verification": services.retention.purge,
            "web_session": services.web_sessions.forget_expired,
            "received_text": services.inbox.forget_old,
            "web_link": services.linking.forget_expired,
            "outgoing": services.connectors.outbox.forget_old,
            "incoming": services.connectors.inbound.forget_old,
            "agent_session": services.agents.sessions.forget_expired,
            "desk_audit": services.agents.audit.forget_old,
            "support_case": services.cases.forget_old,
            "desk": services.team.aging.purge,
            "conversations": services.aging.purge,
            "facts": services.facts.purge,
            # Last, for it looks for what the conversations have left behind.
            "engine": services.engine_memory.purge,
        }
    )
