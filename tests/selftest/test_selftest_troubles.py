"""Each trouble of a simulated machine gives its line and its cure, and no other probe fails because of it."""

import re
from itertools import combinations

import pytest

from device.selftest.findings import Finding, Verdict, worst_verdict
from device.selftest.probes import ProbeOptions, run_probes
from simulator.surroundings import SimulatedWorld
from simulator.troubles import WITH_SWITCH, Trouble

SILENT = ProbeOptions(tell=lambda _: None)

LINES: dict[Trouble, tuple[tuple[str, Verdict, str, str], ...]] = {
    Trouble.NOT_A_PI: (
        ("machine", Verdict.LEFT_OUT, "not a Raspberry Pi", "sesame run --simulated"),
        ("board", Verdict.LEFT_OUT, "no header", ""),
    ),
    Trouble.RPIGPIO_ON_PI_5: (
        (
            "machine",
            Verdict.FAILED,
            "RPi.GPIO does not work on a Raspberry Pi 5",
            "pip uninstall RPi.GPIO, then: pip",
        ),
        ("header", Verdict.LEFT_OUT, "", "above"),
    ),
    Trouble.GPIO_CLASH: (
        (
            "machine",
            Verdict.FAILED,
            "RPi.GPIO and rpi-lgpio are both installed",
            "pip uninstall RPi.GPIO rpi-lgpio",
        ),
        ("header", Verdict.LEFT_OUT, "", "above"),
    ),
    Trouble.NO_GPIO_LIBRARY: (
        ("libraries", Verdict.FAILED, "lgpio is missing", "pip install '.[lgpio]' in the project's folder"),
        ("header", Verdict.LEFT_OUT, "", "above"),
    ),
    Trouble.NO_GPIO_LIBRARY_3_13: (
        ("libraries", Verdict.FAILED, "lgpio is missing", "3.13: sudo apt install python3-lgpio"),
        ("libraries", Verdict.FAILED, "lgpio is missing", "anew with --system-site-packages"),
        ("header", Verdict.LEFT_OUT, "", "above"),
    ),
    Trouble.NO_DISPLAY_LIBRARY: (
        ("libraries", Verdict.FAILED, "luma.oled is missing", "pip install"),
        ("display", Verdict.LEFT_OUT, "cannot be reached", "above"),
    ),
    Trouble.OLD_DISPLAY_LIBRARY: (
        (
            "libraries",
            Verdict.FAILED,
            "luma.oled 3.13.0 is too old: 3.15 or later",
            "pip install 'luma.oled>=3.15,<4'",
        ),
        ("display", Verdict.LEFT_OUT, "cannot be reached", "above"),
    ),
    Trouble.NO_SPIDEV: (
        ("libraries", Verdict.FAILED, "spidev is missing", "sudo apt install python3-spidev; or pip install"),
        ("display", Verdict.LEFT_OUT, "cannot be reached", "above"),
    ),
    Trouble.NO_PYSCARD: (
        (
            "libraries",
            Verdict.FAILED,
            "smartcard is missing",
            "sudo apt install python3-pyscard; or pip install",
        ),
        ("pcscd", Verdict.LEFT_OUT, "without the Python module", ""),
    ),
    Trouble.I2C_OFF: (
        ("devices", Verdict.FAILED, "/dev/i2c-1 is missing", "raspi-config, Interface Options, I2C"),
        ("display", Verdict.LEFT_OUT, "cannot be reached", "above"),
        ("battery", Verdict.LEFT_OUT, "cannot be reached", "above"),
    ),
    Trouble.SPI_OFF: (
        ("devices", Verdict.FAILED, "/dev/spidev0.0 is missing", "raspi-config, Interface Options, SPI"),
        ("display", Verdict.LEFT_OUT, "cannot be reached", "above"),
    ),
    Trouble.SPI_PORT: (
        ("devices", Verdict.FAILED, "/dev/spidev1.0 is missing", "set bus = 0 below [spi]"),
        ("display", Verdict.LEFT_OUT, "cannot be reached", "above"),
    ),
    Trouble.NO_PERMISSION: (
        ("machine", Verdict.FAILED, "no GPIO chip that can be read", "group gpio"),
        ("devices", Verdict.FAILED, "no permission for /dev/gpiochip0, /dev/i2c-1", "usermod -aG gpio,i2c"),
        ("header", Verdict.LEFT_OUT, "", "above"),
        ("display", Verdict.LEFT_OUT, "", "above"),
        ("battery", Verdict.LEFT_OUT, "", "above"),
    ),
    Trouble.NO_GROUPS: (
        ("machine", Verdict.FAILED, "no GPIO chip that can be read", "group gpio"),
        ("devices", Verdict.FAILED, "no permission for", "udev rules (sudo ./install)"),
        ("header", Verdict.LEFT_OUT, "", "above"),
        ("display", Verdict.LEFT_OUT, "", "above"),
        ("battery", Verdict.LEFT_OUT, "", "above"),
    ),
    Trouble.BAD_CONFIGURATION: (
        (
            "configuration",
            Verdict.FAILED,
            "display.height is 63; allowed is one of 64, 32",
            "sesame config check",
        ),
    ),
    Trouble.CLOCK_STANDS: (
        ("clock", Verdict.FAILED, "stands still", "restart"),
        ("board", Verdict.LEFT_OUT, "without time", ""),
    ),
    Trouble.SERVICE_FAILED: (("service", Verdict.FAILED, "has failed", "journalctl -u sesame-reader"),),
    Trouble.SERVICE_RUNS: (
        ("board", Verdict.LEFT_OUT, "the service has it", "systemctl stop sesame-reader"),
        ("card", Verdict.LEFT_OUT, "the service has it", "systemctl stop sesame-reader"),
    ),
    Trouble.BUS_SILENT: (
        (
            "i2c bus",
            Verdict.FAILED,
            "nothing answers on /dev/i2c-1",
            "SDA on GPIO2 (header pin 3, hole e8) and SCL on GPIO3 (header pin 5",
        ),
        ("display", Verdict.FAILED, "does not answer", "check its supply and wiring"),
        ("battery", Verdict.FAILED, "MAX17048 at 0x36 does not answer", "wiring"),
    ),
    Trouble.DISPLAY_ADDRESS: (
        ("display", Verdict.FAILED, "nothing answers at 0x3C, but something does at 0x3D", "set address = 0x3D"),
    ),
    Trouble.DISPLAY_DEAD: (("display", Verdict.FAILED, "does not answer", "check its supply and wiring"),),
    Trouble.KEY_DEAD: (
        (
            "keypad",
            Verdict.FAILED,
            "not pressed, or dead: 5",
            "GPIO6 (header pin 31, hole h47), GPIO16 (header pin 36, hole j51)",
        ),
    ),
    Trouble.KEY_STUCK: (("keypad", Verdict.FAILED, "held down or stuck: 8", "look for a short"),),
    Trouble.ROW_DEAD: (
        (
            "keypad",
            Verdict.FAILED,
            "not pressed, or dead: 4 5 6 Défi",
            "the wires of GPIO6 (header pin 31, hole h47)",
        ),
    ),
    Trouble.DIODE_REVERSED: (("keypad", Verdict.FAILED, "not pressed, or dead: 9", "on the front board: SW33 D33"),),
    Trouble.RIBBON_TURNED: (
        (
            "keypad",
            Verdict.FAILED,
            "turned round",
            "rows = [21, 20, 16, 12] and columns = [19, 13, 6, 5] below [keypad]",
        ),
        (
            "keypad",
            Verdict.FAILED,
            "1 as Arrêt, 2 as Signer, 3 as Défi",
            "turn the ribbon: keys up, its left wire is row",
        ),
    ),
    Trouble.RIBBON_MIRRORED: (
        (
            "keypad",
            Verdict.FAILED,
            "mirrored, its columns in reverse: keys are read as others, 1 as Code, 2 as 3",
            "columns = [21, 20, 16, 12]",
        ),
    ),
    Trouble.CARD_SWITCH_DEAD: (
        ("card switch", Verdict.FAILED, "stays open with a card in", "and to GPIO"),
        ("card switch", Verdict.FAILED, "", "(header pin"),
        ("card switch", Verdict.FAILED, "", "set card_switch = false below [slot]"),
    ),
    Trouble.CARD_SWITCH_SHORT: (("card switch", Verdict.FAILED, "stays closed without a card", "look for a short"),),
    Trouble.CARD_SWITCH_INVERTED: (("card switch", Verdict.FAILED, "opens with a card in", "the other contact"),),
    Trouble.GPIO_TAKEN: (
        ("keypad", Verdict.FAILED, "both on GPIO5 (header pin 29, hole h46)", "give each its own pin"),
    ),
    Trouble.BATTERY_LOW: (("battery", Verdict.WARNING, "7 % left", "charge it"),),
    Trouble.BATTERY_SILENT: (("battery", Verdict.FAILED, "MAX17048 at 0x36 does not answer", "i2cdetect"),),
    Trouble.NO_PCSC: (("pcscd", Verdict.FAILED, "service does not answer", "systemctl start pcscd.socket"),),
    Trouble.POLKIT: (("pcscd", Verdict.FAILED, "polkit refuses this user", "access_pcsc and access_card"),),
    Trouble.APDU_LOG: (
        ("pcscd", Verdict.WARNING, "every command into its log, the PIN", "without --apdu and --debug"),
    ),
    Trouble.NO_READER: (("card reader", Verdict.FAILED, "no smart-card reader is connected", "plug one in"),),
    Trouble.NO_CARD: (("card", Verdict.LEFT_OUT, "none is in", "put one in"),),
    Trouble.MUTE_CARD: (("card", Verdict.FAILED, "does not answer", "clean its contacts"),),
    Trouble.NO_APPLICATION: (("applications", Verdict.FAILED, "no CAP application", "another card"),),
}


def findings(*troubles: Trouble, wish: ProbeOptions = SILENT) -> list[Finding]:
    return list(run_probes(SimulatedWorld(*troubles), wish))


def says(finding: Finding, probe: str, verdict: Verdict, said: str, cure: str) -> bool:
    return (finding.probe, finding.verdict) == (probe, verdict) and said in finding.said and cure in finding.cure


def test_when_all_is_well() -> None:
    found = findings()
    assert {each.verdict for each in found} == {Verdict.GOOD}
    assert [each.probe for each in found] == [
        *("system", "machine", "libraries", "devices", "service", "configuration", "clock"),
        *("i2c bus", "header", "display", "sound", "keypad", "battery"),
        *("pcscd", "card reader", "card", "applications"),
    ]
    assert not any(each.cure for each in found), "nothing to cure"


@pytest.mark.parametrize("trouble", Trouble, ids=lambda trouble: trouble.value)
def test_a_trouble_is_told_with_its_cure(trouble: Trouble) -> None:
    found = findings(trouble)
    for line in LINES[trouble]:
        assert any(says(each, *line) for each in found), line


@pytest.mark.parametrize("trouble", Trouble, ids=lambda trouble: trouble.value)
def test_nothing_else_is_blamed(trouble: Trouble) -> None:
    blamed = {each.probe for each in findings(trouble) if each.verdict in (Verdict.FAILED, Verdict.WARNING)}
    assert blamed == {probe for probe, verdict, _, _ in LINES[trouble] if verdict in (Verdict.FAILED, Verdict.WARNING)}


@pytest.mark.parametrize("trouble", Trouble, ids=lambda trouble: trouble.value)
def test_whatever_fails_has_a_cure_that_a_person_can_read(trouble: Trouble) -> None:
    for each in findings(trouble):
        assert each.cure or each.verdict in (Verdict.GOOD, Verdict.LEFT_OUT), each
        assert not re.search("Traceback|Error\\b|Exception", each.said + each.cure), each


INDEPENDENT = (
    Trouble.SERVICE_FAILED,
    Trouble.DISPLAY_ADDRESS,
    Trouble.KEY_DEAD,
    Trouble.BATTERY_LOW,
    Trouble.POLKIT,
)


@pytest.mark.parametrize(
    "both", tuple(combinations(INDEPENDENT, 2)), ids=lambda both: "+".join(each.value for each in both)
)
def test_two_troubles_at_once_are_both_told(both: tuple[Trouble, Trouble]) -> None:
    found = findings(*both)
    for trouble in both:
        assert any(says(each, *LINES[trouble][0]) for each in found), trouble


def test_any_two_troubles_end_in_findings() -> None:
    """Whatever comes together, nothing is raised and no probe meets an error that nobody thought of."""
    for both in combinations(Trouble, 2):
        found = findings(*both, wish=ProbeOptions())
        assert not [each for each in found if "unexpected" in each.said], both


def test_a_card_switch_is_followed_out_and_in() -> None:
    told: list[str] = []
    found = list(run_probes(SimulatedWorld(config=WITH_SWITCH), ProbeOptions(tell=told.append)))
    of_switch = next(each for each in found if each.probe == "card switch")
    assert (of_switch.verdict, "opened without a card and closed with one" in of_switch.said) == (Verdict.GOOD, True)
    assert told.index("take the card out of the slot") < told.index("put a card in")


def test_with_nobody_there_it_is_said_how_the_card_switch_stands() -> None:
    found = {each.probe: each for each in run_probes(SimulatedWorld(config=WITH_SWITCH), ProbeOptions())}
    assert (found["card switch"].verdict, "open: no card is in" in found["card switch"].said) == (Verdict.GOOD, True)


def test_nothing_of_the_board_is_touched_by_the_doctor() -> None:
    touching = {"i2c bus", "header", "display", "sound", "keypad", "battery", "board"}
    for trouble in (Trouble.DISPLAY_DEAD, Trouble.KEY_DEAD, Trouble.SERVICE_RUNS):
        assert not touching & {each.probe for each in findings(trouble, wish=ProbeOptions(touch=False))}


def test_alone_no_key_is_waited_for() -> None:
    found = {each.probe: each for each in findings(Trouble.KEY_DEAD, wish=ProbeOptions())}
    assert found["keypad"].verdict is Verdict.LEFT_OUT
    assert found["display"].verdict is Verdict.GOOD


def test_the_gravest_verdict_counts() -> None:
    good, warned, failed = Finding.good("a", "b"), Finding.warning("a", "b", "c"), Finding.failed("a", "b", "c")
    left_out = Finding.left_out("a", "b")
    assert worst_verdict([good, left_out]) is Verdict.GOOD
    assert worst_verdict([good, warned, left_out]) is Verdict.WARNING
    assert worst_verdict([warned, failed, good]) is Verdict.FAILED
