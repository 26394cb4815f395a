"""A payment's sentence as the access key shows it on its glass, signed by the bank, and signed back in slot 9C.

    E0 { E1 { 80 kind, 81 freshness, 82 text }, 9E signature of E1 by the bank }

The key gives the freshness out (16 octets); the text has a line a page, in the few letters that its smallest glass
shows whole. The last line is the operation's reference: the signature of one payment is none of another. What the key
signs is E1, as it is.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bank.iban import group_iban
from bank.operations import catalogue as cat
from bank.operations.octets import OperationContent
from bank.operations.words import notation_of
from bank.pki.der import write_value

ENVELOPE, SIGNED, SIGNATURE, KIND, FRESHNESS, TEXT = 0xE0, 0xE1, 0x9E, 0x80, 0x81, 0x82
PAYMENT: Final = 2
FRESH_SIZE: Final = 16
LINE: Final = 20
"""Signs of a line; a page has two."""
LETTERS: Final = frozenset(" 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.,:;'/()+-%&")
LONGEST_SIGNATURE: Final = 72
"""Octets of an ECDSA signature over P-256, DER."""

UNBROKEN: Final = "\u00a0"
"""Within an amount: 1 234,56 of which the glass shows 234,56 on a line of its own is read as another."""

OPENINGS: Final = {"fr": ("VIREMENT", "A", "DE"), "en": ("TRANSFER", "TO", "FROM")}


def write_pages(content: OperationContent) -> tuple[str, ...]:
    """What the glass shows of a transfer, page by page."""
    opening, to, sender = OPENINGS.get(content.language, OPENINGS["fr"])
    fields = content.fields
    amount = notation_of(content.language).write_number(int(fields[cat.AMOUNT]))
    whole = _plain(f"{amount} EUR").replace(" ", UNBROKEN)
    lines = (
        f"{opening} {whole}",
        _plain(f"{to} {fields[cat.PAYEE_NAME]}"),
        group_iban(str(fields[cat.PAYEE_IBAN])),
        f"{sender} {group_iban(str(fields[cat.PAYER_ACCOUNT]))}",
        _plain(f"REF {content.operation_id[:16]}"),
    )
    return tuple(page for line in lines for page in _pages(line))


def make_signed(content: OperationContent, freshness: bytes) -> bytes:
    """The octets that bank and key sign: E1."""
    text = "\n".join(write_pages(content)).encode()
    fields = write_value(KIND, bytes((PAYMENT,))) + write_value(FRESHNESS, freshness) + write_value(TEXT, text)
    return write_value(SIGNED, fields)


def make_sentence(content: OperationContent, freshness: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The whole sentence for the key: E0."""
    signed = make_signed(content, freshness)
    return write_value(ENVELOPE, signed + write_value(SIGNATURE, key.sign(signed, ec.ECDSA(SHA256()))))


def is_signed(content: OperationContent, freshness: bytes, signature: bytes, keys: tuple[bytes, ...]) -> bool:
    """Whether one of these keys (SubjectPublicKeyInfo) has signed the sentence. The same is computed for each."""
    signed = make_signed(content, freshness)
    found = [_verifies(key, signature, signed) for key in keys]
    return any(found)


def _verifies(octets: bytes, signature: bytes, signed: bytes) -> bool:
    key = load_der_public_key(octets)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _plain(line: str) -> str:
    """Capitals without accents; what the glass has no letter for is a full stop."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", line.upper()) if not unicodedata.combining(sign))
    spaced = " ".join(bare.replace("\u2019", "'").split())
    return "".join(sign if sign in LETTERS else "." for sign in spaced)


def _pages(line: str) -> Iterator[str]:
    """Two lines of whole words each; a word that is longer than a line is cut."""
    words = [word[at : at + LINE] for word in line.split(" ") for at in range(0, len(word), LINE)]
    folded = [""]
    for word in words:
        joined = f"{folded[-1]} {word}".strip()
        folded = [*folded[:-1], joined] if len(joined) <= LINE else [*folded, word]
    for at in range(0, len(folded), 2):
        yield " ".join(folded[at : at + 2])
