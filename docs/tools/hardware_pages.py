"""The self-test, from what a simulated machine says with each trouble switched on, and the wires."""

from collections.abc import Iterator, Sequence

from device.config import Config, gpios_in_use
from device.selftest.findings import Finding, Verdict
from device.selftest.probes import ProbeOptions, run_probes
from docs.tools.made import Page
from drivers.header import DESK, HEADER, Signal
from drivers.power.supply import WAKES, Off
from simulator.surroundings import SimulatedWorld
from simulator.troubles import Trouble

PROBES = {
    "system": ("operating system, kernel, Python", ""),
    "machine": ("the model of Pi, its GPIO chip, two GPIO libraries in each other's way", ""),
    "libraries": ("the Python modules that the configured reader needs here", ""),
    "devices": ("/dev/gpiochip*, /dev/i2c-*, /dev/spidev*, and the groups that open them", ""),
    "service": ("what systemd says of sesame-reader, or of sesame-key", ""),
    "configuration": ("the file, and whether it can be used", ""),
    "clock": ("monotonic time moves on", ""),
    "i2c bus": ("which addresses of displays and gauges answer", "yes"),
    "header": ("the header can be claimed, and through which library", "yes"),
    "display": ("every pixel, then a sentence with accents and a bar; dark afterwards", "looks at it"),
    "sound": ("buzzer and light play the pattern of a right PIN", "listens and looks"),
    "card switch": ("where one is configured: it follows a card out and in again", "moves a card"),
    "keypad": ("each key, asked for by its name; 20 s for it, 5 s after a silent one", "presses"),
    "battery": ("the gauge's percent", "yes"),
    "key usb": ("an access key: the USB controller, the composite device, a computer at the other end", ""),
    "key store": ("an access key: every part of its store is there, and opens", ""),
    "key tpm": ("an access key that a TPM seals: the chip is there, seals and opens random bytes, and which it is", ""),
    "pcscd": ("the smart-card service answers and lets this user in", ""),
    "card reader": ("the names of the connected readers", ""),
    "card": ("its answer to reset and protocol", ""),
    "applications": ("which known applications are there, and the one that codes are made with; SELECT only", ""),
}
"""Probe -> what it looks at, and what it claims or needs a person for."""

SELFTEST = """\
# The self-test

`sesame selftest` tests the reader from the machine up to the card, in the order of a repair: one line a probe, with a
verdict and, where something is wrong, what to do. `sesame doctor` leaves the board alone (the last column below) and
can be run at any time, beside the service. Neither moves a counter of a card, and neither says more of a card than its
answer to reset, its protocol and the identifiers of applications, which are the same for all cards of a kind. Which
wire is on which pin: [wiring.md](wiring.md).

```console
$ sudo systemctl stop sesame-reader
$ sesame selftest                 # somebody looks, listens, and presses each key once
$ sesame selftest --alone         # nobody is there
$ sesame selftest --show 600      # at the end, how many failed and which stands on the display for ten minutes
$ sesame doctor --json
$ sesame selftest --simulated --trouble display-address --trouble polkit
```

Each key is asked for by its name, on the display and on standard error: one that is read as another is told, and where
all of it comes from a ribbon that is turned or mirrored, the lines for `reader.toml` are offered. These digits are no
PIN and go nowhere. Where a line names a GPIO, its pin on the header stands behind it and, as long as the configuration
is that of the [desk prototype](build.md), the hole in its breadboard.

After the last key the pad is drawn, on standard error and on the display, whatever was found: each key that was silent,
stuck or read as another is marked where it lies (in brackets; on the display as a full block), and a good pad has no
mark. With `[keypad] diodes = true` it is the [front board](hardware/front-board.md): instead of a hole, the switch and
its diode are named, or the resistor of a row or column that is silent as a whole.

A [card that was only written](image.md#test-the-board) has no login: there a word in `cmdline.txt` begins it.

The exit code is 1 when a probe failed, else 0: a warning and what was left out are no failures.

## Probes

| probe | what it looks at | claims the board |
| --- | --- | --- |
"""

JSON = """
## JSON

`--json` prints one object of [the usual form](json.md) once all is done, with:

| key | value |
| --- | --- |
| `verdict` | the gravest: `ok`, `warning` or `failed` |
| `findings` | a list, in the order of the probes; a probe may have several findings or none |
| `findings[].probe` | a name of the table above, or `board` where the whole board was left out |
| `findings[].verdict` | `ok`, `left out`, `warning` or `failed` |
| `findings[].said` | what was found, for a person: not to be parsed |
| `findings[].cure` | what to do, for a person; empty when there is nothing to do |

## Each trouble, with its lines

Every row was produced by `sesame selftest --simulated --trouble NAME`: the real probes, and the real drivers over
simulated pins and bus bytes. Lines that say "ok" are left away. Nothing here was tried on a real Pi:
[levels.md](levels.md).

| trouble | probe | verdict | said | cure |
| --- | --- | --- | --- | --- |
"""

WIRING = """\
# Wiring

Which signal is on which pin of the 40-pin header, the same on every Raspberry Pi that has one. The table is made from
`drivers/header.py`, which the default configuration is taken from and the [schematics](../hw/schematics) are checked
against. GPIO numbers are Broadcom's, as the configuration wants them; pins are counted on the header. Everything is
3.3 V.

Parts, order of work and what to measure first: [build.md](build.md).
"""

HAT = {0, 1}
"""The identification of HATs: left alone."""

OFF = {
    Off.ASLEEP: "the display is off, everything waits for an edge",
    Off.LATCH: "POWER_OFF goes high once the display is dark, and an external latch takes the supply away at once; not "
    "together with dtoverlay=gpio-poweroff, by which the kernel owns that pin",
    Off.SYSTEM: "the system is asked, once, to power off; with `./install --latch` the kernel then lets the latch cut "
    "the supply",
}

DIGITS = "0123456789"

GROUPS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("Display on I2C", ("OLED_SDA", "OLED_SCL")),
    ("Display on SPI instead", ("OLED_MOSI", "OLED_SCLK", "OLED_CS", "OLED_DC", "OLED_RST")),
    ("Keypad", ("KEY_ROW", "KEY_COL")),
    ("Light and sound", ("LED", "BUZZER")),
    ("Card slot", ("CARD_SWITCH", "SLOT_TXD", "SLOT_RXD")),
    ("Supply (battery version)", ("POWER_BUTTON", "POWER_OFF")),
)


NO_GAUGE = Finding.left_out("battery", "no gauge is configured")
"""So says every simulated reader that was not given one: nothing to do with the trouble."""

COLUMNS = "| signal | GPIO | pin | role | note | used by default |\n| --- | --- | --- | --- | --- | --- |\n"


def selftest() -> Iterator[str]:
    """The page of the self-test."""
    yield SELFTEST
    yield from (f"| `{probe}` | {what} | {how or '-'} |\n" for probe, (what, how) in PROBES.items())
    yield JSON
    for trouble in Trouble:
        yield from _lines(trouble)


def _lines(trouble: Trouble) -> Iterator[str]:
    name = f"`{trouble.value}`"
    for finding in findings(trouble):
        if finding.verdict is not Verdict.GOOD and finding != NO_GAUGE:
            said, cure = _cell(finding.said), _cell(finding.cure) or "-"
            yield f"| {name} | {finding.probe} | {finding.verdict.value} | {said} | {cure} |\n"
            name = ""


def findings(*troubles: Trouble) -> list[Finding]:
    """What the self-test says of a machine with these troubles, to a person who does as told."""
    return list(run_probes(SimulatedWorld(*troubles), ProbeOptions(tell=lambda _: None)))


def wiring() -> Iterator[str]:
    """The page of the wires."""
    yield WIRING
    for title, signals in GROUPS:
        yield f"\n## {title}\n\n{COLUMNS}"
        yield from (_wire(each) for each in DESK if each.signal.rstrip(DIGITS) in signals)
    free = sorted(set(HEADER) - {each.gpio for each in DESK} - HAT)
    yield f"\nFree: {', '.join(f'GPIO{gpio} (pin {HEADER[gpio]})' for gpio in free)}; GPIO0 and 1 belong to HATs. "
    yield "Each GPIO can be changed in the [configuration](configuration.md), which refuses two signals on one GPIO.\n"
    yield "\n## What off means, and what wakes it\n\n| `[power] off` | what happens | woken by |\n| --- | --- | --- |\n"
    for way, happens in OFF.items():
        wakes = "; ".join(sorted(each.value for each in WAKES[way]))
        yield f"| `{way.value}` | {happens} | {wakes} |\n"


def _wire(wire: Signal) -> str:
    default = {gpio for _, gpio in gpios_in_use(Config())}
    used = "yes" if wire.gpio in default else "no"
    return f"| `{wire.signal}` | {wire.gpio} | {HEADER[wire.gpio]} | {wire.role.value} | {wire.note} | {used} |\n"


PAGES = (
    Page("selftest.md", lambda: "".join(selftest()), "device/selftest"),
    Page("wiring.md", lambda: "".join(wiring()), "drivers/header.py"),
)


def _cell(said: str) -> str:
    return said.replace("|", "\\|")
