"""One rule hides what may be a PIN: for the twin, the recorder, the page and whoever comes next."""

import pytest

from sesame_core.smartcard.masking import blank_secret, carries_secret, write_masked

SECRET = [
    pytest.param("0020008008241234FFFFFFFFFF", id="VERIFY"),
    pytest.param("002400801031323334FFFFFFFF35363738FFFFFFFF", id="CHANGE REFERENCE DATA"),
    pytest.param("002C00801031323334353637383132333435363738", id="RESET RETRY COUNTER"),
    pytest.param("1020008008313233343536FFFF", id="VERIFY, chained"),
    pytest.param("00FFFFFF13089B10000102030405060708090A0B0C0D0E0F", id="SET MANAGEMENT KEY"),
    pytest.param("00FE119A0406020102", id="IMPORT of a key"),
    pytest.param("00DB3FFF0A5C035FC1095303880189", id="PUT DATA of printed information"),
    pytest.param("00DB3FFF00000A5C035FC1035303880189", id="PUT DATA of fingerprints, extended"),
    pytest.param("0020008000000831323334353637380000", id="VERIFY, extended"),
]

PROOF = "0087039B167C148008A1A2A3A4A5A6A7A88108B1B2B3B4B5B6B7B8"
"""Random blocks that prove a management key are good once, and are not the key."""
WRITTEN = "00DB3FFF085C035FC1055301AA"
READ = "00CB3FFF055C035FC10900"


@pytest.mark.parametrize("command", SECRET)
def test_data_that_may_be_a_pin_are_hidden(command: str) -> None:
    apdu = bytes.fromhex(command)
    assert carries_secret(apdu)
    assert blank_secret(apdu) == apdu[:5] + bytes(len(apdu) - 5)
    assert write_masked(apdu) == command[:10] + "*" * (len(command) - 10)


@pytest.mark.parametrize(
    "command", ["0020008000", "00200080", "00A4040007A0000000038002", "80CA9F1700", "20", PROOF, WRITTEN, READ]
)
def test_a_command_without_secret_stays_whole(command: str) -> None:
    apdu = bytes.fromhex(command)
    assert not carries_secret(apdu)
    assert blank_secret(apdu) == apdu
    assert write_masked(apdu) == command


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_a_buffer_is_not_changed(kind: type[bytes] | type[bytearray]) -> None:
    apdu = kind(bytes.fromhex("0020008008241234FFFFFFFFFF"))
    blank_secret(apdu)
    write_masked(apdu)
    assert apdu == bytes.fromhex("0020008008241234FFFFFFFFFF")
