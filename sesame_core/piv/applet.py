"""The PIV card application: a command's bytes in, its response's bytes out, and now and then a question between.

    steps = applet.exchange(command)     # a generator: AskConsent out, True or False in, the response at its end

Nothing raises, whatever the bytes: what the card does not do is a status word. What is secret is in the vault and in
the command for as long as it is under way; nothing of it is kept, printed or quoted here.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from sesame_core.piv.authentication import authenticate
from sesame_core.piv.digits import change_digits, unblock_pin, verify_pin
from sesame_core.piv.fields import write_field
from sesame_core.piv.keys import (
    attest_key,
    generate_key,
    get_metadata,
    get_serial,
    get_version,
    move_key,
    set_management_key,
    start_anew,
)
from sesame_core.piv.names import PIV_AID, RID
from sesame_core.piv.objects import get_data, put_data
from sesame_core.piv.session import PivSession
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.piv.transport import Chains, PivCommand, Steps, is_get_response, read_command, refusal_of
from sesame_core.piv.vault import Vault, VaultError
from sesame_core.smartcard.apdu import Ins
from sesame_core.smartcard.piv_instructions import PivIns

Handler: TypeAlias = Callable[[PivCommand, PivSession, Vault], bytes]

HANDLERS: Final[Mapping[int, Handler]] = {
    Ins.VERIFY: verify_pin,
    Ins.CHANGE_REFERENCE_DATA: change_digits,
    Ins.RESET_RETRY_COUNTER: unblock_pin,
    PivIns.GENERATE_KEY: generate_key,
    PivIns.GET_DATA_OBJECT: get_data,
    PivIns.PUT_DATA: put_data,
    PivIns.MOVE_KEY: move_key,
    PivIns.GET_METADATA: get_metadata,
    PivIns.GET_SERIAL: get_serial,
    PivIns.ATTEST: attest_key,
    PivIns.RESET: start_anew,
    PivIns.GET_VERSION: get_version,
    PivIns.SET_MANAGEMENT_KEY: set_management_key,
}
"""All but SELECT, GET RESPONSE and GENERAL AUTHENTICATE, which asks. There is no IMPORT: keys are made here."""

BY_NAME: Final = 0x0400
"""P1 and P2 of SELECT: the first or only application of that name."""

APPLICATION: Final = write_field(
    0x61, write_field(0x4F, PIV_AID[len(RID) :]) + write_field(0x79, write_field(0x4F, RID))
)
"""The application property template (SP 800-73-5 part 2, table 3): the PIX, and under whose authority its tags are."""


class PivApplet:
    """One card's application over its vault. For one host at a time, as a slot has."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._session = PivSession()
        self._chains = Chains()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def forget(self) -> None:
        """Power-on, reset or power-off: whatever was half said or proved is gone."""
        self._session.forget()
        self._chains.forget()
        self._vault.lock_keys()

    def exchange(self, raw: bytes) -> Steps[bytes]:
        """One command APDU; at the end its response APDU, never empty."""
        try:
            return (yield from self._answer(raw))
        except PivRefusedError as refusal:
            return refusal_of(refusal)
        except VaultError:
            # What was proved before may rest on what could not be kept.
            self._session.forget_pin()
            self._session.managed = False
            return refusal_of(PivRefusedError(PivStatus.MEMORY_FAILURE))

    def _answer(self, raw: bytes) -> Steps[bytes]:
        command = read_command(raw)
        if is_get_response(command):
            return self._chains.next_part(command)
        self._chains.drop_response()
        whole = self._chains.join_links(command)
        if whole is None:
            return self._chains.first_part(b"", command.longest)
        response = yield from self._perform(whole)
        return self._chains.first_part(response, whole.longest)

    def _perform(self, command: PivCommand) -> Steps[bytes]:
        if command.ins == Ins.SELECT:
            return self._select(command)
        refuse_unless(self._session.selected, PivStatus.INSTRUCTION_NOT_SUPPORTED)
        if command.ins != PivIns.GENERAL_AUTHENTICATE:
            self._session.forget_blocks()
            handler = HANDLERS.get(command.ins)
            if handler is None:
                raise PivRefusedError(PivStatus.INSTRUCTION_NOT_SUPPORTED)
            return handler(command, self._session, self._vault)
        return (yield from authenticate(command, self._session, self._vault))

    def _select(self, command: PivCommand) -> bytes:
        """SELECT by the name, or by its beginning. What was proved stays proved: there is no other application here
        (part 2, 3.1.1)."""
        refuse_unless(command.parameters == BY_NAME, PivStatus.WRONG_P1_P2)
        named = len(command.data) >= len(RID) and PIV_AID.startswith(command.data)
        refuse_unless(named, PivStatus.NOT_FOUND)
        self._session.selected = True
        return APPLICATION
