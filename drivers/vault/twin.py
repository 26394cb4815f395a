"""The medium's twin: parts in memory, a power that goes at any step, a disk that is full.

The vault above it is the real one: it is the medium that a test breaks.
"""

from sesame_core.piv.vault import VaultError


class PowerCutError(Exception):
    """The power is gone. Nobody may catch it as a failure of the vault: nobody is running any more."""


class MemoryMedium:
    """See Medium. Each replacement has two steps at which the power can go: before the part is the new one, and after,
    when nobody has heard of it yet. `cut`: or an error of the disk, after which the program goes on."""

    def __init__(self, parts: dict[str, bytes] | None = None) -> None:
        self.parts = dict(parts or {})
        self.steps = 0
        self.cut_at: int | None = None
        self.cut: Exception = PowerCutError()
        self.full = False

    def read_part(self, name: str) -> bytes | None:
        """See Medium."""
        return self.parts.get(name)

    def replace_part(self, name: str, content: bytes) -> None:
        """See Medium."""
        self._step()
        if self.full:
            raise VaultError("no space left: make some")
        self.parts[name] = content
        self._step()

    def _step(self) -> None:
        if self.cut_at == self.steps:
            raise self.cut
        self.steps += 1
