"""The SSL errors that the key's browser names, by its own numbers and names, and what the launcher's own TLS says where
Firefox would say one of them.

Source: NSS, lib/ssl/sslerr.h (from -0x3000) and lib/util/secerr.h (from -0x2000); NSPR, pr/include/prerr.h (from
-6000).
"""

import ssl
from enum import Enum
from http.client import RemoteDisconnected
from typing import Final


class BrowserCode(Enum):
    """Number and name. The first two are those of the guide's error table."""

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


BY_REASON: Final = {
    "SSLV3_ALERT_HANDSHAKE_FAILURE": BrowserCode.HANDSHAKE_FAILURE,
    "SSL/TLS_ALERT_HANDSHAKE_FAILURE": BrowserCode.HANDSHAKE_FAILURE,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": BrowserCode.CERTIFICATE_REQUIRED,
    "TLSV1_ALERT_UNKNOWN_CA": BrowserCode.UNKNOWN_CA,
}
"""By OpenSSL's names (openssl/sslerr.h)."""

BY_VERDICT: Final = {
    10: BrowserCode.EXPIRED,
    18: BrowserCode.UNKNOWN_ISSUER,
    19: BrowserCode.UNKNOWN_ISSUER,
    20: BrowserCode.UNKNOWN_ISSUER,
    21: BrowserCode.UNKNOWN_ISSUER,
    62: BrowserCode.BAD_DOMAIN,
    64: BrowserCode.BAD_DOMAIN,
}
"""By the number of a verification that failed (X509_STORE_CTX_get_error(3))."""


def find_browser_code(reason: object) -> BrowserCode | None:
    """What Firefox would call that error of Python's `ssl`, or of a socket; None where it has no one name for it."""
    if isinstance(reason, ssl.SSLCertVerificationError):
        return BY_VERDICT.get(reason.verify_code)
    if isinstance(reason, (ssl.SSLEOFError, RemoteDisconnected)):
        return BrowserCode.ENDED
    if isinstance(reason, ssl.SSLError):
        # OpenSSL gives a mistake of the DER no reason of TLS's: Python has "ASN1 lib" in the text alone. Firefox 140
        # says the guide's code where a part is wrong, and UNREADABLE where nothing can be read.
        unread = "ASN1" in str(reason)
        return BrowserCode.BAD_DER if unread else BY_REASON.get(str(reason.reason))
    return BrowserCode.RESET if isinstance(reason, ConnectionResetError) else None
