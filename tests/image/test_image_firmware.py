"""The firmware's partition: overlays that compile and apply, and a config.txt that names only what is there."""

from pathlib import Path

import pytest

from image.firmware import (
    BOARDS,
    FIRST_PROGRAMS,
    INITRAMFS,
    KERNEL,
    OVERLAYS,
    Root,
    check_config,
    write_cmdline,
    write_config,
)  # fmt: skip
from image.overlays import SOURCES, check_overlay, compile_overlays
from image.shell import ImageError, run_program

FILES = [*BOARDS, *FIRST_PROGRAMS, KERNEL, INITRAMFS, *(f"overlays/{name}.dtbo" for name in OVERLAYS)]

TREE = """/dts-v1/;
/ {
	compatible = "raspberrypi,3-model-b", "brcm,bcm2837";
	aliases { serial0 = "/soc/serial@7e215040"; };
	soc {
		i2c1: i2c@7e804000 { clock-frequency = <100000>; status = "okay"; };
		usb: usb@7e980000 { dr_mode = "otg"; };
	};
};
"""
"""What the overlays need to find, as the trees of Debian's 6.12 have it; tests/image/run tries those themselves."""


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return compile_tree(tmp_path / "board.dtb", TREE)


def compile_tree(out: Path, text: str, *, symbols: bool = True) -> Path:
    words = ["-@"] if symbols else []
    run_program(["dtc", *words, "-q", "-I", "dts", "-O", "dtb", "-o", out], given=text.encode())
    return out


def test_each_overlay_changes_a_tree_as_it_should(board: Path, tmp_path: Path) -> None:
    overlays = compile_overlays(tmp_path)
    assert [overlay.stem for overlay in overlays] == list(OVERLAYS)
    assert [check_overlay(overlay, board, tmp_path / "out.dtb") for overlay in overlays] == [[], []]


def test_a_tree_without_symbols_or_nodes_is_refused(tmp_path: Path) -> None:
    overlay, *_ = compile_overlays(tmp_path)
    bare = compile_tree(tmp_path / "bare.dtb", TREE, symbols=False)
    other = compile_tree(tmp_path / "other.dtb", TREE.replace("i2c1:", ""))
    for tree in (bare, other):
        (complaint,) = check_overlay(overlay, tree, tmp_path / "out.dtb")
        assert f"sesame-i2c.dtbo does not apply to {tree.name}" in complaint


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("sesame-i2c", ("<400000>", "<100000>"), "/soc/i2c@7e804000 clock-frequency is 100000, not 400000"),
        ("sesame-i2c", ('"okay"', '"disabled"'), "/soc/i2c@7e804000 status is disabled, not okay"),
        ("sesame-i2c", ("i2c1 = ", "i2c7 = "), "/aliases i2c1 is absent, not /soc/i2c@7e804000"),
        ("sesame-gadget", ('"peripheral"', '"host"'), "/soc/usb@7e980000 dr_mode is host, not peripheral"),
    ],
)
def test_a_wrong_overlay_is_seen(
    board: Path, tmp_path: Path, name: str, change: tuple[str, str], complaint: str
) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    for source in SOURCES.glob("*.dts"):
        text = source.read_text()
        (sources / source.name).write_text(text.replace(*change) if source.stem == name else text)
    overlay = next(each for each in compile_overlays(tmp_path, sources) if each.stem == name)
    assert check_overlay(overlay, board, tmp_path / "out.dtb") == [f"board.dtb with {name}.dtbo: {complaint}"]


def test_an_overlay_with_a_fault_is_refused(tmp_path: Path) -> None:
    for name in OVERLAYS:
        (tmp_path / f"{name}.dts").write_text("/dts-v1/; /plugin/; &i2c1 { status = okay; };")
    with pytest.raises(ImageError, match="syntax error"):
        compile_overlays(tmp_path, tmp_path)


@pytest.mark.parametrize("key", [False, True])
def test_config_names_only_what_is_there(key: bool) -> None:
    assert check_config(write_config(key), FILES) == []
    assert ("dtoverlay=sesame-gadget" in write_config(key).splitlines()) is key


@pytest.mark.parametrize("name", FILES)
def test_each_file_that_is_not_there_is_missed(name: str) -> None:
    assert check_config(write_config(key=True), [other for other in FILES if other != name]) != []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("dtoverlay=gpio-poweroff,gpiopin=26", "config.txt names overlays/gpio-poweroff.dtbo, which is not there"),
        ("dtparam=i2c_arm=on", "dtparam=i2c_arm=on does nothing: Debian's device trees have no __overrides__"),
        ("include more.txt", "config.txt names more.txt, which is not there"),
    ],
)
def test_a_line_that_would_do_nothing_is_said(line: str, complaint: str) -> None:
    """The recipe for Raspberry Pi OS writes such lines; on Debian's trees they change nothing."""
    assert check_config(f"{write_config(key=False)}{line}\n", FILES) == [complaint]


def test_the_trees_are_looked_for_by_their_upstream_names() -> None:
    (complaint,) = check_config(write_config(key=False).replace("upstream_kernel=1\n", ""), FILES)
    assert "config.txt lacks upstream_kernel=1" in complaint


def test_the_kernels_line_opens_no_shell_no_swap_and_no_second_line() -> None:
    line = write_cmdline(Root("ab" * 32, 4096, "5e5a3e00"), latch=False)
    words = line.split()
    assert line.count("\n") == 1
    assert {"ro", "noswap", "panic=10", f"sesame.roothash={'ab' * 32}", "sesame.offset=4096"} <= set(words)
    assert "sesame.root=/dev/disk/by-partuuid/5e5a3e00-02" in words
    assert "sesame.latch" not in words
    assert "sesame.latch" in write_cmdline(Root("", 0, ""), latch=True).split()
