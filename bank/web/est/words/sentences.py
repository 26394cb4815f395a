"""The sentences of the certificate issuing service, as the key's launcher shows them to whoever holds the key."""

from collections.abc import Mapping
from dataclasses import dataclass

from bank.esecure.enrolling import EnrolFault


@dataclass(frozen=True, slots=True)
class EstWords:
    """`faults`: in `early` stands {day}. `realm`: what a client asks for the user ID with."""

    realm: str
    faults: Mapping[EnrolFault, str]
    too_many: str
    no_tls: str
    broken: str
