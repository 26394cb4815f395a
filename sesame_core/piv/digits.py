"""VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER (SP 800-73-5 part 2, 3.2).

Data in a wrong form are 6A80 and cost no try (3.2.1); so they also never reach the vault.
"""

from typing import Final

from sesame_core.piv.names import KeyReference
from sesame_core.piv.session import PivSession
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.piv.transport import PivCommand
from sesame_core.piv.vault import Vault

FIELD: Final = 8
"""PIN and PUK fill eight bytes, the PIN padded with FF (part 1, 3.2.1)."""

SHORTEST_PIN: Final = 6
DIGITS: Final = b"0123456789"
PADDING: Final = 0xFF
FORGET: Final = 0xFF
"""P1 of a VERIFY that takes the right PIN back."""


def verify_pin(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """VERIFY: the PIN, or without data whether it is wanted, or with P1 = FF that it be wanted again."""
    refuse_unless(command.p1 in {0, FORGET}, PivStatus.WRONG_P1_P2)
    refuse_unless(command.p2 == KeyReference.PIN, PivStatus.REFERENCE_NOT_FOUND)
    if command.p1 == FORGET:
        refuse_unless(not command.data, PivStatus.WRONG_DATA)
        _lock(session, vault)
        return b""
    if not command.data:
        refuse_unless(session.pin_right, _tries_status(vault, KeyReference.PIN))
        return b""
    pin = read_pin(command.data)
    _lock(session, vault)
    _refuse_blocked(vault, KeyReference.PIN)
    if not vault.check_pin(pin):
        raise PivRefusedError(_tries_status(vault, KeyReference.PIN, compared=True))
    session.pin_right = session.pin_fresh = True
    return b""


def change_digits(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """CHANGE REFERENCE DATA of PIN or PUK: old, new. A change is no VERIFY."""
    refuse_unless(command.p1 == 0, PivStatus.WRONG_P1_P2)
    refuse_unless(command.p2 in tuple(KeyReference), PivStatus.REFERENCE_NOT_FOUND)
    reference = KeyReference(command.p2)
    old, new = _halves(command.data)
    if reference is KeyReference.PIN:
        old, new = read_pin(old), read_pin(new)
        _lock(session, vault)
    _refuse_blocked(vault, reference)
    if not vault.change_digits(reference, old, new):
        raise PivRefusedError(_tries_status(vault, reference, compared=True))
    return b""


def unblock_pin(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """RESET RETRY COUNTER: PUK, new PIN."""
    refuse_unless(command.p1 == 0, PivStatus.WRONG_P1_P2)
    refuse_unless(command.p2 == KeyReference.PIN, PivStatus.REFERENCE_NOT_FOUND)
    puk, new = _halves(command.data)
    pin = read_pin(new)
    _lock(session, vault)
    _refuse_blocked(vault, KeyReference.PUK)
    if not vault.unblock_pin(puk, pin):
        raise PivRefusedError(_tries_status(vault, KeyReference.PUK, compared=True))
    return b""


def read_pin(data: bytes) -> bytes:
    """Its digits, without the padding. Raises PivRefusedError(6A80): not six to eight digits, FF up to eight bytes."""
    refuse_unless(len(data) == FIELD, PivStatus.WRONG_DATA)
    pin = data.rstrip(bytes((PADDING,)))
    refuse_unless(len(pin) >= SHORTEST_PIN and all(digit in DIGITS for digit in pin), PivStatus.WRONG_DATA)
    return pin


def _halves(data: bytes) -> tuple[bytes, bytes]:
    refuse_unless(len(data) == 2 * FIELD, PivStatus.WRONG_DATA)
    return data[:FIELD], data[FIELD:]


def _lock(session: PivSession, vault: Vault) -> None:
    session.forget_pin()
    vault.lock_keys()


def _refuse_blocked(vault: Vault, reference: KeyReference) -> None:
    refuse_unless(vault.describe_tries(reference).left > 0, PivStatus.BLOCKED)


def _tries_status(vault: Vault, reference: KeyReference, *, compared: bool = False) -> int:
    """63Cx; 6983 where none is left, but 63C0 right after the comparison that took the last one."""
    left = vault.describe_tries(reference).left
    return PivStatus.TRIES_LEFT | left if left or compared else PivStatus.BLOCKED
