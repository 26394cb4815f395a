"""The host's side of PIV, written for the tests from SP 800-73-5 alone: it shares no line with the card."""

import os
from collections.abc import Callable, Iterator
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Send = Callable[[bytes], bytes]
"""A command APDU to the card: its response APDU."""

AID: Final = "A000000308000010000100"
PUBLISHED_KEY: Final = bytes.fromhex("0102030405060708" * 3)
PIN, PUK = b"123456", b"12345678"
TRIPLE_DES, AES_128, AES_192, AES_256 = 0x03, 0x08, 0x0A, 0x0C
P256, RSA_2048 = 0x11, 0x07


def tlv(tag: int | str, value: bytes = b"") -> bytes:
    """A data object; a tag of several bytes as hexadecimal."""
    head = bytes.fromhex(tag) if isinstance(tag, str) else bytes((tag,))
    size = len(value)
    if size < 0x80:
        return head + bytes((size,)) + value
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return head + bytes((0x80 | len(long),)) + long + value


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The objects in `data`, one level."""
    at = 0
    while at < len(data):
        end = at + 1
        if data[at] & 0x1F == 0x1F:
            while data[end] & 0x80:
                end += 1
            end += 1
        tag = int.from_bytes(data[at:end], "big")
        size, at = data[end], end + 1
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
        yield tag, data[at : at + size]
        at += size


def inner(data: bytes, *path: int) -> bytes:
    """The value that a path of tags leads to."""
    for tag in path:
        data = dict(parts(data))[tag]
    return data


def padded(digits: bytes) -> bytes:
    """PIN or PUK as it is sent."""
    return digits.ljust(8, b"\xff")


class Host:
    """A program that uses the card: short APDUs, chained where the data are longer, fetched where the answer is."""

    def __init__(self, send: Send, *, extended: bool = False) -> None:
        self.send = send
        self.extended = extended

    def raw(self, text: str) -> str:
        """One APDU as it is, its answer, both hexadecimal."""
        return self.send(bytes.fromhex(text)).hex().upper()

    def call(self, head: str, data: bytes = b"") -> tuple[bytes, int]:
        """A whole command: response data, status word."""
        answer = self._extended(head, data) if self.extended else self._chained(head, data)
        body = answer[:-2]
        while answer[-2] == 0x61:
            answer = self.send(bytes.fromhex("00C00000") + answer[-1:])
            body += answer[:-2]
        return body, int.from_bytes(answer[-2:], "big")

    def status(self, head: str, data: bytes = b"") -> str:
        """Only the status word."""
        return f"{self.call(head, data)[1]:04X}"

    def done(self, head: str, data: bytes = b"") -> bytes:
        """The response data of a command that must succeed."""
        body, status = self.call(head, data)
        assert status == 0x9000, f"{head}: {status:04X}"
        return body

    def _chained(self, head: str, data: bytes) -> bytes:
        cla, rest = int(head[:2], 16), bytes.fromhex(head[2:])
        while len(data) > 255:
            assert self.send(bytes((cla | 0x10,)) + rest + b"\xff" + data[:255]) == b"\x90\x00"
            data = data[255:]
        return self.send(bytes((cla,)) + rest + (bytes((len(data),)) + data if data else b"") + b"\x00")

    def _extended(self, head: str, data: bytes) -> bytes:
        body = b"\x00" + len(data).to_bytes(2, "big") + data + b"\x00\x00" if data else b"\x00\x00\x00"
        return self.send(bytes.fromhex(head) + body)

    # What programs do

    def select(self) -> bytes:
        """The application."""
        return self.done("00A40400", bytes.fromhex(AID))

    def verify(self, pin: bytes = PIN) -> str:
        """VERIFY: the status word."""
        return self.status("00200080", padded(pin))

    def manage(self, key: bytes = PUBLISHED_KEY, algorithm: int = TRIPLE_DES) -> str:
        """Prove the management key, and let the card prove it: the status word."""
        cipher = block_cipher(key, algorithm)
        witness = inner(self.done(f"0087{algorithm:02X}9B", tlv(0x7C, tlv(0x80))), 0x7C, 0x80)
        mine = os.urandom(len(witness))
        shown = decrypt(cipher, witness)
        body, status = self.call(f"0087{algorithm:02X}9B", tlv(0x7C, tlv(0x80, shown) + tlv(0x81, mine)))
        if status == 0x9000:
            assert inner(body, 0x7C, 0x82) == encrypt(cipher, mine), "the card has another key"
        return f"{status:04X}"

    def generate(self, slot: int, algorithm: int = P256, *policies: tuple[int, int]) -> bytes:
        """A key pair: the fields of its public key."""
        asked = tlv(0x80, bytes((algorithm,))) + b"".join(tlv(tag, bytes((value,))) for tag, value in policies)
        return inner(self.done(f"004700{slot:02X}", tlv(0xAC, asked)), 0x7F49)

    def use(self, slot: int, number: bytes, algorithm: int = P256, tag: int = 0x81) -> tuple[bytes, int]:
        """GENERAL AUTHENTICATE with a key pair: its result, the status word."""
        body, status = self.call(f"0087{algorithm:02X}{slot:02X}", tlv(0x7C, tlv(0x82) + tlv(tag, number)))
        return (inner(body, 0x7C, 0x82) if body else b""), status

    def put(self, tag: str, value: bytes) -> str:
        """PUT DATA: the status word."""
        return self.status("00DB3FFF", tlv(0x5C, bytes.fromhex(tag)) + tlv(0x53, value))

    def get(self, tag: str) -> tuple[bytes, int]:
        """GET DATA: the answer, the status word."""
        return self.call("00CB3FFF", tlv(0x5C, bytes.fromhex(tag)))

    def metadata(self, reference: int) -> dict[int, bytes]:
        """GET METADATA: its fields."""
        return dict(parts(self.done(f"00F700{reference:02X}")))


def block_cipher(key: bytes, algorithm: int) -> Cipher[modes.ECB]:
    """The management key's."""
    return Cipher(TripleDES(key) if algorithm == TRIPLE_DES else algorithms.AES(key), modes.ECB())


def encrypt(cipher: Cipher[modes.ECB], block: bytes) -> bytes:
    """One block."""
    return cipher.encryptor().update(block)


def decrypt(cipher: Cipher[modes.ECB], block: bytes) -> bytes:
    """One block."""
    return cipher.decryptor().update(block)


def p256_key(fields: bytes) -> ec.EllipticCurvePublicKey:
    """The public key out of the fields of GENERATE or METADATA."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), inner(fields, 0x86))


def rsa_key(fields: bytes) -> rsa.RSAPublicKey:
    """Likewise."""
    exponent, modulus = (int.from_bytes(inner(fields, tag), "big") for tag in (0x82, 0x81))
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()
