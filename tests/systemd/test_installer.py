"""`./install` into a scratch root: the plan, what it writes, that a second time changes nothing, and the way back."""

from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from tools import boot_config, installer, release
from tools.installer import BRANCH_FILES, FILES, Options, installation, perform, removal
from tools.machine import ROOT

PI_CONFIG = "# For more options\ndtparam=audio=on\n\n[all]\narm_64bit=1\n"


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(root=tmp_path / "root")


@pytest.fixture
def pi(options: Options) -> Path:
    """A root with the firmware's configuration in it."""
    config = options.root / "boot/firmware/config.txt"
    config.parent.mkdir(parents=True)
    config.write_text(PI_CONFIG)
    return config


@pytest.fixture(autouse=True)
def made_by_hand(mocker: MockerFixture) -> None:
    """pip takes a network and a minute: a folder like a release stands for it. tests/vm makes a real one."""
    mocker.patch("tools.release.make_release", side_effect=_folder)


def _folder(folder: Path, extras: str) -> None:
    (folder / "bin").mkdir(parents=True)
    (folder / "complete").touch()


def files_in(root: Path) -> dict[str, str]:
    """Every file below a folder with its contents; links with where they lead."""
    found = (path for path in root.rglob("*") if path.is_symlink() or path.is_file())
    return {
        str(path.relative_to(root)): str(path.readlink()) if path.is_symlink() else path.read_text() for path in found
    }


def test_the_dry_run_says_everything_and_does_nothing(options: Options, capsys: pytest.CaptureFixture[str]) -> None:
    assert installer.main(["--dry-run", "--root", str(options.root)]) == 0
    said = capsys.readouterr().out
    assert all(str(options.root / place) in said for place in FILES.values())
    assert not options.root.exists()


def test_every_file_of_the_folder_is_installed_as_it_is(options: Options) -> None:
    perform(installation(options))
    folder = ROOT / "systemd"
    assert {file.name for file in folder.iterdir()} == {*FILES, *BRANCH_FILES, "reader.toml"}
    for name, place in FILES.items():
        assert (options.root / place).read_text() == (folder / name).read_text()


def test_the_service_is_enabled_and_its_program_is_there(options: Options) -> None:
    perform(installation(options))
    wanted = options.root / "etc/systemd/system/basic.target.wants/sesame-reader.service"
    assert wanted.readlink() == Path("/etc/systemd/system/sesame-reader.service")
    assert (options.root / "opt/sesame/current/complete").exists()
    assert (options.root / "usr/local/bin/sesame").readlink() == Path("/opt/sesame/current/bin/sesame")


def test_the_user_and_the_groups_are_made(options: Options) -> None:
    perform(installation(options))
    groups = {line.split(":")[0] for line in (options.root / "etc/group").read_text().splitlines()}
    assert {"sesame", "gpio", "i2c", "spi"} <= groups
    user = next(line for line in (options.root / "etc/passwd").read_text().splitlines() if line.startswith("sesame:"))
    assert user.endswith("nologin")


def test_a_second_time_there_is_nothing_to_do(options: Options, pi: Path) -> None:
    perform(installation(options))
    before = files_in(options.root)
    steps = installation(options)
    assert [step.says for step in steps if not step.done] == []
    perform(steps)
    assert files_in(options.root) == before


def test_an_update_keeps_the_configuration_and_takes_the_former_release_away(options: Options) -> None:
    perform(installation(options))
    mine = options.root / installer.CONFIG
    mine.write_text('[reader]\nlanguage = "en"\n')
    former = options.root / "opt/sesame/releases/0123456789ab"
    (options.root / "opt/sesame/current").resolve().rename(former)
    release.switch(options.root / "opt/sesame", former.name)
    perform(installation(options))
    assert mine.read_text() == '[reader]\nlanguage = "en"\n'
    assert not former.exists()
    assert (options.root / "opt/sesame/current/complete").exists()


def test_an_interrupted_update_leaves_the_former_release_current(options: Options, mocker: MockerFixture) -> None:
    perform(installation(options))
    former = options.root / "opt/sesame/releases/0123456789ab"
    (options.root / "opt/sesame/current").resolve().rename(former)
    release.switch(options.root / "opt/sesame", former.name)
    mocker.patch("tools.release.make_release", side_effect=release.InstallError("the power went"))
    with pytest.raises(release.InstallError):
        perform(installation(options))
    assert release.current(options.root / "opt/sesame") == former.name
    assert former.exists()


@pytest.mark.parametrize("latch", [False, True])
def test_the_firmware_is_told_and_untold(options: Options, pi: Path, latch: bool) -> None:
    perform(installation(Options(root=options.root, latch=latch)))
    told = pi.read_text()
    assert told.startswith(PI_CONFIG)
    assert boot_config.BUS in told
    assert (boot_config.LATCH in told) is latch
    perform(removal(options))
    assert pi.read_text() == PI_CONFIG


def test_the_latch_can_be_added_later(options: Options, pi: Path) -> None:
    perform(installation(options))
    perform(installation(Options(root=options.root, latch=True)))
    assert pi.read_text().count(boot_config.BUS) == pi.read_text().count(boot_config.LATCH) == 1


def test_an_update_does_not_forget_the_latch_nor_the_branch(options: Options, pi: Path) -> None:
    perform(installation(Options(root=options.root, latch=True, branch=True)))
    before = files_in(options.root)
    assert "etc/systemd/system/multi-user.target.wants/sesame-branch.service" in before
    perform(installation(options))
    assert files_in(options.root) == before


def test_uninstalling_keeps_the_configuration_alone(options: Options) -> None:
    perform(installation(Options(root=options.root, branch=True)))
    perform(removal(options))
    ours = [name for name in files_in(options.root) if "sesame" in name]
    assert ours == [installer.CONFIG]
    perform(removal(Options(root=options.root, purge=True)))
    assert [name for name in files_in(options.root) if "sesame" in name] == []


def test_purging_takes_the_branchs_books_away(options: Options) -> None:
    books = options.root / "var/lib/private/sesame-branch/bank.db"
    books.parent.mkdir(parents=True)
    books.touch()
    (options.root / "var/lib/sesame-branch").symlink_to("private/sesame-branch")
    perform(removal(options))
    assert books.exists()
    perform(removal(Options(root=options.root, purge=True)))
    assert [name for name in files_in(options.root) if "sesame" in name] == []


@pytest.mark.parametrize(
    ("in_apt", "known", "wheels", "packages", "extra"),
    [
        (True, False, False, ["python3-lgpio"], False),  # Raspberry Pi OS
        (False, False, True, [], True),  # Debian 12, 64 bit
        (False, False, False, ["gcc", "libc6-dev", "python3-dev", "swig"], True),  # Debian 13
        (False, True, False, [], False),  # somebody put it there by hand
    ],
)
def test_lgpio_comes_from_where_there_is_one(  # noqa: PLR0917 - the rows above
    mocker: MockerFixture, in_apt: bool, known: bool, wheels: bool, packages: list[str], extra: bool
) -> None:
    mocker.patch("tools.installer._apt_has", return_value=in_apt)
    mocker.patch("tools.release.knows_lgpio", return_value=known)
    mocker.patch("tools.release.lgpio_wheels", return_value=wheels)
    named = mocker.spy(release, "release_name")
    wanted = installation(Options(dry_run=True))[0].says.split()
    assert [name for name in wanted if name in {installer.LGPIO_PACKAGE, *installer.COMPILER_PACKAGES}] == packages
    assert ("lgpio" in named.call_args.args[0].split(",")) is extra


@pytest.mark.parametrize(("machine", "there"), [("aarch64", True), ("armv7l", False)])
def test_gpiod_comes_along_where_it_need_not_be_compiled(
    mocker: MockerFixture, options: Options, machine: str, there: bool
) -> None:
    mocker.patch("platform.machine", return_value=machine)
    named = mocker.spy(release, "release_name")
    installation(options)
    assert ("gpiod" in named.call_args.args[0].split(",")) is there


def test_uninstalling_where_nothing_is_does_nothing(options: Options) -> None:
    assert [step.says for step in removal(options) if not step.done] == []


def test_without_root_it_says_what_to_type(mocker: MockerFixture, capsys: pytest.CaptureFixture[str]) -> None:
    mocker.patch("os.geteuid", return_value=1000)
    assert installer.main([]) == 1
    assert "sudo ./install" in capsys.readouterr().err


def test_a_release_is_named_after_all_that_makes_it() -> None:
    assert release.release_name("bank") == release.release_name("bank")
    assert release.release_name("bank") != release.release_name("bank,lgpio")
