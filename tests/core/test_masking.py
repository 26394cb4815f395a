"""One rule hides what may be a PIN: for the twin, the recorder, the page and whoever comes next."""

import pytest

from sesame_core.smartcard.masking import blank_secret, carries_secret, write_masked

SECRET = [
    pytest.param("0020008008241234FFFFFFFFFF", id="VERIFY"),
    pytest.param("002400801031323334FFFFFFFF35363738FFFFFFFF", id="CHANGE REFERENCE DATA"),
    pytest.param("002C00801031323334353637383132333435363738", id="RESET RETRY COUNTER"),
    pytest.param("1020008008313233343536FFFF", id="VERIFY, chained"),
]


@pytest.mark.parametrize("command", SECRET)
def test_data_that_may_be_a_pin_are_hidden(command: str) -> None:
    apdu = bytes.fromhex(command)
    assert carries_secret(apdu)
    assert blank_secret(apdu) == apdu[:5] + bytes(len(apdu) - 5)
    assert write_masked(apdu) == command[:10] + "*" * (len(command) - 10)


@pytest.mark.parametrize("command", ["0020008000", "00200080", "00A4040007A0000000038002", "80CA9F1700", "20"])
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
