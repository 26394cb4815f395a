"""What a key remembers of updates, sealed with the rest of what it keeps: the number no program may fall below, the
latest moment of signing, and the metadata that were verified."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from drivers.vault.medium import Medium
from drivers.vault.sealing import DeviceSeal
from sesame_core.piv.vault import VaultError

UPDATES_PART: Final = "updates"
FORM: Final = 1


@dataclass(frozen=True, slots=True)
class UpdateKnowledge:
    """`floor`: the highest release number that has run here."""

    floor: int
    moment: datetime
    accepted: Mapping[str, bytes] = field(repr=False)


class UpdateMemory:
    """On the vault's medium, as one part that is replaced at once."""

    def __init__(self, medium: Medium, seal: DeviceSeal, first: datetime) -> None:
        """`first`: the earliest that it can be. Raises VaultError: it is damaged, or another device's."""
        self._medium, self._seal = medium, seal
        sealed = medium.read_part(UPDATES_PART)
        known = UpdateKnowledge(0, first, {}) if sealed is None else _read(seal.open_part(UPDATES_PART, sealed))
        self.knowledge = UpdateKnowledge(known.floor, max(known.moment, first), known.accepted)

    def keep(self, knowledge: UpdateKnowledge) -> None:
        """On the medium when it returns. What is known already is not written again. Raises VaultError."""
        if knowledge != self.knowledge:
            self._medium.replace_part(UPDATES_PART, self._seal.seal_part(UPDATES_PART, _write(knowledge)))
            self.knowledge = knowledge

    def raise_floor(self, running: int) -> None:
        """This program runs: nothing below it is taken any more. Raises VaultError."""
        known = self.knowledge
        self.keep(UpdateKnowledge(max(known.floor, running), known.moment, known.accepted))


def _write(known: UpdateKnowledge) -> bytes:
    files = write_files(known.accepted)
    facts = {"form": FORM, "floor": known.floor, "moment": known.moment.isoformat(), "accepted": files}
    return json.dumps(facts, separators=(",", ":")).encode()


def _read(text: bytes) -> UpdateKnowledge:
    """Raises VaultError."""
    try:
        told = json.loads(text)
        if told["form"] != FORM:
            raise ValueError("another form")
        moment = datetime.fromisoformat(told["moment"]).astimezone(UTC)
        return UpdateKnowledge(int(told["floor"]), moment, read_files(told["accepted"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise VaultError(
            f"the key's part {UPDATES_PART} is of another version: use the one that wrote it, or move the part away"
        ) from None


def write_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """Files by name, for JSON."""
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


def read_files(told: Mapping[str, str]) -> dict[str, bytes]:
    """Raises ValueError, TypeError, AttributeError."""
    return {name: base64.b64decode(content, validate=True) for name, content in told.items()}
