"""The octets of an activation: made once by the bank, signed by both keys of the telephone that is to be activated."""

import json
from dataclasses import dataclass, field
from typing import Final

from bank.securpass.policy import EnrolmentPath
from bank.securpass.ports import ActivationProof, NewPhone, SecondProof
from bank.securpass.proofs.keys import verify_device, verify_plain
from bank.securpass.proofs.octets import make_key_challenge

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ActivationContent:
    """All that an activation says: for whom, by which path, which telephone, and until when it can be confirmed."""

    activation_id: str
    device_id: str
    customer_id: int
    path: EnrolmentPath
    phone: NewPhone = field(repr=False)
    created_ms: int
    until_ms: int

    @property
    def challenge(self) -> str:
        """Eight digits for the reader's *Défi*."""
        return make_key_challenge(self.phone.device_key, self.phone.code_key)

    def is_signed(self, octets: bytes, proof: ActivationProof) -> bool:
        """Whether whoever confirms these octets has both keys."""
        by_device = verify_device(self.phone.device_key, octets, proof.device_signature)
        return verify_plain(self.phone.code_key, octets, proof.code_signature) and by_device


def make_activation(content: ActivationContent) -> bytes:
    """The octets, as canonical as an operation's."""
    phone = content.phone
    plain = {
        "version": VERSION,
        "act": "activate",
        "activation": content.activation_id,
        "device": content.device_id,
        "customer": content.customer_id,
        "device_key": phone.device_key.hex(),
        "code_key": phone.code_key.hex(),
        "label": phone.label,
        "language": phone.language,
        "path": content.path.value,
        "second": phone.second.value if phone.second else "",
        "created": content.created_ms,
        "until": content.until_ms,
    }
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_activation(octets: bytes) -> ActivationContent:
    """What the books keep. Raises ValueError, KeyError for what was damaged."""
    plain = json.loads(octets)
    phone = NewPhone(
        bytes.fromhex(plain["device_key"]),
        bytes.fromhex(plain["code_key"]),
        plain["label"],
        SecondProof(plain["second"]) if plain["second"] else None,
        plain["language"],
    )
    return ActivationContent(
        plain["activation"],
        plain["device"],
        plain["customer"],
        EnrolmentPath(plain["path"]),
        phone,
        plain["created"],
        plain["until"],
    )
