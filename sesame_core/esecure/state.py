"""The key's state: one frozen value, without a digit of a PIN in it."""

from dataclasses import dataclass, replace
from dataclasses import field as with_default
from enum import Enum

from sesame_core.esecure.questions import FIELDS, PinEntry, PinField, Question, bounds_of
from sesame_core.esecure.words import FALLBACK, LANGUAGES
from sesame_core.events import Battery, Millis

DARK_AFTER: Millis = 35_000
"""How long the glass stays lit without a key or a word of the computer, in milliseconds, as the reader's."""

MANUAL_AFTER: Millis = 30_000
"""How long the computer may take to launch the key's program, in milliseconds: then it has to be done by hand (the
guide, 1.3 c)."""

MANUAL_LASTS: Millis = 30_000
"""How long the glass says so before it goes dark, in milliseconds."""

PATIENCE: Millis = 300
"""How long the card may take before PATIENTEZ is said, in milliseconds."""

CONSENT_LASTS: Millis = 15_000
"""How long OK is waited for, and how long a consent to a browser's connections is good."""

READING_LASTS: Millis = 60_000
"""The longest that a question with several pages is read."""

TOO_FAST: Millis = 500
"""OK so soon after a question came was meant for what was on the glass before."""

UPDATE_LASTS: Millis = 60_000
"""How long an update may stand still."""


class KeyPhase(Enum):
    """Where the course stands. One phase, one kind of screen."""

    ASLEEP = "asleep"
    STARTING = "starting"
    READY = "ready"
    PIN = "pin"
    WORKING = "working"
    BUSY = "busy"
    WRONG = "wrong"
    CONSENT = "consent"
    BLOCKED = "blocked"
    UPDATE = "update"
    REPLUG = "replug"
    REMOVABLE = "removable"
    BROKEN = "broken"
    HALTED = "halted"


class KeyNotice(Enum):
    """A short sentence beside the screen's own."""

    TOO_SHORT = "too short"
    DIFFERENT = "different"
    WRONG = "wrong"
    CHANGED = "changed"


class Ending(Enum):
    """How the key's stay at this computer ends, where it does."""

    REPLUG = "replug"
    REMOVABLE = "removable"


@dataclass(frozen=True, slots=True)
class GlassRules:
    """What configuration may change."""

    language: str | None = None


@dataclass(frozen=True, slots=True)
class KeyState:
    """Everything the key knows. `since`: when the phase began; `dark_at`: when TimeUp is due. `spent`: the card has
    said that no PIN try is left. `alone`: since `came_at`, when the computer came, none of its programs has asked for
    the key. `agreed`: slot and purpose of a consent, and until when it is good."""

    phase: KeyPhase
    since: Millis
    dark_at: Millis | None
    rules: GlassRules = with_default(default_factory=GlassRules)
    before: KeyPhase = KeyPhase.ASLEEP
    host: bool = False
    alone: bool = False
    came_at: Millis = 0
    certified: bool = False
    spent: bool = False
    broken: bool = False
    ending: Ending | None = None
    battery: Battery = Battery.GOOD
    entry: PinEntry | None = None
    step: int = 0
    typed: int = 0
    tries: int | None = None
    patience: Millis = DARK_AFTER
    notice: KeyNotice | None = None
    question: Question | None = None
    page: int = 0
    asked_at: Millis = 0
    agreed: tuple[Question, Millis] | None = None
    percent: int = 0

    @property
    def language(self) -> str:
        """The language of the screens: configured where the key speaks it, else French."""
        wished = self.rules.language or FALLBACK
        return wished if wished in LANGUAGES else FALLBACK

    @property
    def awake(self) -> bool:
        """True when the screen is lit."""
        return self.phase not in (KeyPhase.ASLEEP, KeyPhase.HALTED)

    @property
    def halted(self) -> bool:
        """True when the screen is dark for good."""
        return self.phase is KeyPhase.HALTED

    @property
    def field(self) -> PinField:
        """What is typed."""
        assert self.entry is not None
        return FIELDS[self.entry][self.step]

    @property
    def bounds(self) -> tuple[int, int]:
        """How many digits that has, fewest and most."""
        assert self.entry is not None
        return bounds_of(self.entry, self.field)

    @property
    def rest(self) -> KeyPhase:
        """Where the key is when nothing is under way, by what it knows."""
        if self.broken:
            return KeyPhase.BROKEN
        if not self.host:
            return KeyPhase.STARTING
        if self.ending is not None:
            return KeyPhase.REPLUG if self.ending is Ending.REPLUG else KeyPhase.REMOVABLE
        return KeyPhase.BLOCKED if self.spent else KeyPhase.READY

    def enter(self, phase: KeyPhase, at: Millis) -> "KeyState":
        """The same knowledge in another phase that begins at `at`, with no notice."""
        return replace(self, phase=phase, before=self.phase, since=at, notice=None)

    def without_job(self) -> "KeyState":
        """Nothing left of what was typed and asked."""
        return replace(self, entry=None, step=0, typed=0, tries=None, question=None, page=0, notice=None)


def initial_state(at: Millis, rules: GlassRules | None = None) -> KeyState:
    """The state at power-on: awake, waiting for a computer."""
    return KeyState(KeyPhase.STARTING, at, at + DARK_AFTER, rules or GlassRules())
