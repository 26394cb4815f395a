"""What a probe finds.

Redacted by construction: a finding is made of names, counts and cures of ours. Of a card it holds the answer to reset,
the protocol and application identifiers, the same for all cards of a kind; never a label, a number or a record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Self

from sesame_core.errors import SesameError


class Verdict(Enum):
    """How a probe ended; the value is the word in the JSON, and stays."""

    GOOD = "ok"
    LEFT_OUT = "left out"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: which probe, how it ended, what was found, and the cure where there is something to cure."""

    probe: str
    verdict: Verdict
    said: str
    cure: str = ""

    @classmethod
    def good(cls, probe: str, said: str) -> Self:
        """All is well."""
        return cls(probe, Verdict.GOOD, said)

    @classmethod
    def failed(cls, probe: str, said: str, cure: str) -> Self:
        """Something is wrong, and what to do."""
        return cls(probe, Verdict.FAILED, said, cure)

    @classmethod
    def of_error(cls, probe: str, error: Exception) -> Self:
        """An error of ours, whose message says "what is wrong: what to do", or in two sentences. Where it only says
        which part cannot start because of another error of ours, that one is told."""
        while isinstance(error.__cause__, SesameError):
            error = error.__cause__
        return cls(probe, Verdict.FAILED, *split_remedy(str(error)))

    @classmethod
    def warning(cls, probe: str, said: str, cure: str) -> Self:
        """It works, but not as well as it could."""
        return cls(probe, Verdict.WARNING, said, cure)

    @classmethod
    def left_out(cls, probe: str, said: str, cure: str = "") -> Self:
        """Not tried, and why."""
        return cls(probe, Verdict.LEFT_OUT, said, cure)


def split_remedy(message: str) -> tuple[str, str]:
    """What is wrong, and what to do. The last sentence is the cure; of a single one, what follows its first colon."""
    said, mark, cure = message.rpartition(". ")
    if not mark:
        said, _, cure = message.partition(": ")
    return said, cure


def worst_verdict(findings: Iterable[Finding]) -> Verdict:
    """The gravest verdict: FAILED, else WARNING, else GOOD."""
    verdicts = {finding.verdict for finding in findings}
    return next((each for each in (Verdict.FAILED, Verdict.WARNING) if each in verdicts), Verdict.GOOD)
