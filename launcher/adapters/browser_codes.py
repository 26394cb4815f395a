"""What Firefox would call what the launcher's own TLS says."""

import ssl
from http.client import RemoteDisconnected
from typing import Final

from launcher.troubles import BrowserCode

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
