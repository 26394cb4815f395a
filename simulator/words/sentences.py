"""What there is to say around the simulated reader, on pages and in the terminal; one value a language has it all."""

from collections.abc import Mapping
from dataclasses import dataclass

from sesame_core.events import Key


@dataclass(frozen=True, slots=True)
class PageWords:
    """All sentences of the page in one language. `name`: the language's own. `said`: what scripts put in while the
    reader works."""

    language: str
    name: str
    skip: str
    title: str
    intro: str
    next_customer: str
    next_hint: str
    reader: str
    glass: str
    keypad: str
    slot: str
    cards: str
    cards_hint: str
    more_cards: str
    technical: str
    glass_note: str
    sheet: str
    pin: str
    user: str
    put_in: str
    pull: str
    read: str
    keyboard: str
    keyboard_on: str
    keyboard_bank: str
    shortcuts: tuple[tuple[str, str], ...]
    bank: str
    bank_alone: str
    inside: str
    state: str
    dark_in: str
    slot_holds: str
    trace: str
    trace_empty: str
    trace_hint: str
    unplug: str
    plug: str
    verbs: str
    verbs_title: str
    verbs_text: str
    home: str
    entrance: str
    legends: Mapping[str, str]
    said: Mapping[str, str]
    phases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SheetStep:
    """One thing to do. `screen`: which of the reader's screens is seen then, if one is; `key`: the key to press."""

    text: str
    screen: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SheetWords:
    """All sentences of the sheet in one language."""

    title: str
    lead: str
    make_title: str
    make: tuple[SheetStep, ...]
    enter_title: str
    enter: tuple[SheetStep, ...]
    know_title: str
    know: tuple[str, ...]
    ask_title: str
    ask: str
    ask_here: str
    warning: str
    print_out: str
    screen: str


@dataclass(frozen=True, slots=True)
class TerminalWords:
    """What the page around the reader says in one language."""

    keypad: tuple[tuple[Key, str], ...]
    cards: str
    chosen: str
    pin: str
    help: str
    too_small: str
    too_fast: str


@dataclass(frozen=True, slots=True)
class PartWords:
    """One of what the entrance leads to. `take`: what its link says."""

    title: str
    text: str
    take: str


@dataclass(frozen=True, slots=True)
class EntranceWords:
    """All sentences of the entrance in one language. `parts`: by their names, also those that are not there yet."""

    title: str
    lead: str
    skip: str
    parts: Mapping[str, PartWords]
    bank: str
    adviser: str
    note: str


@dataclass(frozen=True, slots=True)
class PhonePageWords:
    """All sentences around the telephone in one language. `real_...`: how the app is opened on a real one."""

    title: str
    intro: str
    skip: str
    telephone: str
    messages_title: str
    messages_hint: str
    messages_none: str
    by_text: str
    by_mail: str
    steps_title: str
    steps: tuple[str, ...]
    adviser: str
    real_title: str
    real_text: str
    real_picture: str
    real_root: str
    real_root_get: str
    real_fingerprint: str
    real_finger: str
    real_plain: str
    real_closed: str


@dataclass(frozen=True, slots=True)
class MirrorWords:
    """What the page of the mirrored glass says in one language."""

    title: str
    away: str
    glass: str


@dataclass(frozen=True, slots=True)
class SimulatorWords:
    """All of it in one language. `cards`: what the cards in sight are called, in a customer's words, by their name in
    the gallery, in the order of showing. `verbs`: the sentences of the OpenAPI document, which is in English; one that
    is missing is shown as it is there."""

    page: PageWords
    sheet: SheetWords
    terminal: TerminalWords
    mirror: MirrorWords
    entrance: EntranceWords
    phone: PhonePageWords
    cards: Mapping[str, str]
    verbs: Mapping[str, str]
