"""Made-up sessions: random turns, written down as Rasa would write them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st
from rasa.shared.core import events as e

LISTEN = "action_listen"
SLOTS = ("colour", "size", "name")
VALUES = ("red", "blue", "large", None)
FORMS = ("order_form", "return_form")
INTENTS = ("greet", "order", "inform")


@dataclass
class Session:
    """Turns so far; `active` is the loop that is active."""

    choose: Callable[[tuple[str | None, ...]], str | None]
    active: str | None = None
    heard: int = 0
    turns: list[list[e.Event]] = field(default_factory=list)

    def hear(self) -> e.UserUttered:
        """The next message, with an intent and sometimes an entity."""
        self.heard += 1
        intent = self.choose(INTENTS)
        return e.UserUttered(
            text=f"message {self.heard}",
            intent={"name": intent, "confidence": 1.0},
            entities=[{"entity": "size", "value": "large"}][: self.heard % 2],
            message_id=f"m{self.heard}",
        )

    def set_slot(self) -> e.SlotSet:
        return e.SlotSet(self.choose(SLOTS), self.choose(VALUES))


def begin(session: Session) -> Iterator[e.Event]:
    session.active = None
    yield e.ActionExecuted("action_session_start")
    yield e.SessionStarted()
    yield session.set_slot()
    yield e.ActionExecuted(LISTEN)


def answer(session: Session) -> Iterator[e.Event]:
    yield session.hear()
    yield e.ActionExecuted("utter_greet")
    yield e.BotUttered("hello")


def fill(session: Session) -> Iterator[e.Event]:
    yield session.hear()
    yield session.set_slot()
    yield e.ActionExecuted("action_count")
    yield session.set_slot()
    yield e.BotUttered("counted")


def run_form(session: Session) -> Iterator[e.Event]:
    """Activate a form, or fill the active one."""
    yield session.hear()
    if session.active:
        yield session.set_slot()
        yield e.ActionExecuted(session.active)
    else:
        session.active = session.choose(FORMS)
        yield e.ActionExecuted(session.active)
        yield e.ActiveLoop(session.active)
    yield e.SlotSet("requested_slot", session.choose(SLOTS))
    yield e.BotUttered("which?")


def interrupt(session: Session) -> Iterator[e.Event]:
    """Say something else while a form is active; the form rejects or is skipped."""
    yield session.hear()
    if session.active and session.heard % 2:
        yield e.ActionExecutionRejected(session.active)
    yield e.ActionExecuted("utter_interrupt")
    yield e.BotUttered("never mind")
    if session.active:
        yield e.LoopInterrupted(True)
        yield e.ActionExecuted(session.active)
        yield e.SlotSet("requested_slot", session.choose(SLOTS))


def finish(session: Session) -> Iterator[e.Event]:
    yield session.hear()
    if session.active:
        yield session.set_slot()
        yield e.ActionExecuted(session.active)
        yield e.ActiveLoop(None)
        yield e.SlotSet("requested_slot", None)
        session.active = None
    yield e.ActionExecuted("action_order")
    yield e.SlotSet("size", None)


def switch(session: Session) -> Iterator[e.Event]:
    """Go from one form straight to another."""
    yield session.hear()
    session.active = session.choose(FORMS)
    yield e.ActionExecuted(session.active)
    yield e.ActiveLoop(session.active)


def rewind(session: Session) -> Iterator[e.Event]:
    """The default fallback: the message is taken back, and what it set."""
    yield session.hear()
    yield session.set_slot()
    yield e.ActionExecuted("action_default_fallback")
    yield e.UserUtteranceReverted()


def back(session: Session) -> Iterator[e.Event]:
    """Two messages are taken back; a form may come alive or end by that."""
    yield session.hear()
    yield e.ActionExecuted("action_back")
    yield e.UserUtteranceReverted()
    yield e.UserUtteranceReverted()


def undo(session: Session) -> Iterator[e.Event]:
    yield session.hear()
    yield e.ActionExecuted("action_count")
    yield session.set_slot()
    yield e.ActionReverted()


def reset(session: Session) -> Iterator[e.Event]:
    yield session.hear()
    yield e.ActionExecuted("action_forget")
    yield e.AllSlotsReset()


def restart(session: Session) -> Iterator[e.Event]:
    session.active = None
    yield session.hear()
    yield e.ActionExecuted("action_restart")
    yield e.Restarted()
    yield e.ActionExecuted("action_session_start")
    yield e.SessionStarted()


def pause(session: Session) -> Iterator[e.Event]:
    yield session.hear()
    yield e.ActionExecuted("action_pause")
    yield e.ConversationPaused() if session.heard % 2 else e.ConversationResumed()


COMMON = (answer, fill, run_form, run_form, interrupt, finish)
RARE = (switch, rewind, back, undo, reset, restart, pause, begin)


@st.composite
def sessions(draw: st.DrawFn) -> list[list[e.Event]]:
    """Turns of a conversation, each as the events that Rasa saves together."""
    session = Session(lambda options: draw(st.sampled_from(options)))
    kinds = st.sampled_from(COMMON * 3 + RARE)
    # Long stretches of one kind, as people do when they are in a form.
    stretches = st.lists(st.tuples(kinds, st.integers(1, 20)), min_size=4, max_size=10)
    turns = [list(begin(session))]
    for kind, times in draw(stretches):
        for _ in range(1 if kind in RARE else times):
            turn = [*kind(session), e.ActionExecuted(LISTEN)]
            turns.append(_hidden(draw, turn))
    return _timed(turns)


def _hidden(draw: st.DrawFn, turn: list[e.Event]) -> list[e.Event]:
    """Sometimes a turn that rules played, which policies based on stories skip."""
    hidden = draw(st.booleans())
    for event in turn:
        if isinstance(event, e.ActionExecuted):
            event.hide_rule_turn = hidden
    return turn


def _timed(turns: list[list[e.Event]]) -> list[list[e.Event]]:
    moment = 1_900_000_000.0
    for turn in turns:
        for event in turn:
            moment += 1
            event.timestamp = moment
    return turns
