"""The configuration: defaults, one file over them, and errors that name file, key and what is allowed."""

import tomllib
from pathlib import Path

import pytest

from device.config import Config, load, merge, settings_of, to_toml
from device.errors import ConfigError


def test_without_a_file_everything_has_its_default() -> None:
    config = Config()
    assert (config.reader.language, config.reader.pin_digits) == ("auto", (4, 4))
    assert all(origin == "default" for _, _, _, origin in settings_of(config))


def test_a_file_goes_over_the_defaults_and_is_named(tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_text('[reader]\nlanguage = "en"\npin_digits = [4, 12]\n', encoding="utf-8")
    config = load(file)
    assert (config.reader.language, config.reader.pin_digits) == ("en", (4, 12))
    origins = {key: origin for key, _, _, origin in settings_of(config)}
    assert origins["reader.language"] == str(file)
    assert origins["display.contrast"] == "default"


def test_what_is_shown_can_be_read_again() -> None:
    sections: dict[str, str] = {}
    for key, value, _, _ in settings_of(Config()):
        section, _, name = key.partition(".")
        sections[section] = sections.get(section, f"[{section}]\n") + f"{name} = {to_toml(value)}\n"
    assert merge(tomllib.loads("".join(sections.values())), "again") == Config()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[reader]\nlanguage = 'de'", r"reader\.language is 'de'; allowed is one of"),
        ("[reader]\nlanguag = 'fr'", r"reader\.languag is not known \(did you mean language\?\); known are"),
        ("[readr]\nlanguage = 'fr'", r"\[readr\] is not known \(did you mean reader\?\); known are"),
        ("[reader]\npin_digits = 3", r"reader\.pin_digits is 3; allowed is a number from 4 to 12"),
        ("[reader]\npin_digits = [6, 5]", r"allowed is a number from 4 to 12, or \[least, most\]"),
        ("[reader]\npin_digits = true", r"reader\.pin_digits is True"),
        ("[display]\ncontrast = 0", r"display\.contrast is 0; allowed is .* from 1 to 255"),
        ("[display]\naddress = 0x80", r"display\.address is 128; allowed is an I2C address"),
        ("reader = 5", r"reader is a section; write \[reader\]"),
        ("[reader", "is not TOML"),
    ],
)
def test_errors_name_the_file_the_key_and_what_is_allowed(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as caught:
        load(file)
    assert str(caught.value).startswith(str(file))


def test_a_file_that_is_not_there_or_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path / "binary.toml")


def test_two_keys_on_one_wire_are_an_error() -> None:
    with pytest.raises(ConfigError, match=r"here: \[keypad\]"):
        merge({"keypad": {"rows": [5, 5, 13, 19]}}, "here")


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
        merge(tomllib.loads(f"[keypad]\n{text}"), "file")


def test_the_gauge_has_its_own_address_unless_told() -> None:
    assert merge({"power": {"gauge": "ina219"}}, "file").power.gauge_address == 0
    assert merge({"power": {"gauge_address": 0x41}}, "file").power.gauge_address == 0x41
    with pytest.raises(ConfigError, match="0 for the chip's own"):
        merge({"power": {"gauge_address": 3}}, "file")
