"""What somebody who works at the bank may do there, by post: data. The server holds it; the pages only follow."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from bank.books.people import Post


class DeskAct(Enum):
    """What can be done for a customer."""

    SEE = "see"
    REOPEN_CONFIRMING = "reopen-confirming"
    REOPEN_CARD = "reopen-card"
    CHANGE_TELEPHONE = "change-telephone"
    REPORT_FRAUD = "report-fraud"
    RELEASE_PAYEE = "release-payee"


RIGHTS: Final[Mapping[DeskAct, frozenset[Post]]] = MappingProxyType(
    {
        DeskAct.SEE: frozenset(Post),
        DeskAct.REOPEN_CONFIRMING: frozenset((Post.AGENCY, Post.E_AGENCY)),
        DeskAct.REOPEN_CARD: frozenset((Post.AGENCY,)),
        DeskAct.CHANGE_TELEPHONE: frozenset((Post.AGENCY,)),
        DeskAct.REPORT_FRAUD: frozenset(Post),
        DeskAct.RELEASE_PAYEE: frozenset((Post.AGENCY,)),
    }
)
"""Reopening is a policy of this demonstration: who answers a telephone cannot see who is there, so the customer centre
sees and reopens nothing; a card is reopened, a beneficiary that a report of fraud has frozen released, and the number
that codes go to changed, where somebody can be looked at.
A fraud is taken from whoever calls: that only ever closes something."""


def may_do(post: Post, act: DeskAct) -> bool:
    """Whether whoever has that post may do it."""
    return post in RIGHTS[act]
