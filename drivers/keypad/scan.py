"""The keypad port over any contacts: asleep until an edge, scanned while something moves.

    RESTING --an edge, and the lines differ--> SCANNING --all up and settled---------> RESTING
                                                        --no change for `patience`---> RESTING beside a stuck key

Why not simply scan all the time? Every 5 ms of scanning is a wake-up of the processor, for a device that lies in a
drawer most of its life. Why not simply trust edges? Because an edge says only that *something* moved: not which key,
not whether it bounced, and, beside a key that is already down, often nothing at all. So edges begin a scan, and a
scan decides.

Three things make this harder than it looks:

- **A scan makes edges of its own.** Driving a column low pulls down the row of every closed key. While we scan, edges
  are therefore not heard (`_resting` is false), and an edge that was on its way when a scan ended proves nothing by
  itself: `_wake_up` looks whether the lines really differ from what the last picture explains.
- **Between the last scan and the moment the edges count again, a key can move.** No edge tells of it. That is why
  `_begin_rest` reads the lines once more *after* all columns are low, and goes on scanning if they are odd; why `start`
  rings once for itself. Both orders are needed: cleared before the look, an edge that comes meanwhile sets the mark
  anew; cleared after it, a press would be lost.
- **A key can be stuck, the pad wet or shorted.** A stuck key holds its row low for good, so the others of that row
  give no edge any more. Waiting for their edges would make the reader deaf, scanning for ever would empty the
  battery. While it lasts, every poll that was made because another part had something to do (so somebody is using the
  reader) starts `stuck_watch` ms of slow scanning; after that only an edge wakes this driver. A line that stays odd
  for `patience` ms without a key to explain it is taken as the new normal.

Whoever changes this: tests/drivers/test_keypad_moments.py moves keys at every moment around each of these.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from drivers.debounce import TIMING, Debouncer, Timing
from drivers.errors import DriverError, KeypadError
from drivers.ports import Notify
from sesame_core.events import Event, Key, KeyPressed, Millis


class Contacts(Protocol):
    """The electrical side of a keypad. Contacts are numbered places. Every method but `close` raises DriverError."""

    @property
    def max_trusted(self) -> int:
        """The most closed contacts that a scan tells truly."""
        ...

    def start(self, changed: Callable[[], None]) -> None:
        """Claim the pins; call `changed` at every edge, from any thread."""
        ...

    def scan_keys(self) -> frozenset[int]:
        """The closed places. Causes edges of its own."""
        ...

    def let_rest(self) -> None:
        """Make every contact give an edge."""
        ...

    def edge_lines(self) -> frozenset[int]:
        """At rest: the inputs that are low. Drives nothing."""
        ...

    def expect_edges(self, closed: frozenset[int]) -> frozenset[int]:
        """The inputs that these closed places make low at rest."""
        ...

    def close(self) -> None:
        """Let go of the pins. Never raises."""
        ...


class ScannedKeypad:
    """A `Keypad` (drivers.ports): KeyPressed once a press, debounced; raises KeypadError."""

    def __init__(self, contacts: Contacts, keys: Mapping[int, Key], timing: Timing = TIMING) -> None:
        self._contacts = contacts
        self._keys = dict(keys)
        self._timing = timing
        self._debouncer = Debouncer(timing, contacts.max_trusted)
        self._notify: Notify = _nobody
        self._resting = False
        self._nudged = False
        self._picture: frozenset[int] = frozenset()
        self._odd: frozenset[int] = frozenset()
        self._next: Millis | None = None
        self._changed_at: Millis = 0
        self._scanned_at: Millis = 0
        self._watch_until: Millis = 0

    @property
    def held(self) -> tuple[Key, ...]:
        """The keys that are down now, stuck ones included."""
        return tuple(self._keys[place] for place in sorted(self._debouncer.keys_down) if place in self._keys)

    def start(self, notify: Notify) -> None:
        """Claim the pins. A key that is down already gives no event until it is released. Raises KeypadError."""
        self._notify = notify
        self._debouncer = Debouncer(self._timing, self._contacts.max_trusted)
        try:
            self._contacts.start(self._hear_edge)
            self._picture = self._contacts.scan_keys()
            self._debouncer.adopt_contacts(self._picture)
            self._contacts.let_rest()
        except DriverError as cause:
            self._contacts.close()
            raise KeypadError(f"the keypad cannot start: {cause}") from cause
        self._resting = True
        # A key that moved before the edges counted has left no other trace.
        self._hear_edge()

    def next_due(self) -> Millis | None:
        """The next scan; None when nothing is down or all that is down is stuck."""
        return self._next

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """Scan if it is time or an edge came; the presses accepted now. Costs nothing at rest. Raises KeypadError."""
        try:
            if self._resting:
                self._wake_up(now)
            if self._next is None or now < self._next:
                return ()
            return self._scan_once(now)
        except DriverError as cause:
            raise KeypadError(f"the keypad cannot be read: {cause}") from cause

    def close(self) -> None:
        """Let go of the pins."""
        self._next = None
        self._resting = False
        self._notify = _nobody
        self._contacts.close()

    def _hear_edge(self) -> None:
        if self._resting:
            self._nudged = True
            self._notify()

    def _wake_up(self, now: Millis) -> None:
        """At rest: begin to scan when an edge was real, or slowly when the reader is in use beside a stuck key."""
        if self._nudged:
            # Cleared before the look: an edge that comes meanwhile sets it anew.
            self._nudged = False
            if self._odd_lines() != self._odd:
                self._begin_scans(now)
        elif self._picture and self._others_at_work(now):
            self._watch_until = now + self._timing.stuck_watch
            self._next = now if self._next is None else self._next

    def _others_at_work(self, now: Millis) -> bool:
        """Whether this poll is for another's sake. One right after a scan of ours may be our own echo."""
        # Our own scan has the loop poll everybody: without this, a stuck key would keep itself watched for ever.
        ours = self._next is not None and now >= self._next
        return not ours and now - self._scanned_at >= self._timing.stuck_scan // 2

    def _begin_scans(self, now: Millis) -> None:
        self._resting = False
        self._changed_at = now
        self._next = now

    def _scan_once(self, now: Millis) -> Sequence[Event]:
        beside_stuck, self._resting = self._resting, False
        picture = self._contacts.scan_keys()
        self._scanned_at = now
        if beside_stuck and picture == self._picture:
            # Nothing but the stuck key: back to rest without a turn through the debouncer, which has settled on it.
            self._begin_rest(now)
            return ()
        if beside_stuck:
            self._begin_scans(now)
        return self._take_reading(picture, now)

    def _take_reading(self, picture: frozenset[int], now: Millis) -> Sequence[Event]:
        before, self._picture = self._debouncer.keys_down, picture
        pressed = self._debouncer.read(picture, now)
        if self._debouncer.keys_down != before:
            self._changed_at = now
        self._next = now + self._timing.scan
        if self._is_quiet(now):
            self._watch_until = now + self._timing.stuck_watch
            self._begin_rest(now)
        return [KeyPressed(now, self._keys[place]) for place in pressed if place in self._keys]

    def _is_quiet(self, now: Millis) -> bool:
        if not self._debouncer.is_settled:
            return False
        return not self._debouncer.keys_down or now - self._changed_at >= self._timing.patience

    def _begin_rest(self, now: Millis) -> None:
        """Wait for an edge. A line that moved since the last scan tells it: then go on scanning, but not for ever."""
        self._contacts.let_rest()
        self._nudged = False
        self._resting = True
        watching = self._picture and now < self._watch_until
        self._next = now + self._timing.stuck_scan if watching else None
        # Looked at only now that every column is low: what moved before this gave no edge, what moves after it will.
        odd = self._odd_lines()
        if odd == self._odd or now - self._changed_at >= self._timing.patience:
            self._odd = odd
        else:
            self._resting = False
            self._next = now + self._timing.scan

    def _odd_lines(self) -> frozenset[int]:
        """The lines that the last picture does not explain: a key just moved; or, if it lasts, a wet or shorted pad."""
        return self._contacts.edge_lines() ^ self._contacts.expect_edges(self._picture)


def _nobody() -> None:
    """Nobody is listening."""
