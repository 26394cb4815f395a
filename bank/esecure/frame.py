"""What every part of the access keys works in: the books with their time, the policy, the authorities."""

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from sqlalchemy import Connection

from bank.books.clock import WallClock, wall_ms
from bank.books.store_sql import SqlStore
from bank.books.timed import read_timed, write_timed
from bank.esecure.policy import ESECURE_POLICY, EsecurePolicy
from bank.pki.authority import Authorities, open_authorities, read_issuing
from bank.pki.making import Whereabouts

USUAL_WHEREABOUTS: Final = Whereabouts("http://127.0.0.1:8036/pki")
"""Where `sesame bank serve` tells what was revoked, at its usual port."""

HELPDESK: Final = "helpdesk"
"""Who acts in the journal where a command did."""

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which are misread."""
CODE_SIGNS: Final = 12
"""60 bits: nothing to guess within five tries."""
LOOKALIKES: Final = str.maketrans("ILO", "110")


@dataclass(frozen=True)
class EsecureFrame:
    """The books, where others learn what was revoked, the policy, and the machine's clock."""

    store: SqlStore
    whereabouts: Whereabouts = USUAL_WHEREABOUTS
    policy: EsecurePolicy = ESECURE_POLICY
    wall: WallClock = wall_ms

    def writing(self) -> AbstractContextManager[tuple[Connection, int]]:
        """See `write_timed`."""
        return write_timed(self.store, self.wall)

    def reading(self) -> AbstractContextManager[tuple[Connection, int]]:
        """See `read_timed`."""
        return read_timed(self.store, self.wall)

    def open_authorities(self) -> Authorities:
        """As the books have them now: they may be others after `sesame bank reset`. Raises StateError."""
        return open_authorities(self.store, self.wall)

    def read_issuing(self) -> x509.Certificate:
        """The certificate that clients' are signed by. Raises StateError."""
        return read_issuing(self.store, self.wall)

    def index_code(self, code_id: int, code: str) -> str:
        """What is kept of an activation code: it fits this row only."""
        return self.store.index_secret(f"activation code {code_id}/{normalise_activation(code)}")


def draw_activation() -> str:
    """A new activation code, as it is printed: three groups of four."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(CODE_SIGNS))
    return "-".join(signs[at : at + 4] for at in range(0, CODE_SIGNS, 4))


def normalise_activation(code: str) -> str:
    """As it was drawn, however it was typed."""
    return "".join(sign for sign in code.upper().translate(LOOKALIKES) if sign in ALPHABET)[: 2 * CODE_SIGNS]
