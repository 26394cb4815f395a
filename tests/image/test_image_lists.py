"""The lists of packages and wheels: the project's own are well formed, and what is wrong with another is said."""

import configparser
import hashlib
from pathlib import Path

import pytest

from image.archive import describe_gone, is_whole
from image.lock import packages, wheels
from image.lock.packages import Package
from image.shell import ROOT, ImageError

DIGEST = "0123456789abcdef" * 4
APT = Package("apt", "3.0.4", "arm64", 1362704, DIGEST)


def test_the_projects_own_list_of_packages_is_what_the_program_writes() -> None:
    text = packages.LOCK.read_text(encoding="ascii")
    assert packages.write_lock(packages.read_lock(text)) == text
    wanted = packages.read_wanted(packages.WANTED.read_text(encoding="utf-8"))
    assert {"libc6", "apt", *wanted} <= {package.name for package in packages.load_lock()}


def test_the_projects_own_list_of_wheels_is_what_the_program_writes() -> None:
    text = wheels.LOCK.read_text(encoding="ascii")
    assert wheels.write_wheels(wheels.read_wheels(text)) == text


def test_no_compiler_and_no_network_program_is_in_the_list() -> None:
    names = {package.name for package in packages.load_lock()}
    assert not names & {"gcc", "gcc-14", "cpp", "binutils", "swig", "make", "openssh-server", "network-manager"}


def test_each_requirement_of_the_application_is_in_a_list() -> None:
    """What `./install --without-lgpio --key` asks pip for is a wheel of the list or a Debian package of it."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = setup["options.extras_require"]
    wanted = "\n".join([setup["options"]["install_requires"], *(extras[name] for name in ("bank", "gpiod", "key"))])
    lines = [line.split("#")[0].split(" ")[0].lower() for line in wanted.splitlines()]
    debian = {"pillow": "python3-pil"}
    names = {wheel.name for wheel in wheels.read_wheels(wheels.LOCK.read_text(encoding="ascii"))}
    there = {package.name for package in packages.load_lock()}
    asked = [name.replace(".", "-") for name in lines if name]
    assert len(asked) > 10
    assert [n for n in asked if n not in names and debian.get(n, f"python3-{n}") not in there] == []


@pytest.mark.parametrize(
    "line",
    [
        "apt 3.0.4 arm64 1362704",
        f"apt 3.0.4 amd64 1362704 {DIGEST}",
        f"apt 3.0.4 arm64 0 {DIGEST}",
        f"apt 3.0.4 arm64 1362704 {DIGEST[:-1]}",
        f"apt  3.0.4 arm64 1362704 {DIGEST}",
        f"../apt 3.0.4 arm64 1362704 {DIGEST}",
        "",
    ],
)
def test_a_line_that_is_no_package_is_named(line: str) -> None:
    with pytest.raises(ImageError, match=r"line 2 is not NAME VERSION .*image/build renew"):
        packages.read_lock(f"# head\n{line}\n")


@pytest.mark.parametrize("text", ["", "# head\n", f"{APT}\n{APT}\n", f"zstd 1 all 1 {DIGEST}\n{APT}\n"])
def test_an_empty_list_a_name_twice_and_names_out_of_order_are_refused(text: str) -> None:
    with pytest.raises(ImageError, match="no names, a name twice, or names out of order"):
        packages.read_lock(text)


@pytest.mark.parametrize("line", ["gpiod==2.5.0", f"gpiod>=2 --hash=sha256:{DIGEST}", "gpiod @ file:///x", ""])
def test_a_line_that_is_no_wheel_is_named(line: str) -> None:
    with pytest.raises(ImageError, match=r"line 1 is not NAME==VERSION"):
        wheels.read_wheels(f"{line}\n")


def test_a_line_of_apt_is_read_with_its_epoch() -> None:
    file = "cryptsetup-bin_2%3a2.7.5-2_arm64.deb"
    said = f"'http://debian.example/pool/c/{file}' {file} 9 SHA256:{DIGEST}"
    found = packages.read_printed(said)
    assert found == Package("cryptsetup-bin", "2:2.7.5-2", "arm64", 9, DIGEST)
    assert found is not None
    assert found.file == file
    assert packages.read_printed("Reading package lists...") is None


def test_a_wanted_package_without_a_reason_is_refused() -> None:
    with pytest.raises(ImageError, match="zstd stands there without what it is for"):
        packages.read_wanted("udev  device files\nzstd\n")


def test_a_package_that_is_another_one_missing_or_too_many_is_said() -> None:
    installed = [("apt", "3.0.3", "arm64"), ("gcc", "14", "arm64")]
    assert packages.differences([APT], [("apt", "3.0.4", "arm64")]) == []
    assert packages.differences([APT], installed) == [
        "apt 3.0.3 (arm64) is installed and not in the list",
        "apt 3.0.4 (arm64) is in the list and not installed",
        "gcc 14 (arm64) is installed and not in the list",
    ]


def test_another_state_of_the_archive_says_what_to_do() -> None:
    said = describe_gone([APT] * 7)
    assert said.startswith("The archive no longer has apt 3.0.4, ")
    assert "and 2 more, which packages.lock names. To take what the archive has now, type: sudo image/build" in said
    assert "snapshot service, in SESAME_DEBIAN_MIRROR" in said


def test_a_package_with_one_bit_changed_is_not_whole(tmp_path: Path) -> None:
    file = tmp_path / "x.deb"
    content = b"!<arch>\n"
    package = Package("x", "1", "all", len(content), hashlib.sha256(content).hexdigest())
    assert not is_whole(file, package)
    file.write_bytes(content)
    assert is_whole(file, package)
    file.write_bytes(b"!<arch>\x0b")
    assert not is_whole(file, package)


def test_the_list_of_parts_has_what_is_installed_and_nothing_else(tmp_path: Path) -> None:
    """Before, the reader's list named the key's wheels, too; and what pip had really put there, nobody read."""
    listed = [
        wheels.Wheel("gpiod", "2.5.0", DIGEST),
        wheels.Wheel("luma-oled", "3.16.0", DIGEST),
        wheels.Wheel("tuf", "7", DIGEST),
    ]
    place = tmp_path / "opt/sesame/releases/0123/lib/python3.13/site-packages"
    for name in ("gpiod-2.5.0", "luma_oled-3.16.0", "pip-25.1.1", "sesame_reader-0.1.0"):
        (place / f"{name}.dist-info").mkdir(parents=True)
    assert [wheel.name for wheel in wheels.installed_wheels(tmp_path, listed)] == ["gpiod", "luma-oled"]
    (place / "tuf-6.9.dist-info").mkdir()
    (place / "Evil-1.dist-info").mkdir()
    with pytest.raises(ImageError, match=r"^evil 1 is installed, and not of the list\ntuf 6.9 is installed"):
        wheels.installed_wheels(tmp_path, listed)
