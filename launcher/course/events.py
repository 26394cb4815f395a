"""What can happen to the launcher. No secret is in a repr."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from launcher.course.state import PluggedKey
from launcher.troubles import LaunchTrouble


class LaunchChoice(Enum):
    """The buttons."""

    OK = "ok"
    UPDATE = "update"
    RENEW = "renew"
    CANCEL = "cancel"
    END = "end"
    RETRY = "retry"
    UNBLOCK = "unblock"
    COPY = "copy"


class TrayItem(Enum):
    """What the tray offers."""

    CONNECT = "connect"
    REMOVE = "remove"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class KeyPlugged:
    """A key is in a reader."""


@dataclass(frozen=True, slots=True)
class KeyPulled:
    """It is gone."""


@dataclass(frozen=True, slots=True)
class KeyLooked:
    """It was read."""

    facts: PluggedKey


@dataclass(frozen=True, slots=True)
class UpdateOffered:
    """There is a newer version."""

    version: str


@dataclass(frozen=True, slots=True)
class NothingNewer:
    """There is none, or nobody could say."""


@dataclass(frozen=True, slots=True)
class UpdateAdvanced:
    """So much of it is in the key, in per cent."""

    percent: int


@dataclass(frozen=True, slots=True)
class UpdateCompleted:
    """All of it is; it begins when the key is plugged in again."""


@dataclass(frozen=True, slots=True)
class FormSent:
    """User ID and activation code, and the key's PIN where it is typed on the computer; for a renewal the PIN alone."""

    user: str
    code: str = field(repr=False)
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CertificateStored:
    """The key has its certificate."""


@dataclass(frozen=True, slots=True)
class BrowserOpened:
    """On the business site."""


@dataclass(frozen=True, slots=True)
class BrowserClosed:
    """By whoever used it, or by itself."""


@dataclass(frozen=True, slots=True)
class OrderCame:
    """The site has handed the browser a transfer that the key is to confirm."""

    order: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """The site has taken the key's signature. `page`: the path at which it shows the transfer."""

    page: str


@dataclass(frozen=True, slots=True)
class KeyUnblocked:
    """It has a new PIN."""


@dataclass(frozen=True, slots=True)
class KeyReleased:
    """The browser is closed, the site told, the drive ejected."""


@dataclass(frozen=True, slots=True)
class StepFailed:
    """What was under way has ended without success."""

    trouble: LaunchTrouble
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceMade:
    """A button."""

    choice: LaunchChoice


@dataclass(frozen=True, slots=True)
class TrayChosen:
    """An entry of the tray, or of the terminal's menu."""

    item: TrayItem


@dataclass(frozen=True, slots=True)
class TimePassed:
    """What WakeAfter has asked for."""


LaunchEvent: TypeAlias = (
    KeyPlugged
    | KeyPulled
    | KeyLooked
    | UpdateOffered
    | NothingNewer
    | UpdateAdvanced
    | UpdateCompleted
    | FormSent
    | CertificateStored
    | BrowserOpened
    | BrowserClosed
    | OrderCame
    | OrderConfirmed
    | KeyUnblocked
    | KeyReleased
    | StepFailed
    | ChoiceMade
    | TrayChosen
    | TimePassed
)
