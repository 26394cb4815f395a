"""What can go wrong, by the rows of the guide's error table, and what is beside them."""

from dataclasses import dataclass
from enum import Enum


class LaunchTrouble(Enum):
    """Each has a message, a cause and a cure in every language. The first twelve are the guide's rows, in its order."""

    INSTALLATION = "installation"
    ISSUER = "certificate issuing service"
    SERIAL = "serial number"
    THREAT = "launcher file"
    TIMED_OUT = "timed out"
    CONFLICT = "session conflict"
    HOURGLASS = "hourglass"
    SSL = "SSL"
    LIGHT = "light"
    AUTOPLAY = "automatic launch"
    PDF_READER = "PDF reader"
    PDF_BLANK = "PDF blank"
    NOT_FOUND = "server not found"
    REFUSED = "connection refused"
    CODE = "user ID or activation code"
    NOT_ISSUED = "certificate not issued"
    PIN_WRONG = "PIN wrong"
    PIN_BLOCKED = "PIN blocked"
    NOT_AGREED = "not agreed to"
    PULLED = "key pulled"
    UPDATE = "update"
    MISSING = "program missing"
    NO_MANAGEMENT = "management key"
    PAYMENT = "transfer not confirmed"
    PUK_WRONG = "PUK wrong"
    PUK_BLOCKED = "PUK blocked"


GUIDE_ROWS = tuple(LaunchTrouble)[:12]
"""The rows of the guide's error table."""


class BrowserCode(Enum):
    """The SSL errors that the key's browser names: number and name. The first two are those of the guide's error table.

    Source: NSS, lib/ssl/sslerr.h (from -0x3000) and lib/util/secerr.h (from -0x2000); NSPR, pr/include/prerr.h (from
    -6000).
    """

    HANDSHAKE_FAILURE = (-12227, "SSL_ERROR_HANDSHAKE_FAILURE_ALERT")
    BAD_DER = (-8183, "SEC_ERROR_BAD_DER")
    UNREADABLE = (-8191, "SEC_ERROR_LIBRARY_FAILURE")
    CERTIFICATE_REQUIRED = (-12107, "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT")
    UNKNOWN_CA = (-12195, "SSL_ERROR_UNKNOWN_CA_ALERT")
    KEY_GONE = (-8023, "SEC_ERROR_PKCS11_DEVICE_ERROR")
    UNKNOWN_ISSUER = (-8179, "SEC_ERROR_UNKNOWN_ISSUER")
    EXPIRED = (-8181, "SEC_ERROR_EXPIRED_CERTIFICATE")
    BAD_DOMAIN = (-12276, "SSL_ERROR_BAD_CERT_DOMAIN")
    ENDED = (-5938, "PR_END_OF_FILE_ERROR")
    RESET = (-5961, "PR_CONNECT_RESET_ERROR")

    def __str__(self) -> str:
        """As it is looked for."""
        number, name = self.value
        return f"{number} {name}"


class LaunchError(Exception):
    """What ends a step. `detail` is for the helpdesk: names and numbers, never a code, a PIN or a key."""

    def __init__(self, trouble: LaunchTrouble, detail: str = "") -> None:
        super().__init__(f"{trouble.value}: {detail}" if detail else trouble.value)
        self.trouble = trouble
        self.detail = detail


class CardGoneError(LaunchError):
    """The key was pulled while it was spoken to."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(LaunchTrouble.PULLED, detail)


@dataclass(frozen=True, slots=True)
class TroubleWords:
    """One row: what is shown, why, what to do."""

    message: str
    cause: str
    cure: str
