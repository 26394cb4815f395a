"""What the course asks the conductor to do. Each ends in an event, but where it says otherwise."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class LookAtKey:
    """Read the key: KeyLooked or StepFailed."""


@dataclass(frozen=True, slots=True)
class AskForUpdate:
    """UpdateOffered or NothingNewer."""


@dataclass(frozen=True, slots=True)
class FetchUpdate:
    """UpdateAdvanced now and then, then UpdateCompleted or StepFailed."""


@dataclass(frozen=True, slots=True)
class StopUpdate:
    """Leave off; what the key has of it stays there. Ends in nothing."""


@dataclass(frozen=True, slots=True)
class EnrolKey:
    """Have the bank certify the key: CertificateStored or StepFailed."""

    user: str
    code: str = field(repr=False)
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RenewKey:
    """Have the bank certify a new key in it, and change to that: CertificateStored or StepFailed."""

    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmOrder:
    """Have the key confirm a transfer: OrderConfirmed or StepFailed."""

    order: bytes = field(repr=False)
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ShowPage:
    """Have the browser that is open show a page of the site, by its path. Ends in nothing."""

    page: str


@dataclass(frozen=True, slots=True)
class UnblockKey:
    """Have PUK and a new PIN typed on the key: KeyUnblocked or StepFailed."""


@dataclass(frozen=True, slots=True)
class OpenBrowser:
    """BrowserOpened or StepFailed; later BrowserClosed."""


@dataclass(frozen=True, slots=True)
class CloseBrowser:
    """And wipe its profile. Ends in nothing: a browser that is closed on purpose tells nobody."""


@dataclass(frozen=True, slots=True)
class TellSite:
    """The browser is closed: end its session there. Ends in nothing; CloseBrowser and ReleaseKey do it, too."""


@dataclass(frozen=True, slots=True)
class ReleaseKey:
    """Close the browser, tell the site, eject the drive: KeyReleased."""


@dataclass(frozen=True, slots=True)
class CopyDetails:
    """Put the details for the helpdesk where they can be pasted. Ends in nothing."""


@dataclass(frozen=True, slots=True)
class WakeAfter:
    """TimePassed after that many milliseconds, unless the phase is another by then."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class QuitLauncher:
    """Close the browser, let go of the lock, end."""


LaunchEffect: TypeAlias = (
    LookAtKey
    | AskForUpdate
    | FetchUpdate
    | StopUpdate
    | EnrolKey
    | RenewKey
    | ConfirmOrder
    | ShowPage
    | UnblockKey
    | OpenBrowser
    | CloseBrowser
    | TellSite
    | ReleaseKey
    | CopyDetails
    | WakeAfter
    | QuitLauncher
)
