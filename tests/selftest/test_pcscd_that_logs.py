"""A pcscd that logs commands writes PINs: the self-test and `sesame doctor` say so."""

from pathlib import Path

import pytest

from device.selftest.card import _writes_commands
from device.selftest.world import pcscd_options_in


@pytest.mark.parametrize(
    ("option", "logs"),
    [
        ("--apdu", True),
        ("--debug", True),
        ("--deb", True),
        ("-a", True),
        ("-fda", True),
        ("--foreground", False),
        ("--auto-exit", False),
        ("--disable-polkit", False),
        ("-f", False),
        ("-x", False),
        ("--", False),
        ("/etc/reader.conf.d", False),
    ],
)
def test_which_options_write_commands(option: str, logs: bool) -> None:
    assert _writes_commands(option) is logs


def test_the_options_are_those_of_the_pcscd_that_runs(tmp_path: Path) -> None:
    for number, line in (("1", b"/sbin/init\0"), ("22", b"/usr/sbin/pcscd\0-f\0--apdu\0"), ("3", b"")):
        (tmp_path / number).mkdir()
        (tmp_path / number / "cmdline").write_bytes(line)
    (tmp_path / "4" / "cmdline").mkdir(parents=True)

    assert pcscd_options_in(tmp_path) == ["-f", "--apdu"]
    assert pcscd_options_in(tmp_path / "nothing") == []
