"""Plays a transcript on a stage and judges it, by its words and by the rows."""

from collections.abc import Callable
from functools import partial

from tests.conversations.keeping import Kept
from tests.conversations.stage import Stage
from tests.conversations.transcripts import After, Step, Transcript
from tests.conversations.visitor import Line, Visitor
from tests.conversations.wording import name_of_notice, names_of, wording

A_MOMENT = 0.001
FULL_WIDTH = {ord("0") + n: ord("０") + n for n in range(10)}


class Play:
    """One transcript under way."""

    def __init__(self, stage: Stage, transcript: Transcript) -> None:
        self._stage = stage
        self._transcript = transcript
        self._language = transcript.language
        self._visitors: dict[str, Visitor] = {}
        self._kept = Kept()

    def run(self) -> None:
        """Play every step, then look at what has become of it."""
        for step in self._transcript.steps:
            self._take(step)
        self._judge(self._transcript.after)

    def _take(self, step: Step) -> None:
        # Nobody types in no time; and messages of one moment have no order.
        self._stage.clock.move(A_MOMENT)
        self._stage.team.give_a_sign()
        self._language = step.language or self._language
        if step.wait is not None:
            self._stage.clock.move(step.wait)
        elif step.engine is not None:
            self._stage.engine_is(step.engine)
        elif step.undo_from is not None:
            self._undo(step.undo_from, step)
        elif step.deleted is not None:
            self._delete(step.deleted, step)
        elif step.team is not None:
            self._stage.decide(step.team)
        elif step.desk is not None or step.agent is not None:
            self._work(self._visitor(step.visitor), step)
        elif step.unanswered:
            self._visitor(step.visitor).send(text=self._words(step))
        else:
            self._talk(self._visitor(step.visitor), step)

    def _talk(self, visitor: Visitor, step: Step) -> None:
        self._stage.settle()
        lines = self._deed(visitor, step)()
        self._kept.look(lines)
        self._compare(visitor, step, lines)
        if step.system:
            self._hear_system(visitor, step, lines[-1]["seq"])

    def _work(self, visitor: Visitor, step: Step) -> None:
        """Let the team do something, and see what the visitor hears of it."""
        before = visitor.newest()
        if step.agent is not None:
            self._stage.team.say(visitor.conversation_id, step.agent)
            heard = [line["text"] for line in visitor.wait_for(before, "agent")]
            if heard != [step.agent]:
                visitor.fail(f"the agent is heard to say {heard}")
        elif step.desk is not None:
            self._stage.team.do(step.desk, visitor.conversation_id)
        if step.system:
            self._hear_system(visitor, step, before)
        if step.says is not None:
            self._compare(visitor, step, visitor.wait_for(before, "bot"))

    def _hear_system(self, visitor: Visitor, step: Step, before: int) -> None:
        lines = visitor.wait_for(before, "system")
        names = [name_of_notice(line["text"], self._language) for line in lines]
        if names != step.system:
            visitor.fail(f"the service says {names}, not {step.system}")

    def _undo(self, to: str, step: Step) -> None:
        links = self._stage.links(to)
        if not links:
            self._visitor(step.visitor).fail(f"{to} got no undo link")
        page = self._stage.use(links[step.nth])
        if page != step.page:
            self._visitor(step.visitor).fail(f"the page says {page}, not {step.page}")

    def _delete(self, expected: int, step: Step) -> None:
        done = self._stage.services.deletions.carry_out()
        if done != expected:
            self._visitor(step.visitor).fail(f"{done} accounts are deleted")

    def _visitor(self, name: str) -> Visitor:
        if name not in self._visitors:
            self._visitors[name] = self._arrive()
        return self._visitors[name]

    def _arrive(self) -> Visitor:
        if self._transcript.sender is not None:
            return self._stage.texter(self._transcript.sender)
        return self._stage.visitor(
            language=None if self._transcript.detected else self._language,
            signed_in_as=self._transcript.signed_in_as,
        )

    def _deed(self, visitor: Visitor, step: Step) -> Callable[[], list[Line]]:
        if step.press is not None:
            return partial(visitor.press, step.press)
        if step.later:
            return visitor.hear
        return partial(visitor.say, self._words(step), notice=step.notice)

    def _words(self, step: Step) -> str:
        if step.user is not None:
            return step.user
        if step.wrong_code:
            return step.frame.format(code=self._stage.wrong_code())
        if step.case_number:
            return step.frame.format(code=self._stage.case_numbers()[step.nth])
        code = self._code(step)
        typed = code.translate(FULL_WIDTH) if step.full_width else code
        return step.frame.format(code=typed)

    def _code(self, step: Step) -> str:
        if step.app_code:
            return self._kept.app_code(step.nth, self._stage.clock.now())
        if step.saved_code:
            return self._kept.saved_code(step.nth)
        return self._stage.codes(step.code_from or step.mail_code_from or "")[step.nth]

    def _compare(self, visitor: Visitor, step: Step, lines: list[Line]) -> None:
        spoken = (self._language, self._transcript.channel)
        faults = _misspoken(lines, step.says, *spoken) if step.says else []
        said = " ".join(line["text"] for line in lines)
        faults += _missing(said, step.bot)
        faults += [f"says {text!r}" for text in step.says_not if text in said]
        if faults:
            visitor.fail("\n".join(faults))

    def _judge(self, after: After) -> None:
        faults = [
            fault
            for judged in (
                self._misstated,
                self._missent,
                self._misled,
                self._mischanged,
            )
            for fault in judged(after)
        ]
        faults += self._kept.traces(self._stage.files())
        for name, visitor in self._visitors.items():
            faults += [f"{name}: {fault}" for fault in visitor.stray_lines()]
        if faults:
            next(iter(self._visitors.values())).fail("\n".join(faults))

    def _misstated(self, after: After) -> list[str]:
        faults = []
        for email, expected in after.accounts.items():
            found = self._stage.accounts.look(email)
            faults += [
                f"{email}: {name} are {found[name]}, not {value}"
                for name, value in expected.model_dump(exclude_none=True).items()
                if found[name] != value
            ]
        return faults

    def _missent(self, after: After) -> list[str]:
        counts = {to: self._stage.accounts.delivered(to) for to in after.delivered}
        return [
            f"{to} got {counts[to]} messages, not {expected}"
            for to, expected in after.delivered.items()
            if counts[to] != expected
        ]

    def _misled(self, after: After) -> list[str]:
        pairs = {
            "cases": (after.cases, self._stage.accounts.cases),
            "in line": (after.in_line, self._stage.accounts.in_line),
        }
        return [
            f"{name}: {found}, not {expected}"
            for name, (expected, look) in pairs.items()
            if expected is not None and (found := look()) != expected
        ]

    def _mischanged(self, after: After) -> list[str]:
        changes = self._stage.accounts.changes() if after.unchanged else []
        stored = self._stage.stored_text() if after.log_holds_not else ""
        return changes + [
            f"the log holds {text!r}" for text in after.log_holds_not if text in stored
        ]


def _misspoken(
    lines: list[Line], says: list[str], language: str, channel: str
) -> list[str]:
    if len(lines) != len(says):
        heard = [
            names_of(line["text"], language, channel) or line["text"] for line in lines
        ]
        return [f"Expected {says}\nbut heard {heard}"]
    return [
        fault
        for line, name in zip(lines, says, strict=True)
        for fault in wording(name, language, channel).faults(line)
    ]


def _missing(said: str, fragments: list[str]) -> list[str]:
    faults, place = [], 0
    for fragment in fragments:
        found = said.find(fragment, place)
        if found < 0:
            faults.append(f"does not say {fragment!r}")
        else:
            place = found + len(fragment)
    return faults
