"""What the launcher says, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass

from launcher.course.events import LaunchChoice, TrayItem
from launcher.course.state import LaunchPhase
from launcher.troubles import BrowserCode, LaunchTrouble, TroubleWords


@dataclass(frozen=True, slots=True)
class LauncherSentences:
    """`phases`: one sentence each. Braces are filled in by the view. `browser_codes`: why Firefox says that."""

    name: str
    title: str
    phases: Mapping[LaunchPhase, str]
    buttons: Mapping[LaunchChoice, str]
    tray: Mapping[TrayItem, str]
    troubles: Mapping[LaunchTrouble, TroubleWords]
    browser_codes: Mapping[BrowserCode, str]
    offer: str  # {version}
    fetching: str  # {percent}
    renewal: str  # {days}
    half_renewed: str
    user: str
    code: str
    pin: str
    send: str
    on_the_pad: str
    press_ok: str
    type_on_key: str
    type_puk: str
    read_transfer: str
    transfer_waits: str
    browser_hint: str
    cause: str
    cure: str
    copied: str
    menu: str  # {choices}
    details: str
    sessions: str  # {holder}
