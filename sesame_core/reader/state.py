"""The reader's state: one frozen value, without a secret in it but the code's own wipeable digits."""

from dataclasses import dataclass, field, replace
from enum import Enum

from sesame_core.cap.codes import Function, Request
from sesame_core.errors import Fault
from sesame_core.events import Battery, Millis
from sesame_core.pin import MAX_LENGTH, MIN_LENGTH
from sesame_core.reader.words import FALLBACK
from sesame_core.secrets import SecretDigits

DARK_AFTER: Millis = 35_000
"""How long a code is shown, and how long the reader waits for a key, in milliseconds (user guide)."""

PATIENCE: Millis = 300
"""How long the card may take before PATIENTEZ is said, in milliseconds."""


class Phase(Enum):
    """Where the course stands. One phase, one kind of screen."""

    ASLEEP = "asleep"
    NO_CARD = "no card"
    READING = "reading"
    READY = "ready"
    CHALLENGE = "challenge"
    AMOUNT = "amount"
    ACCOUNT = "account"
    PIN = "pin"
    WORKING = "working"
    DATA = "data"
    CODE = "code"
    FAULT = "fault"
    NO_READER = "no reader"
    FLAT = "flat battery"
    HALTED = "halted"


class Progress(Enum):
    """How far the conversation with the card is."""

    NONE = "none"  # not powered
    SELECTING = "selecting"
    SELECTED = "selected"
    PREPARING = "preparing"
    PREPARED = "prepared"


class Notice(Enum):
    """A short sentence beside the screen's own."""

    PRESS_FUNCTION = "press function"
    TOO_SHORT = "too short"
    WRONG_PIN = "wrong pin"
    PRESS_OK = "press ok"
    TYPE_DIGITS = "type digits"


@dataclass(frozen=True, slots=True)
class Rules:
    """What configuration may change. PIN lengths in digits, 4 to 12; `language` None follows the card, then French."""

    pin_least: int = MIN_LENGTH
    pin_most: int = MIN_LENGTH
    language: str | None = None

    def __post_init__(self) -> None:
        assert MIN_LENGTH <= self.pin_least <= self.pin_most <= MAX_LENGTH


@dataclass(frozen=True, slots=True)
class State:
    """Everything the reader knows. `since`: when the phase began; `dark_at`: when it goes dark by itself, if ever.
    `blocked`: the card that is in has said that no PIN try is left; it cannot be otherwise before it is pulled."""

    phase: Phase
    since: Millis
    dark_at: Millis | None
    rules: Rules = field(default_factory=Rules)
    before: Phase = Phase.ASLEEP
    card_in: bool = False
    blocked: bool = False
    reader_there: bool = True
    battery: Battery = Battery.GOOD
    progress: Progress = Progress.NONE
    function: Function | None = None
    challenge: str = field(default="", repr=False)
    amount: str = field(default="", repr=False)
    account: str = field(default="", repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)
    number: str = field(default="", repr=False)
    typed: int = 0
    tries: int | None = None
    notice: Notice | None = None
    fault: Fault | None = None
    code: SecretDigits | None = None
    card_language: str | None = None

    @property
    def language(self) -> str:
        """The language of the screens: configured, else the card's, else French."""
        return self.rules.language or self.card_language or FALLBACK

    @property
    def awake(self) -> bool:
        """True when the screen is lit."""
        return self.phase not in (Phase.ASLEEP, Phase.HALTED)

    @property
    def halted(self) -> bool:
        """True when the screen is dark for good."""
        return self.phase is Phase.HALTED

    @property
    def request(self) -> Request:
        """What the card is to be asked for."""
        if self.function is Function.SIGN:
            return Request(Function.SIGN, challenge=self.account, amount=self.amount)
        return Request(self.function or Function.CODE, challenge=self.challenge)

    def enter(self, phase: Phase, at: Millis) -> "State":
        """The same knowledge in another phase that begins at `at`, with no notice."""
        return replace(self, phase=phase, before=self.phase, since=at, notice=None)

    def without_session(self) -> "State":
        """Nothing left of what was typed, read and shown."""
        return State(
            self.phase,
            self.since,
            self.dark_at,
            self.rules,
            before=self.before,
            card_in=self.card_in,
            blocked=self.blocked and self.card_in,
            reader_there=self.reader_there,
            battery=self.battery,
        )


def initial_state(at: Millis, rules: Rules | None = None) -> State:
    """The state at power-on: awake, waiting for a card."""
    return State(Phase.NO_CARD, at, at + DARK_AFTER, rules or Rules())
