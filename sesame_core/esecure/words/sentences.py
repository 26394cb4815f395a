"""What there is to say. Braces are filled in by the screen; everything must fit the smallest display."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeySentences:
    """Every sentence of the key in one language."""

    name: str
    wait: str
    activate: str
    on_the_computer: str
    open_drive: str  # before on_the_computer
    ready: str
    pin: str
    puk: str
    new_pin: str
    new_puk: str
    again: str
    different: str
    digits: str  # {n}: how many there are
    at_least: str  # {n}
    wrong_digits: str
    tries_left: str  # {n}: 2 or more
    last_try: str
    blocked: str
    call_bank: str
    changed: str
    sign: str
    agree: str
    manage: str
    log_on: str
    ok_or_clear: str
    next_page: str
    update: str  # {n}: per cent
    keep_in: str
    remove: str
    reinsert: str
    you_may: str
    remove_the_key: str
    faulty: str
    ask_for_another: str
    flat_battery: str
