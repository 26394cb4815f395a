"""A PKCS#11 module asked for signatures, by ctypes: what a browser's TLS pays for a key in a token.

Only what the benchmark calls, with the numbers of the standard (OASIS, PKCS#11 Base Specification 2.40, annex B).
"""

import ctypes
from pathlib import Path
from typing import Final

SERIAL_SESSION: Final = 4
USER: Final = 1
CLASS, KEY_TYPE = 0x0, 0x100
PRIVATE_KEY, RSA, EC = 3, 0, 3
RSA_PKCS, ECDSA = 0x1, 0x1041
MECHANISMS: Final = {RSA: RSA_PKCS, EC: ECDSA}
OK: Final = 0
SIGNATURE_BYTES: Final = 256
FUNCTIONS: Final = {
    "C_Initialize": 0,
    "C_Finalize": 1,
    "C_GetSlotList": 4,
    "C_GetTokenInfo": 6,
    "C_OpenSession": 12,
    "C_Login": 18,
    "C_FindObjectsInit": 26,
    "C_FindObjects": 27,
    "C_FindObjectsFinal": 28,
    "C_SignInit": 42,
    "C_Sign": 43,
}
"""Their places in CK_FUNCTION_LIST, behind the version: some modules export nothing but the list."""

Long = ctypes.c_ulong


class Attribute(ctypes.Structure):
    """CK_ATTRIBUTE."""

    _fields_ = (("type", Long), ("value", ctypes.c_void_p), ("length", Long))


class Mechanism(ctypes.Structure):
    """CK_MECHANISM."""

    _fields_ = (("mechanism", Long), ("parameter", ctypes.c_void_p), ("length", Long))


class Pkcs11Error(Exception):
    """A function of the module failed: its name and the CKR number."""


class SigningToken:
    """The first token that is found, logged in, and its first key of each type. Raises Pkcs11Error."""

    def __init__(self, module: Path, pin: str, label: str) -> None:
        """`label`: what its label begins with."""
        listed = ctypes.POINTER(ctypes.c_void_p)()
        ctypes.CDLL(str(module)).C_GetFunctionList(ctypes.byref(listed))
        function = ctypes.CFUNCTYPE(Long)
        self._functions = {name: function(listed[1 + place]) for name, place in FUNCTIONS.items()}
        self._call("C_Initialize", None)
        self._session = Long()
        slot = self._find_slot(label.encode())
        self._call("C_OpenSession", slot, Long(SERIAL_SESSION), None, None, ctypes.byref(self._session))
        self._call("C_Login", self._session, Long(USER), pin.encode(), Long(len(pin)))
        self._keys: dict[int, Long] = {}

    def sign(self, digest: bytes, key_type: int = EC) -> bytes:
        """ECDSA over a digest of 32 bytes, as r and s; with an RSA key, its signature (PKCS #1, 1.5)."""
        if key_type not in self._keys:
            self._keys[key_type] = self._find_key(key_type)
        mechanism = Mechanism(MECHANISMS[key_type], None, 0)
        self._call("C_SignInit", self._session, ctypes.byref(mechanism), self._keys[key_type])
        made, length = ctypes.create_string_buffer(SIGNATURE_BYTES), Long(SIGNATURE_BYTES)
        self._call("C_Sign", self._session, digest, Long(len(digest)), made, ctypes.byref(length))
        return made.raw[: length.value]

    def close(self) -> None:
        """Log out and let go."""
        self._call("C_Finalize", None)

    def _find_slot(self, label: bytes) -> Long:
        count = Long()
        self._call("C_GetSlotList", 1, None, ctypes.byref(count))
        slots = (Long * count.value)()
        self._call("C_GetSlotList", 1, slots, ctypes.byref(count))
        for slot in slots:
            told = ctypes.create_string_buffer(512)  # CK_TOKEN_INFO begins with the label, 32 bytes
            self._call("C_GetTokenInfo", Long(slot), told)
            if told.raw.startswith(label):
                return Long(slot)
        raise Pkcs11Error(f"no token's label begins with {label.decode()}")

    def _find_key(self, key_type: int) -> Long:
        wanted = {CLASS: Long(PRIVATE_KEY), KEY_TYPE: Long(key_type)}
        rows = [Attribute(kind, ctypes.cast(ctypes.pointer(one), ctypes.c_void_p), 8) for kind, one in wanted.items()]
        found, count = Long(), Long()
        self._call("C_FindObjectsInit", self._session, (Attribute * len(rows))(*rows), Long(len(rows)))
        self._call("C_FindObjects", self._session, ctypes.byref(found), Long(1), ctypes.byref(count))
        self._call("C_FindObjectsFinal", self._session)
        if not count.value:
            raise Pkcs11Error("no such key in this token")
        return found

    def _call(self, name: str, *words: object) -> None:
        result = self._functions[name](*words)
        if result != OK:
            raise Pkcs11Error(f"{name}: CKR {result:#x}")
