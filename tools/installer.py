"""`./install`: the plan first, then the plan done. Every step says what it will do and whether it is done already."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tools import boot_config, release
from tools.carry_over import carry_steps
from tools.machine import ROOT, extras_of, output, run
from tools.release import InstallError
from tools.steps import Step, gone, holds, perform, seen, show, write
from tools.tpm_walls import removal_steps, tpm_packages, tpm_steps

UNIT = "sesame-reader.service"

FILES = {
    "sesame-reader.service": "etc/systemd/system/sesame-reader.service",
    "sesame-reader.sysusers": "etc/sysusers.d/sesame-reader.conf",
    "sesame-reader.modules": "etc/modules-load.d/sesame-reader.conf",
    "sesame-reader.rules": "etc/udev/rules.d/60-sesame-reader.rules",
    "sesame-reader.polkit.rules": "etc/polkit-1/rules.d/50-sesame-reader.rules",
}
"""File of systemd/ -> where it goes. All under /etc: Debian 12 looks for some of them nowhere else that is ours."""

BRANCH_UNIT = "sesame-branch.service"
BRANCH_FILES = {BRANCH_UNIT: f"etc/systemd/system/{BRANCH_UNIT}"}
"""What comes with --branch, and stays until it is uninstalled."""

KEY_UNIT = "sesame-key.service"
KEY_FILES = {
    KEY_UNIT: f"etc/systemd/system/{KEY_UNIT}",
    "sesame-key.modules": "etc/modules-load.d/sesame-key.conf",
}
"""What comes with --key: the access key in the reader's place, until it is uninstalled."""

KEY_STATE = "var/lib/sesame-key"
CONTROLLERS = Path("/sys/class/udc")

CONFIG = "etc/sesame/reader.toml"
APPLICATIONS = "opt/sesame"
BRANCH_STATE = ("var/lib/sesame-branch", "var/lib/private/sesame-branch")
"""The demonstration's books, where systemd puts what a DynamicUser= keeps: a link, and what it leads to."""
COMMAND = "usr/local/bin/sesame"
NO_LGPIO = f"{APPLICATIONS}/without-lgpio"
"""Says to an update that lgpio was left out on purpose."""

PACKAGES = ("python3-venv", "python3-pyscard", "pcscd", "libccid", "polkitd")
LGPIO_PACKAGE = "python3-lgpio"
GPIOD_PACKAGE = "python3-libgpiod"
COMPILER_PACKAGES = ("gcc", "libc6-dev", "python3-dev", "swig")
"""For a machine where lgpio is neither a package nor a wheel: Debian 13, and 32 bit."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for. `live`: systemd runs here and the target is this machine's own root."""

    root: Path = Path("/")
    dry_run: bool = False
    uninstall: bool = False
    purge: bool = False
    latch: bool = False
    branch: bool = False
    key: bool = False
    start: bool = True
    without_lgpio: bool = False
    wheels: Path | None = None

    @property
    def own(self) -> bool:
        """True for this machine's root, which may still be a chroot."""
        return self.root == Path("/")

    @property
    def with_branch(self) -> bool:
        """True when the demonstration is asked for, or was before."""
        return self.branch or bool(seen((self.root / BRANCH_FILES[BRANCH_UNIT]).exists))

    @property
    def with_key(self) -> bool:
        """True when the access key is asked for, or was before."""
        return self.key or bool(seen((self.root / KEY_FILES[KEY_UNIT]).exists))

    @property
    def with_lgpio(self) -> bool:
        """False when it is to be left out, or was to be before."""
        return not self.without_lgpio and not seen((self.root / NO_LGPIO).exists)

    @property
    def live(self) -> bool:
        """True when there is a systemd to talk to."""
        return self.own and Path("/run/systemd/system").is_dir()


def main(arguments: Sequence[str]) -> int:
    """0 when all is done (or said); 1 with a message that says what to do; else the self-test's status."""
    options = parse(arguments)
    os.umask(0o022)  # the reader's own user reads what root writes
    try:
        steps = removal(options) if options.uninstall else installation(options)
        show(steps)
        if options.dry_run:
            return 0
        _allowed(options)
        perform(steps)
    except (InstallError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0 if options.uninstall or not (options.live and options.start) else selftest(options)


def parse(arguments: Sequence[str]) -> Options:
    """The command line. Ends the program for --help and for what it does not know."""
    parser = argparse.ArgumentParser(prog="./install", description="Install the Sésame reader as a service.")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--uninstall", action="store_true", help="take it away; the configuration stays")
    parser.add_argument("--purge", action="store_true", help="with --uninstall: the configuration and the user go, too")
    parser.add_argument("--latch", action="store_true", help="battery version: GPIO26 cuts the supply after power-off")
    parser.add_argument("--branch", action="store_true", help="also serve the Coop@net demonstration, on loopback")
    parser.add_argument("--key", action="store_true", help="the e-secure access key in the reader's place, by USB")
    parser.add_argument("--without-lgpio", action="store_true", help="reach the GPIOs by gpiod alone; nothing polls")
    parser.add_argument(
        "--wheels", type=Path, metavar="FOLDER", help="take Python packages from this folder alone, without a network"
    )
    parser.add_argument("--no-start", action="store_false", dest="start", help="install, and start at the next boot")
    parser.add_argument(
        "--root", type=Path, default=Path("/"), help="install below this folder (to look at, for images)"
    )
    return Options(**vars(parser.parse_args(arguments)))


def installation(options: Options) -> list[Step]:
    """The steps that bring the reader, in their order. A former release goes last, when the new one runs."""
    brought = [*_packages(options), *_files(options), _config(options), *_boot(options), _users(options)]
    appliance = KEY_UNIT if options.with_key else UNIT
    units = {appliance: "basic.target", **({BRANCH_UNIT: "multi-user.target"} if options.with_branch else {})}
    brought += [*_application(options), *tpm_steps(options.root, options.with_key), *_readable(options)]
    brought += [*_giving_way(options), *(_enabling(options, unit, target) for unit, target in units.items())]
    fresh = not all(step.done for step in brought)
    if options.live and options.start:
        now = [unit for unit in units if unit != KEY_UNIT or _has_controller()]
        brought += [Step(f"start {unit}", not fresh and _active(unit), partial(_start, unit)) for unit in now]
    return [*brought, _tidy(options)] if fresh else brought


def _giving_way(options: Options) -> list[Step]:
    """Key and reader have one keypad: the reader does not start at boot where the key does."""
    want = options.root / _want(UNIT, "basic.target")
    return [gone(want)] if options.with_key and want.is_symlink() else []


def _has_controller() -> bool:
    """False before the next boot, where the USB port only then becomes a device's."""
    return CONTROLLERS.is_dir() and any(CONTROLLERS.iterdir())


def _enabling(options: Options, unit: str, target: str) -> Step:
    enable = ["systemctl", f"--root={options.root}", "enable", "--quiet", unit]
    done = (options.root / _want(unit, target)).is_symlink()
    return Step(f"enable {unit}", done, lambda: _must(enable))


def _want(unit: str, target: str) -> str:
    return f"etc/systemd/system/{target}.wants/{unit}"


def removal(options: Options) -> list[Step]:
    """The steps that take it away again."""
    root = options.root
    steps = []
    if options.live:
        units = [unit for unit in (BRANCH_UNIT, KEY_UNIT, UNIT) if (root / "etc/systemd/system" / unit).exists()]
        steps.append(Step("stop the services", not units, lambda: _must(["systemctl", "stop", *units])))
    wants = [_want(UNIT, "basic.target"), _want(KEY_UNIT, "basic.target"), _want(BRANCH_UNIT, "multi-user.target")]
    files = (*FILES.values(), *BRANCH_FILES.values(), *KEY_FILES.values())
    paths = [root / place for place in (*wants, *files, APPLICATIONS, COMMAND)]
    kept = (CONFIG, str(Path(CONFIG).parent), *BRANCH_STATE, KEY_STATE)
    paths += [root / place for place in kept] if options.purge else []
    steps += [*removal_steps(root), *(gone(path) for path in paths)]
    steps += _without_boot_lines(options)
    if options.live:
        steps.append(Step("tell systemd and udev", False, _reload))
    if options.purge and options.own:
        steps.append(
            Step("delete the user sesame", run(["id", "-u", "sesame"]) != 0, lambda: run(["userdel", "sesame"]))
        )
    return steps


def selftest(options: Options) -> int:
    """The installed program's own judgement of this machine."""
    return run([str(options.root / APPLICATIONS / "current/bin/sesame"), "selftest"])


def _allowed(options: Options) -> None:
    if options.own and os.geteuid() != 0:
        raise InstallError("This needs root. Type: sudo ./install")


# Packages


def _packages(options: Options) -> list[Step]:
    if not options.own:
        return []
    wanted = [*PACKAGES, *(_packages_for_lgpio() if options.with_lgpio else _packages_for_gpiod())]
    wanted += tpm_packages(options.root, options.with_key)
    absent = [name for name in wanted if not _installed(name)]
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "install", "-y", "--no-install-recommends"]
    return [Step("install with apt: " + " ".join(wanted), not absent, lambda: _must([*apt, *absent]))]


def _packages_for_lgpio() -> Sequence[str]:
    if _apt_has(LGPIO_PACKAGE):
        return (LGPIO_PACKAGE,)
    return COMPILER_PACKAGES if _wants_lgpio_of_pypi() and not release.lgpio_wheels() else ()


def _packages_for_gpiod() -> Sequence[str]:
    """Debian 12's is version 1, another interface: only a wheel helps there."""
    return () if release.gpiod_wheels() else (GPIOD_PACKAGE,)


@cache
def _apt_has(name: str) -> bool:
    return bool(output(["apt-cache", "show", "--no-all-versions", name]))


def _installed(name: str) -> bool:
    return output(["dpkg-query", "-W", "-f", "${Status}", name]) == "install ok installed"


# Files


def _files(options: Options) -> list[Step]:
    files = FILES | (BRANCH_FILES if options.with_branch else {}) | (KEY_FILES if options.with_key else {})
    return [_same(ROOT / "systemd" / name, options.root / place) for name, place in files.items()]


def _same(source: Path, target: Path) -> Step:
    content = source.read_bytes()
    return Step(f"write {target}", seen(lambda: holds(target, content)), lambda: write(target, content))


def _config(options: Options) -> Step:
    """Written once; an update only changes names in it (`tools.carry_over`)."""
    target = options.root / CONFIG
    source = ROOT / "systemd/reader.toml"
    return Step(
        f"write {target}, which stays as you change it",
        seen(target.exists),
        lambda: write(target, source.read_bytes()),
    )


def _boot(options: Options) -> list[Step]:
    ours = partial(boot_config.lines, latch=options.latch, key=options.with_key)
    return [_boot_step(file, partial(ours, file)) for file in boot_config.files(options.root)]


def _boot_step(file: Path, lines: Callable[[], list[str]]) -> Step:
    if not os.access(file, os.R_OK):
        return Step(f"add to {file} what the display's bus needs", None, _rewriter(file, lines))
    says = f"add to {file}, from the next boot on: {', '.join(lines())}"
    return Step(says, boot_config.wanted(file, lines()) == file.read_bytes(), _rewriter(file, lines))


def _without_boot_lines(options: Options) -> list[Step]:
    return [
        Step(
            f"take our lines out of {file}",
            seen(partial(_without_ours, file)),
            _rewriter(file, list),
        )
        for file in boot_config.files(options.root)
    ]


def _without_ours(file: Path) -> bool:
    return boot_config.wanted(file, []) == file.read_bytes()


def _rewriter(file: Path, lines: Callable[[], list[str]]) -> Callable[[], None]:
    return lambda: write(file, boot_config.wanted(file, lines()))


# The user, the application, the service


def _users(options: Options) -> Step:
    make = ["systemd-sysusers", f"--root={options.root}", str(options.root / FILES["sesame-reader.sysusers"])]
    says = "make the user sesame, and the groups gpio, i2c, spi where they lack"
    return Step(says, _has_user(options.root), lambda: _must(make))


def _has_user(root: Path) -> bool:
    passwd = root / "etc/passwd"
    # Bytes: people's names stand there, in whatever encoding.
    return passwd.exists() and any(line.startswith(b"sesame:") for line in passwd.read_bytes().splitlines())


def _application(options: Options) -> list[Step]:
    lgpio = options.with_lgpio and _wants_lgpio_of_pypi()
    optional = {"web": options.with_branch, "key": options.with_key, "lgpio": lgpio, "gpiod": release.gpiod_wheels()}
    extras = ",".join([*extras_of("install"), *(extra for extra, wanted in optional.items() if wanted)])
    name = release.release_name(extras)
    folder = options.root / APPLICATIONS
    fresh = folder / "releases" / name
    return [
        *_remembered(options),
        Step(
            f"make {fresh} with pip",
            seen(lambda: release.complete(fresh)),
            lambda: release.make_release(fresh, extras, options.wheels),
        ),
        *carry_steps(options.root / CONFIG),  # not sooner: if pip fails, the old program keeps a file that it can read
        Step(
            f"point {folder}/current to it",
            seen(lambda: release.current(folder) == name),
            lambda: release.switch(folder, name),
        ),
        _command(options),
    ]


def _remembered(options: Options) -> list[Step]:
    mark = options.root / NO_LGPIO
    said = f"write {mark}: an update does not bring lgpio either"
    return [] if options.with_lgpio else [Step(said, seen(mark.exists), lambda: write(mark, b""))]


def _readable(options: Options) -> list[Step]:
    """A former version wrote under the caller's umask: the service could not start."""
    folder, settings = options.root / APPLICATIONS, (options.root / CONFIG).parent
    closed = release.closed_to_others(folder) if folder.is_dir() else []
    if settings.is_dir() and not settings.stat().st_mode & 0o077:
        closed.append(settings)
    says = f"let the reader's user read {len(closed)} files and folders below {folder} and {settings}"
    return [Step(says, False, lambda: release.open_to_others(closed))] if closed else []


def _command(options: Options) -> Step:
    link, target = options.root / COMMAND, Path("/", APPLICATIONS, "current/bin/sesame")
    return Step(f"link {link}", link.is_symlink() and link.readlink() == target, lambda: _link(link, target))


def _link(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _wants_lgpio_of_pypi() -> bool:
    return not _apt_has(LGPIO_PACKAGE) and not release.knows_lgpio()


def _tidy(options: Options) -> Step:
    folder = options.root / APPLICATIONS
    return Step("delete former releases", False, lambda: release.forget_others(folder, release.current(folder)))


def _active(unit: str) -> bool:
    return output(["systemctl", "is-active", unit]).strip() == "active"


def _start(unit: str) -> None:
    _reload()
    run(["modprobe", "--quiet", "i2c-dev"])
    _must(["systemctl", "restart", unit], f"It says why in: journalctl -u {unit}")


def _reload() -> None:
    _must(["systemctl", "daemon-reload"])
    run(["udevadm", "control", "--reload"])
    run(
        [
            "udevadm",
            "trigger",
            "--settle",
            "--subsystem-match=gpio",
            "--subsystem-match=i2c-dev",
            "--subsystem-match=spidev",
        ]
    )


def _must(command: Sequence[str], cure: str = "") -> None:
    if run(command):
        raise InstallError("\n".join(filter(None, [f"This did not work: {' '.join(command)}", cure])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
