"""Answers to who texts: queued as texts in the transaction that appends them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Message
from bot.privacy.cipher import Cipher
from bot.telephony.outbox import Outbox
from bot.telephony.purposes import CONVERSATION
from bot.texting.linking import Linking
from bot.texting.models import TextThread
from bot.texting.rendering import Rendering


class TextedReplies:
    """Told of every line of the service; those of a conversation by text are sent."""

    def __init__(
        self, outbox: Outbox, cipher: Cipher, rendering: Rendering, linking: Linking
    ) -> None:
        self._outbox = outbox
        self._cipher = cipher
        self._rendering = rendering
        self._linking = linking

    def __call__(
        self, session: Session, conversation: Conversation, lines: Sequence[Message]
    ) -> None:
        """Queue the lines for the number, if the person texts just now."""
        if conversation.channel != "sms":
            return
        thread = session.scalars(
            select(TextThread).where(TextThread.conversation_id == conversation.id)
        ).one_or_none()
        if thread is None:
            return
        to = self._cipher.decrypt(thread.number_encrypted)
        texts = self._rendering.texts(
            lines,
            language=conversation.language,
            link=lambda: self._linking.issue(session, conversation.id),
        )
        self._post(session, to, texts, conversation.language)

    def _post(
        self, session: Session, to: str, texts: Sequence[str], language: str
    ) -> None:
        for place, text in enumerate(texts):
            delivery = self._outbox.post(
                session,
                to=to,
                by="sms",
                text=text,
                purpose=CONVERSATION,
                language=language,
            )
            # Texts leave in the order of their moments; these have the same one.
            delivery.created_at += timedelta(microseconds=place)
        if texts:
            event.listen(session, "after_commit", self._wake, once=True)

    def _wake(self, _session: Session) -> None:
        self._outbox.wake()
