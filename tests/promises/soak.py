"""A long life: sessions one after the other on one reader, drivers and all. Memory, threads and descriptors stay flat.

    python -m tests.promises.soak --sessions 10000

The exit status is 1 when something has grown. Every kind of ending takes its turn: 35 s, Arrêt, the card pulled in the
middle, a wrong PIN, the smart-card reader unplugged, a display that fails once.
"""

import argparse
import gc
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.display.twin import TransferFault
from tests.story import FIRST_CODE, Story

WARM_UP = 60
"""Sessions after which everything that is made once is made."""

MOST_PAGES = 256
MOST_OBJECTS = 400
"""What may come and go: a mebibyte, and a few hundred objects, whatever the number of sessions."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a process takes."""

    pages: int
    objects: int
    threads: int
    descriptors: int

    @classmethod
    def now(cls) -> "Size":
        """This process, as it is."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return cls(pages, len(gc.get_objects()), threading.active_count(), len(list(Path("/proc/self/fd").iterdir())))

    def grown(self, since: "Size") -> list[str]:
        """What has grown, in words; nothing when all is flat."""
        found = []
        if self.pages - since.pages > MOST_PAGES:
            found.append(f"{self.pages - since.pages} pages of memory more")
        if self.objects - since.objects > MOST_OBJECTS:
            found.append(f"{self.objects - since.objects} objects more")
        if (self.threads, self.descriptors) != (since.threads, since.descriptors):
            found.append(f"{self.threads} threads and {self.descriptors} descriptors, not as before")
        return found


def _seen_to_its_end(reader: Story) -> None:
    reader.press(FIRST_CODE)
    reader.wait(35_000)


def _unplugged(reader: Story) -> None:
    reader.press("Code 1 2")
    reader.bench.unplug_reader()
    reader.bench.plug_reader()


def _display_fails(reader: Story) -> None:
    reader.bench.parts.display.traffic.fail(TransferFault(), after=7)
    reader.press(FIRST_CODE)


SESSIONS: tuple[Callable[[Story], None], ...] = (
    _seen_to_its_end,
    lambda reader: reader.press(FIRST_CODE + " Arrêt"),
    lambda reader: reader.press("Code 1 2"),
    lambda reader: reader.press("Code 9 9 9 9 OK 1 2 3 4 OK"),
    _unplugged,
    _display_fails,
    lambda reader: reader.press("Signer Signer 1 2 3 4 OK 5 OK OK"),
)


def live(reader: Story, sessions: int) -> None:
    """So many sessions. The card is the same all the time: its counter goes up."""
    for number in range(sessions):
        reader.insert("sesame-card")
        SESSIONS[number % len(SESSIONS)](reader)
        reader.pull()


def soak(sessions: int) -> list[str]:
    """What has grown over so many sessions after the first few."""
    reader = Story()
    live(reader, WARM_UP)
    before = Size.now()
    live(reader, sessions)
    return Size.now().grown(before)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser("python -m tests.promises.soak")
    parser.add_argument("--sessions", type=int, default=10_000)
    sessions = parser.parse_args(arguments).sessions
    grown = soak(sessions)
    sys.stdout.write(
        f"{sessions} sessions: {', '.join(grown) or 'memory, objects, threads and descriptors are flat'}\n"
    )
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
