"""The configuration: defaults, one file over them, and errors that name file, key and what is allowed."""

import re
import tomllib
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.config import SYSTEM_FILE, Config, load_config, load_display, merge_config, settings_of
from device.errors import ConfigError
from device.former_names import FORMER_NAMES
from device.toml_file import decode_toml, to_toml
from sesame.cli import main
from tools.machine import ROOT


def test_without_a_file_everything_has_its_default() -> None:
    config = Config()
    assert (config.reader.language, config.reader.pin_digits) == ("auto", (4, 4))
    assert all(origin == "default" for _, _, _, origin in settings_of(config))


def test_a_file_goes_over_the_defaults_and_is_named(tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_text('[reader]\nlanguage = "en"\npin_digits = [4, 12]\n', encoding="utf-8")
    config = load_config(file)
    assert (config.reader.language, config.reader.pin_digits) == ("en", (4, 12))
    origins = {key: origin for key, _, _, origin in settings_of(config)}
    assert origins["reader.language"] == str(file)
    assert origins["display.contrast"] == "default"


def test_what_is_shown_can_be_read_again() -> None:
    sections: dict[str, str] = {}
    for key, value, _, _ in settings_of(Config()):
        section, _, name = key.partition(".")
        sections[section] = sections.get(section, f"[{section}]\n") + f"{name} = {to_toml(value)}\n"
    assert merge_config(tomllib.loads("".join(sections.values())), "again") == Config()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[reader]\nlanguage = 'xx'", r"reader\.language is 'xx'; allowed is one of"),
        ("[gpio]\nlibrary = 'x'", r'allowed is one of "auto", "lgpio", "gpiod", "rpigpio"'),
        ("[keypad]\nlegends = ''", r"keypad\.legends is ''; allowed is one list a row"),
        ("[reader]\nlanguag = 'fr'", r"reader\.languag is not known \(did you mean language\?\); known are"),
        ("[readr]\nlanguage = 'fr'", r"\[readr\] is not known \(did you mean reader\?\); known are"),
        ("[reader]\npin_digits = 3", r"reader\.pin_digits is 3; allowed is a number from 4 to 12"),
        ("[reader]\npin_digits = [6, 5]", r"allowed is a number from 4 to 12, or \[least, most\]"),
        ("[reader]\npin_digits = true", r"reader\.pin_digits is True"),
        ("[display]\ncontrast = 0", r"display\.contrast is 0; allowed is .* from 1 to 255"),
        ("[display]\naddress = 0x80", r"display\.address is 128; allowed is an I2C address"),
        ("reader = 5", r"reader is a section; write \[reader\]"),
        ("[reader", "is not TOML"),
        (
            "[keypad]\npins = 'gpiod'",
            r'keypad\.pins is called gpio\.library now: .* library = "gpiod" below \[gpio\]',
        ),
        ("[display]\nport = 3", r"display\.port is called i2c\.bus now: take it out and write bus = 3 below \[i2c\]"),
        ("[display]\nspi_port = 1", r"display\.spi_port is called spi\.bus now: .* write bus = 1 below \[spi\]"),
        ("[display]\nspi_device = 1", r"display\.spi_device is called .* write chip_select = 1 below \[spi\]"),
        (
            "[sound]\nlight_pin = [5]",
            r"sound\.light_pin is called sound\.light_gpio now: .* light_gpio = \.\.\. ",
        ),
    ],
)
def test_errors_name_the_file_the_key_and_what_is_allowed(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as caught:
        load_config(file)
    assert str(caught.value).startswith(str(file))


def test_a_file_that_is_not_there_or_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(tmp_path / "binary.toml")


FOREIGN = {
    "deep nesting": b"a = " + b"[" * 20_000,
    "deep tables": b"a = " + b"{a=" * 20_000,
    "a number of 5,000 digits": b"[display]\ncontrast = " + b"9" * 5_000,
    "a hexadecimal number of 5,000 digits": b"[display]\ncontrast = 0x" + b"f" * 5_000,
    "a float of 5,000 digits": b"[display]\ncontrast = 1e" + b"9" * 5_000,
    "not UTF-8": b"[reader]\nlanguage = '\xe9'",
    "UTF-16": "[reader]\nlanguage = 'fr'\n".encode("utf-16"),
    "a NUL": b"[reader]\0",
    "a date that is none": b"a = 2023-02-31",
    "too large": b"# comment\n" * 10_000,
    "a name that a terminal obeys": b'[reader]\n"\\u001bc" = 1',
    "a section's name that it obeys": b'["\\u001b]0;x\\u0007"]\n',
    "a value that it obeys": b'[reader]\nlanguage = "\\u001b[2J"',
    "a long value": b'[reader]\nlanguage = "' + b"x" * 50_000 + b'"',
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_whatever_bytes_a_file_has_the_error_is_ours_short_and_printable(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < len(str(file)) + 300


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("deep nesting", "is not TOML that can be used: brackets within brackets without end"),
        ("a number of 5,000 digits", "is not TOML that can be used: a number that is too long"),
        ("not UTF-8", "is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_what_the_parser_itself_cannot_say_is_said_for_it(name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"^here: {said}$"):
        decode_toml(FOREIGN[name], "here")


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_whatever_bytes_a_file_has_the_display_to_darken_is_known(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_bytes(content)
    config, broken = load_display(file)
    assert config == Config()
    assert isinstance(broken, ConfigError)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_our_error(content: bytes) -> None:
    with suppress(ConfigError):
        merge_config(decode_toml(content, "file"), "file")


def test_a_file_that_hardly_ends_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A terabyte of nothing; what has no end at all: tests/test_files_without_end.py."""
    with (tmp_path / "zero").open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(ConfigError, match="zero: is larger than 64 KiB"):
        load_config(tmp_path / "zero")


def test_a_byte_order_mark_and_crlf_are_no_error(tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_bytes(b"\xef\xbb\xbf[reader]\r\nlanguage = 'en'\r\n")
    assert load_config(file).reader.language == "en"


def test_the_display_in_a_file_with_a_fault_elsewhere_is_the_one_to_darken() -> None:
    raw = '[display]\nbus = "spi"\ncontrast = 0\n[spi]\nchip_select = 1\n'
    raw += '[gpio]\nlibrary = "gpiod"\n[keypad]\nrows = 5\n[sond]\n'
    config, broken = load_display_of(raw)
    assert (config.display.bus, config.spi.chip_select, config.gpio.library) == ("spi", 1, "gpiod")
    assert broken is not None
    assert len(broken.faults) == 3


def test_the_display_in_a_file_with_former_names_is_the_one_to_darken() -> None:
    """Else an update would leave a display lit that the file puts on another bus."""
    raw = "[display]\nbus = 'spi'\nport = 3\nspi_port = 1\nspi_device = 1\n[keypad]\npins = 'gpiod'\n"
    config, broken = load_display_of(raw)
    assert (config.i2c.bus, config.spi.bus, config.spi.chip_select, config.gpio.library) == (3, 1, 1, "gpiod")
    assert broken is not None
    assert [fault.split(" ")[1] for fault in broken.faults] == [
        "display.port",
        "display.spi_port",
        "display.spi_device",
        "keypad.pins",
    ]


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("keypad.pins", "gpio.library"),
        ("display.port", "i2c.bus"),
        ("display.spi_port", "spi.bus"),
        ("display.spi_device", "spi.chip_select"),
        ("slot.card_switch_pin", "slot.card_switch_gpio"),
        ("power.button_pin", "power.button_gpio"),
        ("sound.buzzer_pin", "sound.buzzer_gpio"),
        ("sound.light_pin", "sound.light_gpio"),
    ],
)
def test_every_former_name_is_refused_and_names_a_setting_that_there_is(former: str, now: str) -> None:
    """Files with these are on cards in drawers."""
    known = {key: value for key, value, _, _ in settings_of(Config())}
    section, _, key = former.partition(".")
    assert former not in known
    with pytest.raises(ConfigError, match=rf"^file: {re.escape(former)} is called {re.escape(now)} now"):
        merge_config({section: {key: known[now]}}, "file")


def test_no_name_is_both_a_former_one_and_one_of_now() -> None:
    assert not set(FORMER_NAMES) & {key for key, *_ in settings_of(Config())}
    assert len(FORMER_NAMES) == len(set(FORMER_NAMES.values())) == 8


def load_display_of(text: str) -> tuple[Config, ConfigError | None]:
    with NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return load_display(Path(file.name))


def test_without_a_fault_it_is_the_whole_configuration(tmp_path: Path) -> None:
    config, broken = load_display_of("[display]\naddress = 0x3D\n[sound]\nbuzzer = false\n")
    assert (config.display.address, config.sound.buzzer, broken) == (0x3D, False, None)


INSTALLED = (ROOT / "systemd/reader.toml").read_text(encoding="utf-8")


def test_the_installed_file_changes_nothing_and_shows_every_setting_with_its_default() -> None:
    assert merge_config(decode_toml(INSTALLED.encode(), "file"), "file") == Config()
    every = re.sub(r"(?m)^#(\w+ = )", r"\1", INSTALLED)
    config = merge_config(decode_toml(every.encode(), "file"), "file")
    assert config == Config()
    assert {origin for _, _, _, origin in settings_of(config)} == {"file"}, "one is missing"


def test_each_line_of_it_can_be_taken_for_itself() -> None:
    for setting in re.findall(r"(?m)^#\w+ = .*$", INSTALLED):
        assert merge_config(decode_toml(INSTALLED.replace(setting, setting[1:]).encode(), "file"), "file") == Config()


def test_a_section_that_stands_twice_is_said_with_its_cure() -> None:
    with pytest.raises(ConfigError, match=r"is not TOML: .*twice.*; each \[section\] stands once"):
        decode_toml(INSTALLED.encode() + b'[gpio]\nlibrary = "gpiod"\n', "file")


WRONG = """\
[reader]
language = "xx"
pin_digit = 4
[power]
low = 5
critical = 5
button = true
[sound]
light_gpio = 4
buzzer_gpio = 99
[mirrors]
"""


def test_every_fault_is_told_at_once_in_the_files_order_and_none_that_follows_from_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "reader.toml"
    file.write_text(WRONG)
    assert main(["config", "check", "--config", str(file)]) == 9
    said = capsys.readouterr().err.removeprefix("sesame: ").splitlines()
    assert [line.removeprefix(f"{file}: ").split(" ")[0] for line in said] == [
        "reader.language",
        "reader.pin_digit",
        "sound.buzzer_gpio",
        "[mirrors]",
        "power.critical",
        "power.button_gpio",
    ]


def test_a_fault_that_only_follows_from_a_refused_value_is_not_told() -> None:
    """Its default stands on GPIO18; the file's pin for the light is not to blame."""
    with pytest.raises(ConfigError) as caught:
        merge_config({"sound": {"buzzer_gpio": 99, "light_gpio": 18}}, "file")
    assert [fault.split(" ")[1] for fault in caught.value.faults] == ["sound.buzzer_gpio"]


def test_faults_of_the_whole_are_all_told() -> None:
    with pytest.raises(ConfigError) as caught:
        merge_config(
            {"power": {"low": 5}, "display": {"height": 32, "rotation": 90}, "sound": {"light_gpio": 5}}, "file"
        )
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize("wrong", [False, 0.0, "", [], "0x36"])
def test_an_address_is_a_whole_number(wrong: object) -> None:
    with pytest.raises(ConfigError, match=r"power\.gauge_address is .*; allowed is 0 for the chip's own"):
        merge_config({"power": {"gauge_address": wrong}}, "file")


@pytest.mark.parametrize("wrong", [0, False, 0.0, [], {}])
def test_no_key_is_written_as_no_name_alone(wrong: object) -> None:
    legends = [["1", "2", "3", "Code"], ["4", "5", "6", wrong], ["7", "8", "9", ""], ["Clear", "0", "OK", "Off"]]
    with pytest.raises(ConfigError, match=r"keypad\.legends is"):
        merge_config({"keypad": {"legends": legends}}, "file")


@pytest.mark.parametrize("gauge", ["ina219", "max17048"])
@pytest.mark.parametrize("address", [0x3C, 0x3D])
def test_display_and_gauge_do_not_share_an_address(gauge: str, address: int) -> None:
    with pytest.raises(ConfigError, match=rf"power\.gauge_address: no {gauge} has 0x{address:02X}; it can have"):
        merge_config({"power": {"gauge": gauge, "gauge_address": address}, "display": {"address": address}}, "file")
    assert merge_config({"power": {"gauge_address": address}}, "file").power.gauge == "none"


@pytest.mark.parametrize(("bus", "clash"), [(1, True), (3, False)])
@pytest.mark.parametrize("pin", [2, 3])
def test_the_gauges_bus_keeps_its_pins_beside_a_display_on_spi(bus: int, clash: bool, pin: int) -> None:
    """GPIO2 and 3 are I2C's on the header; without the gauge nobody needs them."""
    raw: dict[str, dict[str, object]] = {"display": {"bus": "spi"}, "i2c": {"bus": bus}, "sound": {"light_gpio": pin}}
    assert merge_config(raw, "file").sound.light_gpio == pin
    raw["power"] = {"gauge": "max17048"}
    if clash:
        with pytest.raises(ConfigError, match=rf"i2c\.bus \(I2C .*\) and sound\.light_gpio are both on GPIO{pin}"):
            merge_config(raw, "file")
    else:
        assert merge_config(raw, "file").power.gauge == "max17048"


def test_text_that_a_terminal_obeys_is_shown_by_its_numbers_and_can_be_read_again() -> None:
    reader = 'R\x1bc\x9b"\\\n\x7f €'
    written = to_toml(reader)
    assert written.isprintable()
    assert tomllib.loads(f"reader = {written}") == {"reader": reader}


def test_two_keys_on_one_wire_are_an_error() -> None:
    with pytest.raises(ConfigError, match=r"here: \[keypad\]"):
        merge_config({"keypad": {"rows": [5, 5, 13, 19]}}, "here")


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ('buttons = { "1" = 5 }', r"keypad\.buttons lacks 0, 2, .*Code, OK"),
        (
            'legends = [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]\nrows = [5, 6, 13]\ncolumns = [12, 16, 20]',
            r"keypad\.legends lacks 0, Code, OK: no code can be made",
        ),
    ],
)
def test_a_pad_on_which_no_code_can_be_made_is_refused(text: str, lacks: str) -> None:
    with pytest.raises(ConfigError, match=lacks):
        merge_config(tomllib.loads(f"[keypad]\n{text}"), "file")


def test_the_gauge_has_its_own_address_unless_told() -> None:
    assert merge_config({"power": {"gauge": "ina219"}}, "file").power.gauge_address == 0
    assert merge_config({"power": {"gauge_address": 0x41}}, "file").power.gauge_address == 0x41
    with pytest.raises(ConfigError, match="0 for the chip's own"):
        merge_config({"power": {"gauge_address": 3}}, "file")


def test_the_hint_to_install_stands_at_the_file_that_it_carries_over(tmp_path: Path) -> None:
    """Any other is changed by hand, and no other way is named."""
    raw = {"display": {"port": 3}}
    with pytest.raises(ConfigError, match=r"below \[i2c\]; sudo \./install does that, and keeps the old file$"):
        merge_config(raw, str(SYSTEM_FILE))
    with pytest.raises(ConfigError, match=r"below \[i2c\]$"):
        merge_config(raw, str(tmp_path / "reader.toml"))


def test_without_an_option_the_file_of_the_installed_service_is_meant() -> None:
    unit = (Path(__file__).resolve().parents[2] / "systemd/sesame-reader.service").read_text(encoding="utf-8")
    assert set(re.findall(r"--config (\S+)", unit)) == {str(SYSTEM_FILE)}
