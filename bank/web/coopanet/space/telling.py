"""The notices as the page has them: what each is about, what it says, and the operation it leads to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bank.operations.notices import CustomerNotice, NoticeEvent
from bank.operations.ports import Operation
from bank.operations.wording import name_kind
from bank.web.coopanet.space.words import SpaceWords


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice in words. `operation`: what it is about, where it is about one that is still listed."""

    at_ms: int
    title: str
    sentence: str
    operation: Operation | None


def word_notices(
    notices: Sequence[CustomerNotice], operations: Sequence[Operation], words: SpaceWords, language: str
) -> Iterator[ShownNotice]:
    """Each of them, in the order given."""
    known = {operation.operation_id: operation for operation in operations}
    for notice in notices:
        operation = known.get(notice.operation_id or "")
        title = name_kind(operation.kind, language) if operation else words.notice_account
        yield ShownNotice(notice.at_ms, title, _sentence(notice, operation, words), operation)


def _sentence(notice: CustomerNotice, operation: Operation | None, words: SpaceWords) -> str:
    """What was done says its kind's own sentence, where this space has one."""
    kind = words.kinds.get(operation.kind) if operation else None
    return kind.done if kind and notice.event is NoticeEvent.DONE else words.notice_events[notice.event]
