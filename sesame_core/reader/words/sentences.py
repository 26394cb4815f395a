"""What there is to say. Braces are filled in by the screen; everything must fit the smallest display."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentences:
    """Every sentence of the reader in one language."""

    insert_card: str
    wait: str
    choose_function: str
    press_function: str
    challenge: str
    amount: str
    account: str
    number: str  # {n}: which of the transaction numbers
    sign_other: str
    enough_ok: str
    pin: str
    digits: str  # {n}: how many the PIN has
    at_least: str  # {n}
    type_digits: str
    press_ok: str
    wrong_pin: str
    tries_left: str  # {n}: 2 or more
    last_try: str
    blocked: str
    application_blocked: str
    call_bank: str
    unsupported: str
    in_use: str
    other_program: str
    unreadable: str
    card_error: str  # {n}: the number of the fault
    no_reader: str
    flat_battery: str
    decimal_mark: str
    thousands_mark: str
