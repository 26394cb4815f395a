"""What a probe finds. Redacted by construction: made of names, counts and cures, never of what a card says."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Self


class Verdict(Enum):
    """How a probe ended; the value is what is printed."""

    GOOD = "ok"
    LEFT_OUT = "left out"
    WARNING = "warning"
    FAILED = "FAILED"


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
    def failed(cls, probe: str, error: Exception | str) -> Self:
        """An error of ours, which says "what is wrong: what to do"."""
        said, _, cure = str(error).partition(": ")
        return cls(probe, Verdict.FAILED, said, cure)

    @classmethod
    def warning(cls, probe: str, said: str, cure: str) -> Self:
        """It works, but not as well as it could."""
        return cls(probe, Verdict.WARNING, said, cure)

    @classmethod
    def left_out(cls, probe: str, said: str, cure: str = "") -> Self:
        """Not tried, and why."""
        return cls(probe, Verdict.LEFT_OUT, said, cure)


def worst(findings: Iterable[Finding]) -> Verdict:
    """The gravest verdict: FAILED, else WARNING, else GOOD."""
    verdicts = {finding.verdict for finding in findings}
    return next((each for each in (Verdict.FAILED, Verdict.WARNING) if each in verdicts), Verdict.GOOD)
