"""Where the launcher is."""

from dataclasses import dataclass
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
    TROUBLE = "trouble"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PluggedKey:
    """What was read from a key. `pad`: the PIN is typed on the key. `known`: this computer has seen it before."""

    serial: int
    certified: bool
    pad: bool = False
    known: bool = True
    version: str = ""


@dataclass(frozen=True, slots=True)
class LaunchState:
    """`key`: what is known of the key that is in, None before it was read. `inside`: one is in. `late`: nobody has put
    one in for half a minute. `refused`: why the form is shown again. `failed_in`: where the trouble came."""

    phase: LaunchPhase = LaunchPhase.WAITING
    key: PluggedKey | None = None
    inside: bool = False
    late: bool = False
    offer: str = ""
    percent: int = 0
    trouble: LaunchTrouble | None = None
    detail: str = ""
    failed_in: LaunchPhase | None = None
