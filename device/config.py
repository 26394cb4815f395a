"""The configuration: one TOML file over defaults. Every error names the file, the key and what is allowed."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from device.config_checks import WIDTH, find_misfits
from device.errors import ConfigError
from device.former_names import FORMER_NAMES, carry_names, name_successor
from device.settings import (
    Check,
    NotAllowed,
    check_choice,
    check_file_path,
    check_flag,
    check_i2c_address,
    check_line,
    check_name_or_number,
    check_socket_path,
    check_table,
    check_whole,
    check_wholes,
    declare_setting,
    one_of,
    own_address,
)
from device.toml_file import make_printable, read_toml, show_value
from drivers.display.panels import ADDRESSES, CONTROLLERS, PANELS
from drivers.header import HEADER, KEYPAD_COLUMNS, KEYPAD_ROWS, gpio_of
from drivers.keypad.matrix import LEGENDS, Layout, Legends
from drivers.power.gauge import KINDS
from drivers.power.supply import Off
from sesame_core.events import Key
from sesame_core.pin import MAX_LENGTH, MIN_LENGTH
from sesame_core.reader.words import LANGUAGES

SYSTEM_FILE = Path("/etc/sesame/reader.toml")
MIRROR_SOCKET = "/run/sesame/mirror"

HEADER_I2C, HEADER_SPI = 1, 0
"""/dev/i2c-1 and /dev/spidev0.*: the buses on the header of every Pi with 40 pins."""

SPI_SELECT = (gpio_of("OLED_CS"), gpio_of("OLED_CS") - 1)
"""CE0 and CE1 of SPI0."""

Buttons = tuple[tuple[Key, int], ...]

KEY_NAMES = ", ".join(key.value for key in Key)
LEGENDS_ALLOWED = f'one list a row, one name a column, "" for no key; the names are {KEY_NAMES}'
BUTTONS_ALLOWED = f'for keys wired one by one to ground instead of a matrix: {{ "1" = 5, OK = 6 }}; names {KEY_NAMES}'
LAST_PCR = 15
PCRS_ALLOWED = f"the TPM's PCRs (0 to {LAST_PCR}, which only a start resets) that the key is sealed to, [] for none"
GPIO_NUMBER = check_whole(0, max(HEADER), "a GPIO number (BCM)")


def _parse_legends(raw: object) -> Legends:
    if not isinstance(raw, list) or not all(isinstance(row, list) for row in raw):
        raise NotAllowed
    return tuple(tuple(None if name == "" else Key(name) for name in row) for row in raw)


def _pin_digits(raw: object) -> tuple[int, int]:
    bounds: list[Any] = raw if isinstance(raw, list) else [raw, raw]
    if len(bounds) != 2 or any(isinstance(each, bool) or not isinstance(each, int) for each in bounds):
        raise NotAllowed
    least, most = bounds
    if not MIN_LENGTH <= least <= most <= MAX_LENGTH:
        raise NotAllowed
    return least, most


def _parse_buttons(raw: object) -> Buttons:
    if raw == []:  # as `config show` writes that there are none
        return ()
    if not isinstance(raw, dict):
        raise NotAllowed
    return tuple((Key(name), GPIO_NUMBER(gpio)) for name, gpio in raw.items())


def _first_column(raw: object) -> int | None:
    if raw == "":  # as `config show` writes the usual one
        return None
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise NotAllowed
    return raw


HEIGHTS = tuple(sorted({each.height for each in PANELS if each.width == WIDTH}, reverse=True))
FIRST_COLUMN_ALLOWED = (
    'the memory column at the left edge of the glass: 0 or 2 (sh1106), 0 or 4 (ssd1305); "" for the usual one'
)

GPIOS = f"GPIO numbers (BCM) from 0 to {max(HEADER)}"


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """[reader]: how it behaves."""

    language: str = declare_setting(check_choice("auto", *LANGUAGES), "auto")
    pin_digits: tuple[int, int] = declare_setting(
        check_table(_pin_digits, f"a number from {MIN_LENGTH} to {MAX_LENGTH}, or [least, most]"),
        (MIN_LENGTH, MIN_LENGTH),
    )


@dataclass(frozen=True, slots=True)
class GpioConfig:
    """[gpio]: what reaches the header's lines, for every part that has one."""

    library: str = declare_setting(check_choice("auto", "lgpio", "gpiod", "rpigpio"), "auto")


@dataclass(frozen=True, slots=True)
class I2cConfig:
    """[i2c]: the bus that display and gauge share: /dev/i2c-<bus>."""

    bus: int = declare_setting(check_whole(0, 22, "the number of the bus that display and gauge share,"), HEADER_I2C)


@dataclass(frozen=True, slots=True)
class SpiConfig:
    """[spi]: the bus of a display on SPI: /dev/spidev<bus>.<chip_select>."""

    bus: int = declare_setting(check_whole(0, 9, "the number of the SPI bus"), HEADER_SPI)
    chip_select: int = declare_setting(one_of(0, 1), 0)


@dataclass(frozen=True, slots=True)
class KeypadConfig:
    """[keypad]: its matrix, or its single buttons."""

    rows: tuple[int, ...] = declare_setting(
        check_wholes(0, 27, range(3, 6), f"3 to 5 {GPIOS}, top row first"), KEYPAD_ROWS
    )
    columns: tuple[int, ...] = declare_setting(
        check_wholes(0, 27, range(3, 6), f"3 to 5 {GPIOS}, left first"), KEYPAD_COLUMNS
    )
    legends: Legends = declare_setting(check_table(_parse_legends, LEGENDS_ALLOWED), LEGENDS)  # noqa: RUF009 - a field, as above
    diodes: bool = declare_setting(check_flag(), False)
    buttons: Buttons = declare_setting(check_table(_parse_buttons, BUTTONS_ALLOWED), ())  # noqa: RUF009 - a field


@dataclass(frozen=True, slots=True)
class DisplayConfig:
    """[display]: the controller, the kind of bus it is on, and its own lines."""

    controller: str = declare_setting(check_choice(*(each.value for each in CONTROLLERS)), "ssd1306")
    height: int = declare_setting(one_of(*HEIGHTS), HEIGHTS[0])
    bus: str = declare_setting(check_choice("i2c", "spi"), "i2c")
    address: int = declare_setting(check_i2c_address(*ADDRESSES), ADDRESSES[0])
    dc: int = declare_setting(GPIO_NUMBER, gpio_of("OLED_DC"))
    reset: int = declare_setting(GPIO_NUMBER, gpio_of("OLED_RST"))
    rotation: int = declare_setting(one_of(0, 90, 180, 270), 0)
    contrast: int = declare_setting(check_whole(1, 255, "the brightness"), 0x8F)
    first_column: int | None = declare_setting(check_table(_first_column, FIRST_COLUMN_ALLOWED), None)


@dataclass(frozen=True, slots=True)
class SlotConfig:
    """[slot]: which smart-card reader, and whether a switch of ours tells when its card goes."""

    reader: str = declare_setting(
        check_name_or_number("a part of the reader's name, or its number; empty takes the first"), ""
    )
    exclusive: bool = declare_setting(check_flag(), True)
    card_switch: bool = declare_setting(check_flag(), False)
    card_switch_gpio: int = declare_setting(GPIO_NUMBER, gpio_of("CARD_SWITCH"))


@dataclass(frozen=True, slots=True)
class PowerConfig:
    """[power]: what off means, and the battery."""

    off: str = declare_setting(check_choice(*(each.value for each in Off)), Off.ASLEEP.value)
    latch: int = declare_setting(GPIO_NUMBER, gpio_of("POWER_OFF"))
    button: bool = declare_setting(check_flag(), False)
    button_gpio: int = declare_setting(GPIO_NUMBER, gpio_of("POWER_BUTTON"))
    gauge: str = declare_setting(check_choice("none", *KINDS), "none")
    gauge_address: int = declare_setting(own_address(), 0)
    low: int = declare_setting(check_whole(1, 99, "percent"), 20)
    critical: int = declare_setting(check_whole(0, 98, "percent"), 5)


@dataclass(frozen=True, slots=True)
class SoundConfig:
    """[sound]: what may be heard and seen besides the display."""

    buzzer: bool = declare_setting(check_flag(), True)
    buzzer_gpio: int = declare_setting(GPIO_NUMBER, gpio_of("BUZZER"))
    light: bool = declare_setting(check_flag(), True)
    light_gpio: int = declare_setting(GPIO_NUMBER, gpio_of("LED"))


@dataclass(frozen=True, slots=True)
class MirrorConfig:
    """[mirror]: whether the glass may be shown on a projector, and the Unix socket its pictures are had from."""

    enabled: bool = declare_setting(check_flag(), False)
    socket: str = declare_setting(check_socket_path(), MIRROR_SOCKET)


@dataclass(frozen=True, slots=True)
class KeyConfig:
    """[key]: the access key, on the same keypad and display (`sesame key run`)."""

    pin: str = declare_setting(check_choice("keypad", "host", "none"), "keypad")
    usb_vendor: int = declare_setting(check_whole(0, 0xFFFF, "the USB vendor's number, 0 for none yet,"), 0)
    usb_product: int = declare_setting(check_whole(0, 0xFFFF, "the USB product's number"), 0)
    drive: str = declare_setting(check_file_path("the CD-ROM's image (sesame key image)"), "")
    bank: str = declare_setting(check_file_path("the bank's public key for sentences (P-256, PEM)"), "")
    updates: str = declare_setting(check_file_path("the root that programs are signed under (TUF, root.json)"), "")
    sealing: str = declare_setting(check_choice("file", "tpm"), "file")
    tpm: str = declare_setting(check_file_path('the TPM, for sealing = "tpm"'), "/dev/tpmrm0")
    tpm_pcrs: tuple[int, ...] = declare_setting(check_wholes(0, LAST_PCR, range(LAST_PCR + 2), PCRS_ALLOWED), ())


@dataclass(frozen=True, slots=True)
class BranchConfig:
    """[branch]: who is named on the demonstration's pages and on the sheet for the customer."""

    name: str = declare_setting(check_line(), "")
    telephone: str = declare_setting(check_line(), "")


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set. `origins`: "section.key" -> the file it came from; defaults are not in it."""

    reader: ReaderConfig = field(default_factory=ReaderConfig)
    gpio: GpioConfig = field(default_factory=GpioConfig)
    i2c: I2cConfig = field(default_factory=I2cConfig)
    spi: SpiConfig = field(default_factory=SpiConfig)
    keypad: KeypadConfig = field(default_factory=KeypadConfig)
    display: DisplayConfig = field(default_factory=DisplayConfig)
    slot: SlotConfig = field(default_factory=SlotConfig)
    power: PowerConfig = field(default_factory=PowerConfig)
    sound: SoundConfig = field(default_factory=SoundConfig)
    mirror: MirrorConfig = field(default_factory=MirrorConfig)
    key: KeyConfig = field(default_factory=KeyConfig)
    branch: BranchConfig = field(default_factory=BranchConfig)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if found := [misfit.said for misfit in find_misfits(self, gpios_in_use(self))]:
            raise ConfigError(*found)

    @property
    def layout(self) -> Layout:
        """The pad as wired."""
        return Layout(self.keypad.rows, self.keypad.columns, self.keypad.legends, self.keypad.diodes)


DARKENED_BY = ("gpio", "i2c", "spi", "display")
"""The sections that say where the display is."""

SECTIONS = {each.name: each.default_factory for each in fields(Config) if each.name != "origins"}


def load_config(path: Path | None = None) -> Config:
    """The configuration of `path`; without one that of /etc/sesame/reader.toml if it is there, else the defaults.

    Raises ConfigError: the file is missing, unreadable, not TOML, or says what is not allowed.
    """
    if path is None:
        return load_config(SYSTEM_FILE) if os.path.lexists(SYSTEM_FILE) else Config()
    return merge_config(read_toml(path), str(path))


def load_display(path: Path | None = None) -> tuple[Config, ConfigError | None]:
    """For who must darken what is lit whatever a file says: the display in it as far as it can be used, on the bus
    and by the library in it (by their former names, too), and the usual ones where it cannot; and what is wrong with
    the file."""
    try:
        return load_config(path), None
    except ConfigError as error:
        broken = error
    try:
        sections = _read_sections(carry_names(read_toml(path or SYSTEM_FILE)), "")[0]
        return Config(**{name: sections[name] for name in DARKENED_BY if name in sections}), broken
    except ConfigError:
        return Config(), broken


def merge_config(raw: Mapping[str, Any], origin: str) -> Config:
    """The defaults with what `raw` (parsed TOML) says. Raises ConfigError with every fault, naming `origin`."""
    sections, faults, refused = _read_sections(raw, origin)
    origins = {f"{name}.{key}": origin for name in sections for key in raw[name]}
    if not faults:
        try:
            return Config(**sections, origins=origins)
        except ConfigError as error:
            raise ConfigError(*(f"{origin}: {each}" for each in error.faults)) from None
    whole_ = _assemble_unchecked(sections)
    found = [each for each in find_misfits(whole_, gpios_in_use(whole_)) if not each.settings & refused]
    raise ConfigError(*faults, *(f"{origin}: {each.said}" for each in found))


def _assemble_unchecked(sections: Mapping[str, Any]) -> Config:
    """A configuration as it stands, with faults, to be looked through."""
    config = object.__new__(Config)
    for name, factory in SECTIONS.items():
        assert isinstance(factory, type)
        object.__setattr__(config, name, sections.get(name) or factory())
    return config


def _read_sections(raw: Mapping[str, Any], origin: str) -> tuple[dict[str, Any], list[str], set[str]]:
    """What can be used of each section; every fault; and the settings whose default stands for a value refused."""
    sections: dict[str, Any] = {}
    faults: list[str] = []
    refused: set[str] = set()
    for name, values in raw.items():
        if name not in SECTIONS:
            known = f"{_suggest_name(name, SECTIONS)}; known are {_list_names(SECTIONS)}"
            faults.append(f"{origin}: [{make_printable(name)}] is not known{known}")
        elif not isinstance(values, dict):
            faults.append(f"{origin}: {name} is a section; write [{name}] above its settings")
        else:
            sections[name] = _read_section(name, values, faults, refused, origin)
    return sections, faults, refused


def gpios_in_use(config: Config) -> Iterator[tuple[str, int]]:
    """Every GPIO that the configured reader claims: the setting that says so, and its number."""
    keypad, display, power, sound = config.keypad, config.display, config.power, config.sound
    if keypad.buttons:
        yield from ((f"keypad.buttons.{key.value}", gpio) for key, gpio in keypad.buttons)
    else:
        yield from (("keypad.rows", gpio) for gpio in keypad.rows)
        yield from (("keypad.columns", gpio) for gpio in keypad.columns)
    i2c = (display.bus == "i2c" or power.gauge != "none") and config.i2c.bus == HEADER_I2C
    spi = display.bus == "spi" and config.spi.bus == HEADER_SPI
    optional = (
        ("i2c.bus (I2C data)", gpio_of("OLED_SDA"), i2c),
        ("i2c.bus (I2C clock)", gpio_of("OLED_SCL"), i2c),
        ("spi.bus (SPI data)", gpio_of("OLED_MOSI"), spi),
        ("spi.bus (SPI clock)", gpio_of("OLED_SCLK"), spi),
        ("spi.chip_select (SPI select)", SPI_SELECT[config.spi.chip_select], spi),
        ("display.dc", display.dc, display.bus == "spi"),
        ("display.reset", display.reset, display.bus == "spi"),
        ("slot.card_switch_gpio", config.slot.card_switch_gpio, config.slot.card_switch),
        ("power.latch", power.latch, power.off == Off.LATCH.value),
        ("power.button_gpio", power.button_gpio, power.button),
        ("sound.buzzer_gpio", sound.buzzer_gpio, sound.buzzer),
        ("sound.light_gpio", sound.light_gpio, sound.light),
    )
    yield from ((key, gpio) for key, gpio, wanted in optional if wanted)


def settings_of(config: Config) -> Iterator[tuple[str, Any, str, str]]:
    """Every setting: "section.key", value, what is allowed, and where the value comes from."""
    for name in SECTIONS:
        section = getattr(config, name)
        for each in fields(section):
            key = f"{name}.{each.name}"
            check: Check = each.metadata["check"]
            yield key, getattr(section, each.name), check.allowed, config.origins.get(key, "default")


def _read_section(name: str, values: Mapping[str, Any], faults: list[str], refused: set[str], origin: str) -> Any:  # noqa: ANN401 - the section's own class
    factory = SECTIONS[name]
    assert isinstance(factory, type)
    checks: dict[str, Check] = {each.name: each.metadata["check"] for each in fields(factory)}
    parsed = {}
    for key, raw in values.items():
        if successor := FORMER_NAMES.get(f"{name}.{key}"):
            refused.add(successor)
            hint = "; sudo ./install does that, and keeps the old file" if origin == str(SYSTEM_FILE) else ""
            faults.append(f"{origin}: {name_successor(f'{name}.{key}', raw)}{hint}")
            continue
        if key not in checks:
            known = f"{_suggest_name(key, checks)}; known are {_list_names(checks)}"
            faults.append(f"{origin}: {name}.{make_printable(key)} is not known{known}")
            continue
        try:
            parsed[key] = checks[key](raw)
        except NotAllowed:
            refused.add(f"{name}.{key}")
            faults.append(f"{origin}: {name}.{key} is {show_value(raw)}; allowed is {checks[key].allowed}")
    return factory(**parsed)


def _suggest_name(name: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _list_names(known: Mapping[str, Any]) -> str:
    return ", ".join(known)
