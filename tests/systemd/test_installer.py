"""`./install` into a scratch root: the plan, what it writes, that a second time changes nothing, and the way back."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from tools import boot_config, installer, release
from tools.installer import BRANCH_FILES, FILES, KEY_FILES, KEY_STATE, Options, installation, removal
from tools.machine import ROOT
from tools.steps import perform

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


def _folder(folder: Path, extras: str, wheels: Path | None = None) -> None:
    """A release whose program and Python say that all is well."""
    (folder / "bin").mkdir(parents=True)
    for program in ("sesame", "python"):
        (folder / "bin" / program).write_text("#!/bin/sh\n")
        (folder / "bin" / program).chmod(0o755)
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
    assert {file.name for file in folder.iterdir()} == {*FILES, *BRANCH_FILES, *KEY_FILES, "reader.toml"}
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


WANTED = "etc/systemd/system/basic.target.wants"


def test_the_key_takes_the_readers_place_and_stays_there(options: Options, pi: Path) -> None:
    perform(installation(options))
    perform(installation(Options(root=options.root, key=True)))
    before = files_in(options.root)
    assert f"{WANTED}/sesame-key.service" in before
    assert f"{WANTED}/sesame-reader.service" not in before
    assert "dtoverlay=dwc2,dr_mode=peripheral" in pi.read_text()
    perform(installation(Options(root=options.root)))
    assert files_in(options.root) == before, "an update does not forget it"


def test_uninstalling_the_key_leaves_its_keys_and_purging_does_not(options: Options, pi: Path) -> None:
    perform(installation(Options(root=options.root, key=True)))
    kept = options.root / KEY_STATE / "key/digits"
    kept.parent.mkdir(parents=True)
    kept.write_text("sealed")
    perform(removal(options))
    assert (pi.read_text(), kept.exists()) == (PI_CONFIG, True)
    assert not (options.root / KEY_FILES["sesame-key.service"]).exists()
    perform(removal(Options(root=options.root, uninstall=True, purge=True)))
    assert not kept.exists()


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


def modes_in(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root)): path.lstat().st_mode & 0o777 for path in root.rglob("*")}


@pytest.fixture
def mask() -> Iterator[None]:
    """A careful administrator's."""
    former = os.umask(0o077)
    yield
    os.umask(former)


def test_under_a_closed_umask_the_readers_user_can_still_read_it_all(options: Options, mask: None) -> None:
    assert installer.main(["--root", str(options.root)]) == 0
    ours = {place for place in modes_in(options.root) if "sesame" in place}
    assert ours
    assert not [place for place in ours if modes_in(options.root)[place] & 0o044 != 0o044]


def test_a_second_time_opens_what_a_former_installer_left_closed(options: Options) -> None:
    perform(installation(options))
    folder = options.root / "opt/sesame"
    for path in (*folder.rglob("*"), folder, options.root / "etc/sesame", options.root / FILES[installer.UNIT]):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    steps = [step for step in installation(options) if not step.done]
    assert [step.says.split()[0] for step in steps][:2] == ["write", "let"]
    perform(steps)
    assert [step for step in installation(options) if not step.done] == []
    assert release.closed_to_others(folder) == []


def test_settings_that_their_owner_closed_stay_so(options: Options) -> None:
    perform(installation(options))
    for path, mode in ((options.root / "etc/sesame", 0o750), (options.root / installer.CONFIG, 0o640)):
        path.chmod(mode)
    assert [step for step in installation(options) if not step.done] == []


@pytest.mark.parametrize("broken", ["bin/sesame", "bin/python"])
def test_a_second_time_makes_a_release_anew_that_is_complete_in_name_only(options: Options, broken: str) -> None:
    """PIP_USER put its libraries into root's home: the mark was set all the same."""
    perform(installation(options))
    program = options.root / "opt/sesame/current" / broken
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755 if broken == "bin/python" else 0o644)
    assert "make" in {step.says.split()[0] for step in installation(options) if not step.done}


def test_how_it_is_made_is_part_of_a_releases_name(mocker: MockerFixture) -> None:
    before = release.release_name("bank")
    mocker.patch("tools.release.RECIPE", ("tools/release.py", "tools/suite.py"))
    assert release.release_name("bank") != before


def hidden(path: Path, mocker: MockerFixture) -> None:
    """As polkitd's folder on Debian 12: who is not root may not look into it. Root's looks are refused by hand."""
    look, follow, read = Path.lstat, Path.stat, Path.read_bytes

    def refused(look: Callable[..., object]) -> Callable[[Path], object]:
        def _look(self: Path, **how: bool) -> object:
            if path in self.parents:
                raise PermissionError(13, "Permission denied", str(self))
            return look(self, **how)

        return _look

    mocker.patch.object(Path, "lstat", refused(look))
    mocker.patch.object(Path, "stat", refused(follow))
    mocker.patch.object(Path, "read_bytes", refused(read))


@pytest.mark.parametrize(
    "arguments", [[], ["--without-lgpio"], ["--uninstall"], ["--uninstall", "--purge"]], ids=" ".join
)
@pytest.mark.parametrize("place", ["etc/polkit-1/rules.d", "opt/sesame", "etc/sesame"])
def test_the_dry_run_goes_on_where_only_root_may_look(
    options: Options, arguments: list[str], place: str, mocker: MockerFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """polkit's rules on Debian 12; ours, where a former version wrote them under a closed umask."""
    perform(installation(options))
    folder = options.root / place
    capsys.readouterr()
    hidden(folder, mocker)
    assert installer.main(["--dry-run", "--root", str(options.root), *arguments]) == 0
    said = capsys.readouterr().out.splitlines()
    inside = [line.split()[0] for line in said if f"{folder}/" in line]
    assert set(inside) <= {"perhaps"}
    assert bool(inside) is ("sudo ./install --dry-run" in said[-1])
    assert inside or "--uninstall" in arguments, "what is inside is only taken away with its folder"


def test_lgpio_can_be_left_out_and_an_update_remembers(mocker: MockerFixture, options: Options) -> None:
    mocker.patch("tools.installer._wants_lgpio_of_pypi", return_value=True)
    named = mocker.spy(release, "release_name")
    perform(installation(Options(root=options.root, without_lgpio=True)))
    perform(installation(options))
    assert all("lgpio" not in call.args[0].split(",") for call in named.call_args_list)
    perform(removal(options))
    installation(options)
    assert "lgpio" in named.call_args.args[0].split(","), "after --uninstall it is as if never said"


@pytest.mark.parametrize(("wheels", "packages"), [(True, []), (False, ["python3-libgpiod"])])
def test_without_lgpio_apt_brings_none_and_no_compiler(
    mocker: MockerFixture, wheels: bool, packages: list[str]
) -> None:
    mocker.patch("tools.release.gpiod_wheels", return_value=wheels)
    mocker.patch("tools.installer._apt_has", return_value=True)
    said = installation(Options(dry_run=True, without_lgpio=True))[0].says.split()
    assert said[3:] == [*installer.PACKAGES, *packages]


def test_a_folder_of_wheels_is_what_its_list_says_or_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "luma_oled-3.15.0-py2.py3-none-any.whl"
    wheel.write_bytes(b"PK")
    with pytest.raises(release.InstallError, match=r"SHA256SUMS: No such file.*sha256sum \*\.whl"):
        release.way_to(tmp_path)
    digest = hashlib.sha256(b"PK").hexdigest()
    (tmp_path / release.SUMS).write_text(f"{digest}  {wheel.name}\n")
    assert release.way_to(tmp_path) == {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    wheel.write_bytes(b"PX")
    with pytest.raises(release.InstallError, match="is not what SHA256SUMS beside it says"):
        release.way_to(tmp_path)
    for other in (b"", b"one-word\n", b"d\xe9j\xe0  vu.whl\n", b"\x00" * 9, f"{digest}\n".encode()):
        (tmp_path / release.SUMS).write_bytes(other)
        with pytest.raises(release.InstallError, match="is not what"):
            release.way_to(tmp_path)


def test_the_names_of_the_machines_users_are_bytes(options: Options) -> None:
    """A real name in Latin-1, as a machine of 1999 has it."""
    passwd = options.root / "etc/passwd"
    passwd.parent.mkdir(parents=True)
    passwd.write_bytes(b"rene:x:1000:1000:Ren\xe9,,,:/home/rene:/bin/bash\n")
    assert installer.main(["--dry-run", "--root", str(options.root)]) == 0


def test_without_root_it_says_what_to_type(mocker: MockerFixture, capsys: pytest.CaptureFixture[str]) -> None:
    mocker.patch("os.geteuid", return_value=1000)
    assert installer.main([]) == 1
    assert "sudo ./install" in capsys.readouterr().err


def test_a_release_is_named_after_all_that_makes_it() -> None:
    assert release.release_name("bank") == release.release_name("bank")
    assert release.release_name("bank") != release.release_name("bank,lgpio")
