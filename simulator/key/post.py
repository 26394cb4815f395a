"""What comes to the customer by post: the helpdesk's letters, which in the demonstration lie on the desk."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from bank.errors import BankError
from bank.esecure.frame import EsecureFrame
from bank.esecure.helpdesk import Helpdesk
from bank.pki.records import AccessKeyState
from drivers.vault.defective import DefectiveStoreError
from sesame_core.errors import SesameError
from sesame_core.piv.fields import split_fields
from sesame_core.piv.names import ATTESTATION_CERTIFICATE
from sesame_core.piv.vault import Vault

CUSTOMER: Final = "MOREAU17"
"""Whose key lies on the desk."""

NO_SERIAL: Final = 0

CERTIFICATE_FIELD: Final = 0x70
"""Of a certificate's data object (SP 800-73-5 part 1, table 10)."""


class PostError(SesameError):
    """The helpdesk does not do it, and why."""


@dataclass(frozen=True, slots=True)
class KeyLetters:
    """`code`: the activation code, empty where the key has its certificate; `number`: the posted security number, empty
    where nobody has had one posted; `serial`: 0 where the key does not tell it."""

    user: str
    serial: int
    code: str = field(default="", repr=False)
    number: str = field(default="", repr=False)


class KeyPost:
    """From any thread. What was posted is known to this program alone, and only while it runs."""

    def __init__(self, frame: EsecureFrame, vault: Vault, user: str = CUSTOMER) -> None:
        self.frame = frame
        self._desk = Helpdesk(frame)
        self._vault = vault
        self._user = user
        self._lock = Lock()
        self._letters: KeyLetters | None = None

    def read_letters(self) -> KeyLetters:
        """What lies on the desk; the key is given out where it is in stock, and nothing lies there for one whose store
        cannot be opened. Raises PostError."""
        with self._lock:
            if self._letters is None:
                try:
                    self._letters = self._give_out()
                except DefectiveStoreError:
                    return KeyLetters(self._user, NO_SERIAL)
            return self._letters

    def post_anew(self) -> KeyLetters:
        """The helpdesk posts a new security number, and a new activation code where the key has no certificate. Raises
        PostError."""
        with self._lock:
            try:
                self._letters = self._ask_anew()
            except DefectiveStoreError as error:
                raise PostError(str(error)) from error
            return self._letters

    def forget(self) -> None:
        """The next customer: nothing was posted yet."""
        with self._lock:
            self._letters = None

    def _give_out(self) -> KeyLetters:
        try:
            held = self._desk.find_held(self._vault.serial)
            if held is None:
                self._desk.make_key(self._own_certificate())
            elif held.key.state is not AccessKeyState.MADE:
                return KeyLetters(held.user, held.key.serial)
            letter = self._desk.issue_key(self._user, self._vault.serial)
        except BankError as error:
            raise PostError(str(error)) from error
        return KeyLetters(letter.user, letter.serial, letter.code, letter.number)

    def _ask_anew(self) -> KeyLetters:
        try:
            held = self._desk.find_held(self._vault.serial)
            if held is None or held.key.state is AccessKeyState.MADE:
                return self._give_out()
            certified = any(each.lives for each in held.certificates)
            code = "" if certified else self._desk.post_activation(held.user).code
            return KeyLetters(held.user, held.key.serial, code, self._desk.post_number(held.user))
        except BankError as error:
            raise PostError(str(error)) from error

    def _own_certificate(self) -> bytes:
        """What the maker's step is given: F9's certificate by itself."""
        found = self._vault.read_object(ATTESTATION_CERTIFICATE)
        if found is None:
            raise PostError("the key has no attestation certificate: it is of no maker")
        return split_fields(found)[CERTIFICATE_FIELD]
