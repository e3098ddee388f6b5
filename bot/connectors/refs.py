"""Queries on what handoffs are called in one other system."""

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from bot.connectors.models import RemoteDelivery, RemoteRef
from bot.connectors.port import Ref
from bot.database import insert_new
from bot.handoff.models import OPEN, HandoffRequest


class RefRows:
    """References to one system, of one session."""

    def __init__(self, session: Session, connector: str) -> None:
        self._session = session
        self._connector = connector

    def keep(
        self, ref: Ref, request_id: str, conversation_id: str, at: datetime
    ) -> None:
        """Keep what a handoff is called, unless that is known."""
        insert_new(
            self._session,
            RemoteRef,
            connector=self._connector,
            request_id=request_id,
            conversation_id=conversation_id,
            remote_id=ref.id,
            remote_contact=ref.contact,
            at=at,
        )

    def of(self, request_id: str) -> RemoteRef | None:
        """What a handoff is called."""
        return self._session.scalars(
            select(RemoteRef).where(
                RemoteRef.connector == self._connector,
                RemoteRef.request_id == request_id,
            )
        ).one_or_none()

    def named(self, remote_id: str) -> RemoteRef | None:
        """The latest handoff that is called so."""
        return self._session.scalars(
            select(RemoteRef)
            .where(
                RemoteRef.connector == self._connector,
                RemoteRef.remote_id == remote_id,
            )
            .order_by(RemoteRef.id.desc())
            .limit(1)
        ).one_or_none()

    def contact_of(self, conversation_id: str) -> str:
        """What the person of a conversation is called; empty where they are not."""
        contact = self._session.scalar(
            select(RemoteRef.remote_contact)
            .where(
                RemoteRef.connector == self._connector,
                RemoteRef.conversation_id == conversation_id,
            )
            .order_by(RemoteRef.id.desc())
            .limit(1)
        )
        return contact or ""


def forget_refs(session: Session, before: datetime) -> int:
    """Delete old references of handoffs that are over and told; counts them."""
    is_open = exists().where(HandoffRequest.id == RemoteRef.request_id, OPEN)
    is_needed = exists().where(
        RemoteDelivery.connector == RemoteRef.connector,
        RemoteDelivery.request_id == RemoteRef.request_id,
        RemoteDelivery.state != "sent",
    )
    gone = session.scalars(
        delete(RemoteRef)
        .where(RemoteRef.at < before, ~is_open, ~is_needed)
        .returning(RemoteRef.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
