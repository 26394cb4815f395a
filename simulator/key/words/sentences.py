"""What there is to say around the simulated access key; one value a language has it all."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyPageWords:
    """All sentences around the access key in one language. `steps`: how one begins. `said`: what scripts put in.
    `browser_faults`: title and text of the browser's own pages, by what happened."""

    title: str
    intro: str
    skip: str
    key: str
    glass: str
    keypad: str
    dock: str
    plug: str
    unplug: str
    keyboard: str
    post_title: str
    post_hint: str
    user: str
    pin: str
    puk: str
    code: str
    number: str
    post_anew: str
    updates_title: str
    runs: str  # {number}
    offered: str  # {number}
    nothing_newer: str
    publish: str
    steps_title: str
    steps: tuple[str, ...]
    computer: str
    drive: str
    drive_empty: str
    start: str
    manner: str
    manners: Mapping[str, str]
    asks: str
    asks_yes: str
    asks_no: str
    launcher: str
    launcher_closed: str
    send: str
    tray: str
    browser: str
    browser_closed: str
    close: str
    true_title: str
    true_text: str
    glass_note: str
    try_again: str
    said: Mapping[str, str]
    browser_faults: Mapping[str, tuple[str, str]]
