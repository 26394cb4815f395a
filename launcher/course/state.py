"""Where the launcher is."""

from dataclasses import dataclass, field
from enum import Enum

from launcher.troubles import LaunchTrouble


class LaunchPhase(Enum):
    """In the guide's order; TROUBLE may follow any."""

    WAITING = "waiting for a key"
    CUSTOMISING = "customising"
    GREETING = "no need to restart"
    CHECKING = "looking for an update"
    OFFERED = "update offered"
    UPDATING = "updating"
    UPDATED = "updated"
    REPLUG = "remove and reinsert"
    ASKING = "user ID and activation code"
    ENROLLING = "downloading the certificate"
    DOWNLOADED = "certificate downloaded"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LEFT_IN = "browser closed, key left in"
    REMOVING = "removing"
    REMOVABLE = "removable"
    RENEWABLE = "renewal offered"
    UNLOCKING = "PIN for the renewal"
    RENEWING = "renewing the certificate"
    RENEWED = "certificate renewed"
    ORDERED = "PIN for a transfer"
    CONFIRMING = "confirming a transfer"
    CONFIRMED = "transfer confirmed"
    UNCONFIRMED = "transfer not confirmed"
    UNBLOCKING = "unblocking the key"
    TROUBLE = "trouble"
    ENDED = "ended"


class RenewalState(Enum):
    """Of a key's certificate. DUE: it is near its end, and works. BEGUN: the keys were about to change places, which
    has to be ended before the key can be used."""

    NONE = "none"
    DUE = "due"
    BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class PluggedKey:
    """What was read from a key. `pad`: the PIN is typed on the key. `known`: this computer has seen it before. `days`:
    until a certificate that is to be renewed ends."""

    serial: int
    certified: bool
    pad: bool = False
    known: bool = True
    version: str = ""
    renewal: RenewalState = RenewalState.NONE
    days: int = 0


@dataclass(frozen=True, slots=True)
class LaunchState:
    """`key`: what is known of the key that is in, None before it was read. `inside`: one is in. `late`: nobody has put
    one in for half a minute. `failed_in`: where the trouble came. `by_hand`: only a person has begun the
    launcher. `order`: the transfer that is to be confirmed, as the site handed it over."""

    phase: LaunchPhase = LaunchPhase.WAITING
    key: PluggedKey | None = None
    inside: bool = False
    late: bool = False
    offer: str = ""
    percent: int = 0
    trouble: LaunchTrouble | None = None
    detail: str = ""
    failed_in: LaunchPhase | None = None
    by_hand: bool = False
    order: bytes = field(default=b"", repr=False)
