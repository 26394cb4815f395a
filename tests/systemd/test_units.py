"""The units say what they mean: systemd finds nothing to remark, little can be reached, and the files agree."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from sesame.cli import parser_of
from sesame.commands import blank as blank_command
from tools.steps import perform, write
from tools.tpm_walls import CONFIG, DROP_IN, tpm_steps

ROOT = Path(__file__).resolve().parent.parent.parent
SYSTEMD = ROOT / "systemd"
SERVICE = SYSTEMD / "sesame-reader.service"
BRANCH = SYSTEMD / "sesame-branch.service"
KEY = SYSTEMD / "sesame-key.service"
UNITS = (SERVICE, BRANCH, KEY)

MOST_EXPOSED = 2.0
"""The promise: `systemd-analyze security` says 2.0 or better."""


class Said(Protocol):
    status: int
    output: str


Run = Callable[[Sequence[str | Path]], Said]


def settings(key: str) -> list[str]:
    """The values of a key of the service, in their order."""
    return re.findall(rf"^{key}=(.*)$", SERVICE.read_text(), re.MULTILINE)


def words(key: str) -> set[str]:
    return {word for value in settings(key) for word in value.split()}


@pytest.fixture
def verified(run: Run, analyze: str, tmp_path: Path) -> Callable[..., str]:
    """What systemd remarks about a unit's text, its program being installed. Unknown keys are a remark and no error."""

    def _verified(text: str, name: str = SERVICE.name) -> str:
        unit = tmp_path / name
        unit.write_text(re.sub("/opt/sesame/(current|chosen)/bin/sesame", "/bin/true", text))
        said = run([analyze, "verify", "--man=no", unit])
        return "\n".join(line for line in said.output.splitlines() if name in line) + str(said.status or "")

    return _verified


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_has_nothing_to_remark(verified: Callable[..., str], unit: Path) -> None:
    assert verified(unit.read_text(), unit.name) == ""


@pytest.mark.parametrize("fault", ["WatchdocSec=8", "Restart=sometimes", "ExecStartPre=/no/such/program"])
def test_a_fault_in_the_unit_would_be_remarked(verified: Callable[..., str], fault: str) -> None:
    assert verified(SERVICE.read_text().replace("[Service]\n", f"[Service]\n{fault}\n")) != ""


def exposure(run: Run, analyze: str, unit: Path) -> float:
    """0 (closed) to 10, as the weighted sum of what the unit leaves open."""
    said = run([analyze, "security", "--offline=true", "--no-pager", unit])
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", said.output)
    assert found, said.output
    return float(found.group(1))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_little_can_be_reached_from_the_service(run: Run, analyze: str, unit: Path) -> None:
    assert exposure(run, analyze, unit) <= MOST_EXPOSED


def test_an_open_service_would_be_seen(run: Run, analyze: str, tmp_path: Path) -> None:
    bare = tmp_path / SERVICE.name
    bare.write_text("[Service]\nExecStart=/bin/true\n")
    assert exposure(run, analyze, bare) > MOST_EXPOSED


OPEN_ON_PURPOSE = {
    "DeviceAllow",  # the pins and the display's bus
    "PrivateDevices",  # would hide them
    "SupplementaryGroups",  # the groups that own them; PrivateUsers would map them away
    "PrivateUsers",
    "RestrictAddressFamilies_AF_UNIX",  # pcscd's socket
    "RootDirectoryOrRootImage",  # the system's own libraries are used
    "ProcSubset",  # the board is known by /proc/device-tree and /proc/cpuinfo
}


def test_what_is_still_open_is_open_on_purpose(run: Run, analyze: str) -> None:
    said = run([analyze, "security", "--offline=true", "--no-pager", "--json=short", SERVICE])
    rows = json.loads(said.output)
    assert {row["json_field"] for row in rows if row["set"] is False and float(row["exposure"] or 0)} <= OPEN_ON_PURPOSE


def test_the_glass_is_blanked_whatever_happened() -> None:
    """Unprivileged, and before the one privileged line, whose only deed is power-off on the one status that asks."""
    blank, power_off = settings("ExecStopPost")
    assert blank.split()[:2] == ["-/opt/sesame/current/bin/sesame", "blank"]
    assert power_off.startswith("+") and "poweroff" in power_off and "$$EXIT_STATUS" in power_off


def test_a_blank_that_fails_or_hangs_does_not_cancel_the_power_off() -> None:
    """systemd ends the list at a command that fails without "-", and at TimeoutStopSec."""
    *before, _power_off = settings("ExecStopPost")
    assert before and all(command.startswith("-") for command in before)
    assert int(settings("TimeoutStopSec")[0]) >= blank_command.SECONDS + 5


def test_only_the_asked_status_powers_off_and_it_is_not_restarted() -> None:
    from sesame.exits import Exit  # noqa: PLC0415

    asked = str(Exit.POWER_OFF.value)
    assert settings("RestartPreventExitStatus") == settings("SuccessExitStatus") == [asked]
    assert f'"$$EXIT_STATUS" != {asked}' in settings("ExecStopPost")[1]


@pytest.mark.parametrize("key", ["SuccessAction", "FailureAction", "OnSuccess", "OnFailure"])
def test_no_key_that_old_systemd_fires_at_a_crash(key: str) -> None:
    assert settings(key) == []


def test_the_watchdog_leaves_time_to_start_again_within_12_s() -> None:
    """R13: seen after WatchdogSec at most, killed at once, blanked, and started RestartSec later."""
    assert settings("WatchdogSignal") == ["SIGKILL"]
    assert int(settings("WatchdogSec")[0]) + int(settings("RestartSec")[0]) <= 9


def test_no_secret_of_the_process_can_reach_a_disk() -> None:
    assert settings("LimitCORE") == settings("MemorySwapMax") == ["0"]
    assert settings("LimitMEMLOCK") == ["infinity"]


def test_the_branch_is_served_on_loopback_alone() -> None:
    text = BRANCH.read_text()
    assert "IPAddressDeny=any\nIPAddressAllow=localhost\n" in text


def test_user_and_groups_are_made_by_our_own_file() -> None:
    made = re.findall(r"^([gu]) (\S+)", (SYSTEMD / "sesame-reader.sysusers").read_text(), re.MULTILINE)
    assert {name for kind, name in made if kind == "u"} == words("User") == words("Group")
    assert {name for kind, name in made if kind == "g"} == words("SupplementaryGroups")


def test_udev_gives_the_devices_to_these_groups() -> None:
    given = re.findall(r'GROUP="(\w+)"', (SYSTEMD / "sesame-reader.rules").read_text())
    assert set(given) == words("SupplementaryGroups")


def test_polkit_lets_this_user_and_no_other_use_card_readers() -> None:
    rule = (SYSTEMD / "sesame-reader.polkit.rules").read_text()
    assert re.findall(r'subject\.user == "(\w+)"', rule) == settings("User")
    assert set(re.findall(r'"(org[\w.-]+)"', rule)) == {
        "org.debian.pcsc-lite.access_pcsc",
        "org.debian.pcsc-lite.access_card",
    }


def test_the_modes_of_pin_access_have_their_devices() -> None:
    assert words("DeviceAllow") - {"rw"} == {"char-gpiochip", "char-i2c", "char-spi", "/dev/gpiomem"}


# The access key's: the reader's, but for what a key needs


def of_key(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", KEY.read_text(), re.MULTILINE)


DIFFERS = {"Description", "After", "Wants", "Conflicts", "ExecStartPre", "ExecStart", "ExecStopPost", "StateDirectory"}
DIFFERS |= {"StateDirectoryMode", "ReadWritePaths", "ExecStartPost", "TimeoutStartSec"}


def test_the_key_is_closed_as_the_reader_is() -> None:
    names = {line.partition("=")[0] for text in (SERVICE, KEY) for line in text.read_text().splitlines() if "=" in line}
    names = {name for name in names if name.isalpha()}
    assert {name for name in names if settings(name) != of_key(name)} == DIFFERS


@pytest.fixture
def key_with_tpm(tmp_path: Path) -> Path:
    """The key's unit, with what the installer puts beside it for a TPM."""
    root = tmp_path / "root"
    write(root / CONFIG, b'[key]\nsealing = "tpm"\n')
    perform([step for step in tpm_steps(root, with_key=True) if "write" in step.says])
    unit = root / DROP_IN.rpartition(".d/")[0]
    unit.write_text(KEY.read_text())
    return unit


def test_with_a_tpm_the_key_reaches_one_device_more_and_nothing_else(
    run: Run, analyze: str, key_with_tpm: Path, tmp_path: Path
) -> None:
    drop_in = tmp_path / "root" / DROP_IN
    assert [line for line in drop_in.read_text().splitlines() if line[0] != "#"] == [
        "[Service]", "DeviceAllow=/dev/tpmrm0 rw", "SupplementaryGroups=tss",
    ]  # fmt: skip
    key_with_tpm.write_text(re.sub("/opt/sesame/(current|chosen)/bin/sesame", "/bin/true", KEY.read_text()))
    remarks = run([analyze, "verify", "--man=no", key_with_tpm])
    assert [line for line in remarks.output.splitlines() if "sesame-key" in line] == []
    assert remarks.status == 0
    drop_in.write_text(drop_in.read_text().replace("DeviceAllow", "DeviceAllows"))
    assert "DeviceAllows" in run([analyze, "verify", "--man=no", key_with_tpm]).output, (
        "a fault in it would be remarked"
    )
    assert exposure(run, analyze, key_with_tpm) <= MOST_EXPOSED


def test_key_and_reader_never_run_together() -> None:
    assert "sesame-reader.service" in of_key("Conflicts")[0].split()


WHERE_THE_MACHINE_MOUNTS = "/usr/bin/nsenter --target 1 --mount --"
"""Where a unit has PrivateMounts=yes each of its lines has mounts of its own, one with "+" as well: FunctionFS, mounted
by one line, was not there for the next. Seen on a booted machine (`tests/vm/run key`)."""


def test_only_the_device_and_the_choice_of_a_program_are_roots() -> None:
    settle, before = of_key("ExecStartPre")
    (confirm,) = of_key("ExecStartPost")
    assert settle.startswith("-+/opt/sesame/current/bin/sesame key update settle ")
    assert confirm.startswith("-+/opt/sesame/current/bin/sesame key update confirm ")
    blank, down, power_off = of_key("ExecStopPost")
    assert before.startswith(f"+{WHERE_THE_MACHINE_MOUNTS} /opt/sesame/chosen/bin/sesame key gadget up ")
    assert down == f"-+{WHERE_THE_MACHINE_MOUNTS} /opt/sesame/chosen/bin/sesame key gadget down"
    assert blank.split()[1] == "blank"
    assert power_off == settings("ExecStopPost")[-1]
    assert not of_key("ExecStart")[0].startswith("+")


def test_what_the_unit_types_is_understood() -> None:
    parser, _ = parser_of("key")
    for line in (*of_key("ExecStartPre"), *of_key("ExecStart"), *of_key("ExecStartPost"), of_key("ExecStopPost")[1]):
        _, command, *words = line.lstrip("+-").removeprefix(WHERE_THE_MACHINE_MOUNTS).split()
        assert (command, parser.parse_args(words).tool) == ("key", words[0])


def test_the_key_writes_its_own_folder_and_its_own_device_alone() -> None:
    assert of_key("ReadWritePaths") == ["-/sys/kernel/config/usb_gadget"]
    assert (of_key("StateDirectory"), of_key("StateDirectoryMode")) == (["sesame-key"], ["0700"])
    assert "--state /var/lib/sesame-key" in of_key("ExecStart")[0]
