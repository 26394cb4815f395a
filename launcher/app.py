"""The launcher as a program: its words on the command line, and its ports on this computer."""

import argparse
import importlib
import locale
import os
import pkgutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launcher.adapters.beside import ThreadTimer, run_beside
from launcher.adapters.drive import LinuxDrive
from launcher.adapters.ending import SignalledExit, ended_by_signals, prepare_streams
from launcher.adapters.firefox import Firefox
from launcher.adapters.net import HttpsNet
from launcher.adapters.pcsc import PcscReaders
from launcher.adapters.places import (
    FileLock,
    KeyRegister,
    OwnFile,
    find_home,
    find_runtime_folder,
    find_state_folder,
)
from launcher.adapters.terminal import TerminalWindow
from launcher.adapters.updates import open_updates
from launcher.conductor import Conductor, LauncherPorts
from launcher.linux import automatic, libccid
from launcher.packing import BY_ITSELF
from launcher.settings import LauncherSettings, SettingsError, check_settings, find_own_file, find_settings
from launcher.troubles import GUIDE_ROWS, LaunchError, LaunchTrouble
from launcher.unstarted import show_unstarted
from launcher.words import LAUNCHER_LANGUAGES, choose_language

if TYPE_CHECKING:
    from launcher.ports import LauncherWindow
    from launcher.words.sentences import LauncherSentences

GOOD, WRONG, MISUSED = 0, 1, 2
DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")
SCREENED: Final = ("win32", "darwin")


def add_launch_words(parser: argparse.ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("--terminal", action="store_true", help="no window, even where there is a display")
    parser.add_argument("--language", choices=tuple(LAUNCHER_LANGUAGES), help="instead of the computer's")
    parser.add_argument("--site", help="the business site's address, instead of the one in the file")
    parser.add_argument("--authority", type=Path, help="the authority that is believed (PEM), with --site")
    parser.add_argument("--updates", default="", help="where the key's updates are, with --site")
    parser.add_argument("--errors", action="store_true", help="print the table of error messages, and end")
    parser.add_argument("--readers", action="store_true", help="say what this computer sees of keys, and end")
    parser.add_argument("--add-reader", metavar="VID:PID", help="put a key's USB numbers into libccid's list (root)")
    parser.add_argument(BY_ITSELF, action="store_true", help="said by what begins it in your stead, such as AutoPlay")
    parser.add_argument("--install", action="store_true", help="begin by itself when a key is plugged in")


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="e-secure", description=__doc__)
    add_launch_words(parser)
    return run_launcher(parser.parse_args(argv))


def run_launcher(arguments: argparse.Namespace) -> int:
    """What was asked for; without a wish, the launcher. What is wrong is one line."""
    prepare_streams()
    try:
        done = _do_wish(arguments)
        sys.stdout.flush()
    except (SettingsError, LaunchError, OSError) as error:
        return _say_wrong(error)
    except (KeyboardInterrupt, SignalledExit):
        return GOOD
    return done


def _say_wrong(error: Exception) -> int:
    """In one line, wherever that can still be read. Whoever reads no further (`| head`) has nothing to be told."""
    if isinstance(error, OSError):
        # What could not be written must not be tried again at the end of Python.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    if not isinstance(error, BrokenPipeError):
        with suppress(OSError):
            sys.stderr.write(f"e-secure: {error}\n")
    return WRONG


def _do_wish(arguments: argparse.Namespace) -> int:
    words = choose_language(arguments.language or find_locale())
    if arguments.errors:
        return _print_errors(words)
    if arguments.add_reader:
        return _add_reader(libccid.read_numbers(arguments.add_reader))
    if arguments.readers:
        return _tell_readers()
    if arguments.install:
        return _install()
    return _launch(arguments, words)


def find_locale() -> str:
    """As gettext looks for it. Windows says nothing there and has names of its own: "French_France"."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    own = locale.getlocale()[0] if sys.platform == "win32" else None
    return next((value for name in names if (value := os.environ.get(name))), own or "")


def _launch(arguments: argparse.Namespace, words: "LauncherSentences") -> int:
    own_file = OwnFile(find_own_file())
    try:
        settings = choose_settings(arguments.site, arguments.authority, arguments.updates)
        load_everything(own_file)
        readers = PcscReaders()
    except LaunchError as error:
        window = open_window(words, terminal=arguments.terminal)
        return show_unstarted(window, words, error, own_file.describe_computer())
    # The key's drive can be ejected only where nobody stands in it.
    os.chdir((find_home() or Path(sys.executable)).anchor)
    window = open_window(words, terminal=arguments.terminal)
    language = next(code for code, each in LAUNCHER_LANGUAGES.items() if each is words)
    ports = LauncherPorts(
        readers=readers,
        window=window,
        browser=Firefox(settings, find_runtime_folder()),
        net=HttpsNet(settings.authority),
        updates=open_updates(settings.updates, settings.authority),
        drive=LinuxDrive(),
        memory=KeyRegister(find_state_folder()),
        lock=FileLock(find_runtime_folder()),
        timer=ThreadTimer(),
        run_job=run_beside,
        own_file=own_file,
        describe_computer=own_file.describe_computer,
        read_clock=lambda: datetime.now(UTC),
    )
    by_hand = own_file.path is not None and not arguments.begun_by_itself
    conductor = Conductor(ports, settings, words, language, by_hand=by_hand)
    with ended_by_signals():
        try:
            conductor.begin()
            run_beside(conductor.watch_readers)
            window.run_window(conductor.send)
        finally:
            conductor.close_down()
    return GOOD


def choose_settings(site: str | None, authority: Path | None, updates: str = "") -> LauncherSettings:
    """Those of the command line, else those of the file. Raises SettingsError."""
    if site and authority is not None:
        try:
            return check_settings(LauncherSettings(site, authority.read_text(encoding="ascii"), updates=updates))
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"{authority} cannot be read: it is to be the authority's certificate, PEM") from None
    if site or authority is not None:
        raise SettingsError("--site and --authority go together")
    found = find_settings()
    if found is None:
        raise SettingsError("this is a checkout: name the bank with --site and --authority")
    return found


def open_window(words: "LauncherSentences", *, terminal: bool) -> "LauncherWindow":
    """The window; without a display, or without tkinter, the terminal."""
    if terminal or not has_screen():
        return TerminalWindow(words)
    try:
        from launcher.adapters.tk_window import open_tk_window  # noqa: PLC0415 - not every Python has it

        return open_tk_window(words)
    except (ImportError, RuntimeError) as error:
        sys.stderr.write(f"e-secure: no window ({error}); apt install python3-tk\n")
        return TerminalWindow(words)


def has_screen() -> bool:
    """Whether a window can be shown. X and Wayland say so in the environment; elsewhere whoever can log on has one."""
    return sys.platform in SCREENED or any(os.environ.get(name) for name in DISPLAYS)


def load_everything(own_file: OwnFile) -> None:
    """Every module at once: afterwards the file on the key's drive is not run from any more, and may be ejected. Raises
    LaunchError: THREAT where the file goes, or is kept from us, meanwhile; MISSING where the computer lacks a
    library."""
    package = importlib.import_module("launcher")
    try:
        for found in pkgutil.walk_packages(package.__path__, "launcher."):
            if not found.name.endswith(("tk_window", "__main__")):
                importlib.import_module(found.name)
    except (ImportError, OSError) as error:
        library = (error.name or "").split(".")[0] if isinstance(error, ModuleNotFoundError) else ""
        if library and library != package.__name__:
            raise LaunchError(LaunchTrouble.MISSING, f"{library}: apt install python3-{library}") from error
        if own_file.path is None:
            raise
        own_file.check_file()
        raise LaunchError(LaunchTrouble.THREAT, f"{own_file.path}: {type(error).__name__}") from error


def _print_errors(words: "LauncherSentences") -> int:
    for trouble in GUIDE_ROWS:
        row = words.troubles[trouble]
        codes = words.browser_codes.items() if trouble is LaunchTrouble.SSL else ()
        lines = (f"{words.cause} {row.cause}", *(f"{code}: {why}" for code, why in codes), f"{words.cure} {row.cure}")
        sys.stdout.write("\n  ".join((row.message, *lines)) + "\n\n")
    return GOOD


def _tell_readers() -> int:
    """What PC/SC sees, what USB sees, and what libccid would have to be told."""
    names = PcscReaders().list_names()
    sys.stdout.write("".join(f"reader: {name}\n" for name in names) or "no smart-card reader is seen\n")
    listed = libccid.LIST.read_bytes() if libccid.LIST.exists() else b""
    for numbers in libccid.find_keys():
        known = bool(listed) and libccid.knows_reader(listed, numbers)
        text = "{:04x}:{:04x}".format(*numbers)
        cure = "libccid knows it" if known else f"libccid does not know it: sudo e-secure --add-reader {text}"
        sys.stdout.write(f"key {text}: {cure}\n")
    return GOOD


def _add_reader(numbers: tuple[int, int]) -> int:
    """Said, then done."""
    text = "{:04x}:{:04x}".format(*numbers)
    sys.stdout.write(f"{libccid.LIST}: ifdVendorID, ifdProductID, ifdFriendlyName get {text}, {libccid.NAME}\n")
    changed = libccid.write_list(numbers)
    sys.stdout.write("done: plug the key in again\n" if changed else "it is there already\n")
    return GOOD


def _install() -> int:
    home = find_home()
    if home is None:
        raise SettingsError("nobody says where your files are: set HOME")
    copy, unit = automatic.install_for_user(find_own_file(), home)
    sys.stdout.write(f"{copy}\n{unit}\n")
    if automatic.install_rules():
        sys.stdout.write(f"{automatic.RULES_PLACE}\n")
    else:
        sys.stdout.write(f"Root puts this into {automatic.RULES_PLACE}, then: udevadm control --reload\n")
        sys.stdout.write(automatic.read_part(automatic.RULES))
    return GOOD
