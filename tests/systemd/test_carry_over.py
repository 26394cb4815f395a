"""`./install` carries a reader.toml of a former version over: the names change, and nothing else does."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_mock import MockerFixture

from device.config import Config, load_config, merge_config
from device.former_names import FORMER_NAMES, carry_names
from device.toml_file import decode_toml
from tools import carry_over, installer
from tools.carry_over import carry_steps, carry_text
from tools.installer import Options, installation
from tools.release import InstallError
from tools.steps import Step, perform

FORMER_FILE = (Path(__file__).parent / "former_reader.toml").read_text(encoding="utf-8")
"""As the version before put it into /etc/sesame."""

MINE = """\
# The reader at the counter; do not touch, Anne  \u2028 (she means it)
[sound]
buzzer = false   # the neighbours
buzzer_pin=22 # not 18: the HAT has it

[display]   # the big one
controller = 'sh1106'
# the HAT's own bus,
# see its leaflet
\tport = 3
address = 0x3D

[keypad]
rows = [
  5, 6, # [display] is no header here
  13, 19,
]
"pins" = "gpiod"
"""

CARRIED = """\
# The reader at the counter; do not touch, Anne  \u2028 (she means it)
[sound]
buzzer = false   # the neighbours
buzzer_gpio=22 # not 18: the HAT has it

[i2c]
# the HAT's own bus,
# see its leaflet
\tbus = 3

[display]   # the big one
controller = 'sh1106'
address = 0x3D

[gpio]
library = "gpiod"

[keypad]
rows = [
  5, 6, # [display] is no header here
  13, 19,
]
"""


def read(text: str) -> Config:
    return merge_config(decode_toml(text.encode(), "file"), "file")


def test_comments_order_and_spelling_stay() -> None:
    carried = carry_text(MINE)
    assert carried.text == CARRIED
    assert carried.changes == (
        "keypad.pins is gpio.library",
        "display.port is i2c.bus",
        "sound.buzzer_pin is sound.buzzer_gpio",
    )
    config = read(carried.text)
    assert (config.gpio.library, config.i2c.bus, config.sound.buzzer_gpio) == ("gpiod", 3, 22)


def test_what_is_carried_over_is_not_carried_again() -> None:
    for text in (CARRIED, carry_text(FORMER_FILE).text):
        assert carry_text(text).text == text
        assert carry_text(text).changes == ()


def test_the_former_installed_file_has_every_setting_where_it_is_now() -> None:
    """Each is behind a `#`: who takes one away finds it under the name that is read."""
    carried = carry_text(FORMER_FILE)
    assert len(carried.changes) == len(FORMER_NAMES)
    every = re.sub(r"(?m)^#(\w+ = )", r"\1", carried.text)
    assert read(every) == Config()
    assert sorted(carried.text.replace("\n", "")) != sorted(FORMER_FILE.replace("\n", ""))
    kept = [line for line in FORMER_FILE.splitlines() if line.startswith("# ")]
    assert sorted(line for line in carried.text.splitlines() if line.startswith("# ")) == sorted(kept)


@pytest.mark.parametrize("former", FORMER_NAMES)
def test_each_setting_of_it_that_somebody_took_into_use_is_carried(former: str) -> None:
    section, _, key = former.partition(".")
    head, found, tail = FORMER_FILE.partition(f"\n[{section}]\n")
    text = head + found + re.sub(rf"(?m)^#({key} = )", r"\1", tail, count=1)
    before = decode_toml(text.encode(), "file")
    assert key in before[section]
    after = decode_toml(carry_text(text).text.encode(), "file")
    new_section, _, name = FORMER_NAMES[former].partition(".")
    assert after[new_section][name] == before[section][key]
    assert merge_config(after, "file") == Config()


def test_a_section_that_is_there_takes_the_setting_at_its_end() -> None:
    text = "[gpio]\n# mine\n\n[keypad]\npins = 'gpiod'\ndiodes = true\n"
    assert carry_text(text).text == "[gpio]\nlibrary = 'gpiod'\n# mine\n\n[keypad]\ndiodes = true\n"
    text = "[display]\nport = 3\nspi_port = 1\nspi_device = 1\n[spi]"
    assert carry_text(text).text == "[i2c]\nbus = 3\n\n[display]\n[spi]\nbus = 1\nchip_select = 1\n"


def test_crlf_a_byte_order_mark_and_an_open_last_line_stay() -> None:
    text = "\ufeff[keypad]\r\npins = 'gpiod'\r\n[sound]\r\nlight_pin = 22"
    assert carry_text(text).text == ("\ufeff[gpio]\r\nlibrary = 'gpiod'\r\n\r\n[keypad]\r\n[sound]\r\nlight_gpio = 22")


def test_unknown_sections_and_settings_are_left_for_config_check() -> None:
    text = "[screensaver]\npins = 3\n[[rows]]\nport = 1\n[keypad]\ncolour = 'red'\npins = 'auto'\n[sound]\nport = 5\n"
    carried = carry_text(text).text
    assert carried == text.replace("[keypad]", "[gpio]\nlibrary = 'auto'\n\n[keypad]").replace("pins = 'auto'\n", "")


@pytest.mark.parametrize(
    ("text", "write"),
    [
        ("display.port = 3\n", r"display\.port is called i2c\.bus now: .* write bus = 3 below \[i2c\]"),
        ('keypad = { pins = "gpiod" }\n', r'keypad\.pins is called gpio\.library now: .* write library = "gpiod"'),
        ('[display]\n"p\\u006frt" = 3\n', r"display\.port is called i2c\.bus now"),
        ("[i2c]\nbus = 1\n[display]\nport = 3\n", r"display\.port is called i2c\.bus now"),
        (
            "display.port = 3\n[sound]\nlight_pin = 4\n",
            r"display\.port .* below \[i2c\]; sound\.light_pin .* below \[sound\]",
        ),
    ],
)
def test_what_it_cannot_move_it_says_and_leaves(text: str, write: str, tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_text(text)
    with pytest.raises(InstallError, match=write):
        carry_text(text)
    (step,) = carry_steps(file)
    assert re.search(write, step.says)
    with pytest.raises(InstallError, match=r"Only you can change it"):
        step.do()
    assert [each.name for each in tmp_path.iterdir()] == ["reader.toml"]
    assert file.read_text() == text


@pytest.mark.parametrize("content", [b"[keypad\npins = 1\n", b"\xff\xfe", b"[display]\nbus = 'spi'\n", b""])
def test_what_no_program_could_read_and_what_has_no_former_name_is_left_alone(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "reader.toml").write_bytes(content)
    assert carry_steps(tmp_path / "reader.toml") == []
    assert carry_steps(tmp_path / "absent.toml") == []


REMARKS = st.sampled_from(["", "# a remark\n", "#port = 3\n", "# pins = both\n", "\n", "  \t\n", "#\n", "# [spi]\n"])
LINES = {
    "keypad": ["pins = 'gpiod'", "diodes = true", "rows = [\n 5, # pins = 1\n 6,\n\n 13\n]", "#pins = 'auto'"],
    "display": ["port = 2", "spi_port = 1  # x", "spi_device = 1", 'controller = """\\\n  sh1106"""', "contrast = 1"],
    "sound": ["light_pin = 9", "buzzer_pin = 10", "light = false"],
    "gpio": ["#library = 'auto'"],
    "i2c": ["# bus = 1"],
}


@st.composite
def files(draw: st.DrawFn) -> str:
    """Sections in any order with any of their settings in any order, remarks and blank lines between."""
    text = draw(REMARKS)
    for section in draw(st.permutations(sorted(LINES)))[: draw(st.integers(1, len(LINES)))]:
        text += f"[{section}]\n{draw(REMARKS)}"
        for line in draw(st.lists(st.sampled_from(LINES[section]), unique=True)):
            text += f"{draw(REMARKS)}{line}\n{draw(REMARKS)}"
    return draw(st.sampled_from([text, text.replace("\n", "\r\n"), text.rstrip("\n")]))


@given(files())
def test_any_such_file_says_the_same_afterwards_and_has_lost_no_line(text: str) -> None:
    carried = carry_text(text).text
    before, after = decode_toml(text.encode(), "file"), decode_toml(carried.encode(), "file")
    assert {name: each for name, each in after.items() if each} == {
        name: each for name, each in carry_names(before).items() if each
    }
    assert carry_text(carried).text == carried
    left = carried.splitlines()
    for line in text.splitlines():
        if not re.match(r"[ #]*(pins|port|spi_port|spi_device|light_pin|buzzer_pin) = [\d']", line):
            left.remove(line)  # raises ValueError where it is gone


def carried_file(tmp_path: Path) -> Path:
    file = tmp_path / "reader.toml"
    file.write_text(MINE, encoding="utf-8", newline="")
    return file


def test_the_old_file_stays_beside_the_new_one(tmp_path: Path) -> None:
    file = carried_file(tmp_path)
    file.chmod(0o640)
    os.utime(file, (1_000_000_000, 1_000_000_000))
    (tmp_path / "reader.toml.old").write_text("somebody's")
    (step,) = carry_steps(file)
    assert "the old file kept as reader.toml.old1: keypad.pins is gpio.library, display.port is i2c.bus" in step.says
    perform([step])
    assert (tmp_path / "reader.toml.old").read_text() == "somebody's"
    assert (tmp_path / "reader.toml.old1").read_text(encoding="utf-8") == MINE
    assert (tmp_path / "reader.toml.old1").stat().st_mtime == 1_000_000_000
    assert file.read_text(encoding="utf-8") == CARRIED
    assert file.stat().st_mode & 0o777 == 0o640
    assert carry_steps(file) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    mine = carried_file(tmp_path)
    link = tmp_path / "etc/reader.toml"
    link.parent.mkdir()
    link.symlink_to(mine)
    perform(carry_steps(link))
    assert link.is_symlink()
    assert mine.read_text(encoding="utf-8") == CARRIED
    assert (tmp_path / "etc/reader.toml.old").read_text(encoding="utf-8") == MINE


def test_where_only_root_may_look_the_plan_says_perhaps(tmp_path: Path, mocker: MockerFixture) -> None:
    file = carried_file(tmp_path)
    closed = mocker.patch("tools.carry_over.Path.read_bytes", side_effect=PermissionError)
    (step,) = carry_steps(file)
    assert step.done is None
    mocker.stop(closed)
    perform([step])
    assert file.read_text(encoding="utf-8") == CARRIED


def test_an_update_carries_it_over_before_the_new_program_is_current(tmp_path: Path, mocker: MockerFixture) -> None:
    """And not before pip is through: the old program must be able to start until then."""
    options = Options(root=tmp_path)
    mine = tmp_path / installer.CONFIG
    mine.parent.mkdir(parents=True)
    mine.write_text(MINE, encoding="utf-8")
    steps = [step.says.split(" ")[0:2] for step in installation(options)]
    place = next(n for n, says in enumerate(steps) if says == ["carry", str(mine)])
    assert steps[place - 1][0] == "make"
    assert steps[place + 1][0] == "point"
    mocker.patch("tools.release.make_release", side_effect=InstallError("no network"))
    with pytest.raises(InstallError, match="no network"):
        perform(installation(options))
    assert mine.read_text(encoding="utf-8") == MINE


def test_the_new_program_reads_what_was_carried_over(tmp_path: Path) -> None:
    file = carried_file(tmp_path)
    steps: list[Step] = carry_over.carry_steps(file)
    perform(steps)
    assert load_config(file).display.address == 0x3D
