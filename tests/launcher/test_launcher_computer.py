"""The launcher's ports on a real computer: sockets, files, PC/SC, the one file, and the terminal."""

import errno
import io
import json
import os
import plistlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from bank.cards.vpcd import VirtualReader
from drivers.slot.pcsc_api import Pcsc
from drivers.slot.pcsc_card import hold_context
from launcher.adapters.drive import CDROM_LOCKDOOR, CDROMEJECT, LinuxDrive
from launcher.adapters.firefox import Firefox, explain_denied, write_prefs
from launcher.adapters.net import HttpsNet
from launcher.adapters.pcsc import PcscReaders, write_pin_block
from launcher.adapters.places import FileLock, KeyRegister, find_runtime_folder, find_state_folder
from launcher.adapters.terminal import TerminalWindow
from launcher.app import main
from launcher.card.piv_client import PivClient
from launcher.course.events import ChoiceMade, FormSent, LaunchChoice, LaunchEvent, TrayChosen, TrayItem
from launcher.course.state import LaunchPhase, LaunchState, PluggedKey
from launcher.linux import automatic, libccid
from launcher.packing import FILE, build_launcher, list_disc_files
from launcher.settings import LauncherSettings, SettingsError, check_settings, read_settings
from launcher.troubles import CardGoneError, LaunchError, LaunchTrouble
from launcher.view import make_view
from launcher.words import LAUNCHER_LANGUAGES
from sesame_core.piv.card import PivCard
from tests.launcher.broken_server import serve_broken
from tests.launcher.factory_key import FactoryKey
from tests.pcsc_plugin import FIRST, SECOND, IsoCard, PcscService
from web.tls import Identity, make_certificate, make_root

EN = LAUNCHER_LANGUAGES["en"]
ROOT = make_root(datetime.now(UTC))
OTHER = make_root(datetime.now(UTC))
AUTHORITY = ROOT.certificate.decode()


# The way to the bank


@contextmanager
def served(
    root: Identity, tmp_path: Path, answer: bytes = b"", again: bytes = b"", begin: timedelta = timedelta()
) -> Iterator[int]:
    """A TLS server for one visitor, with a certificate of this authority. Without an answer it hangs up after TLS.
    `again`: what it says then, as long as somebody listens. `begin`: from when on its certificate is good."""
    made = make_certificate(root, ("localhost",), datetime.now(UTC) + begin)
    (tmp_path / "server.pem").write_bytes(made.certificate + made.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    visitors: list[ssl.SSLSocket] = []

    def serve() -> None:
        try:
            with context.wrap_socket(listener.accept()[0], server_side=True) as visitor:
                visitors.append(visitor)
                visitor.recv(4096)
                visitor.sendall(answer)
                while again:
                    visitor.sendall(again)
        except OSError:
            pass

    with closing(socket.create_server(("localhost", 0))) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        for visitor in visitors if again else ():  # who has gone may leave it waiting for minutes in `sendall`
            with suppress(OSError):
                socket.socket.shutdown(visitor, socket.SHUT_RDWR)
        thread.join()


def trouble_at(url: str, patience_s: float = 20, longest_s: float = 60) -> LaunchError:
    with pytest.raises(LaunchError) as caught:
        HttpsNet(AUTHORITY, patience_s, longest_s).reach_site(url)
    return caught.value


def test_a_server_of_our_authority_is_reached_whatever_it_says(tmp_path: Path) -> None:
    with served(ROOT, tmp_path, b"HTTP/1.1 403 No\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnone") as port:
        answer = HttpsNet(AUTHORITY).ask_server(f"https://localhost:{port}/")
    assert (answer.status, answer.body) == (403, b"none")


def test_a_foreign_authority(tmp_path: Path) -> None:
    with served(OTHER, tmp_path) as port:
        error = trouble_at(f"https://localhost:{port}")
    assert error.trouble is LaunchTrouble.SSL
    assert "certificate" in error.detail
    assert "-8179 SEC_ERROR_UNKNOWN_ISSUER" in error.detail


def test_a_server_whose_certificate_cannot_be_read() -> None:
    """The guide's -8183: a certificate of the right authority, broken on its way."""
    with serve_broken(make_certificate(ROOT, ("localhost",), datetime.now(UTC))) as port:
        error = trouble_at(f"https://localhost:{port}")
        assert error.trouble is LaunchTrouble.SSL
        assert "-8183 SEC_ERROR_BAD_DER" in error.detail
        said = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{port}"], input="", capture_output=True,
                              text=True, check=False)  # fmt: skip
        assert said.returncode == 1
        assert "asn1" in said.stderr.lower()


def test_a_server_that_ends_the_handshake() -> None:
    """The guide's -12227: the alert itself (RFC 8446, 6.2: handshake_failure is 40)."""

    def serve() -> None:
        with listener.accept()[0] as visitor:
            visitor.recv(4096)
            visitor.sendall(bytes.fromhex("15 0303 0002 02 28"))

    with closing(socket.create_server(("localhost", 0))) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        error = trouble_at(f"https://localhost:{listener.getsockname()[1]}")
        thread.join()
    assert error.trouble is LaunchTrouble.SSL
    assert "-12227 SSL_ERROR_HANDSHAKE_FAILURE_ALERT" in error.detail


def test_a_server_that_hangs_up(tmp_path: Path) -> None:
    with served(ROOT, tmp_path) as port:
        assert trouble_at(f"https://localhost:{port}").trouble is LaunchTrouble.SSL


CHUNKED = b" \r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 " + b"x" * 70_000,
        b"HTTP/1.1 200 \r\n" + b"A: b\r\n" * 101 + b"\r\n",
        b"HTTP/1.1 403" + CHUNKED + b"zz\r\n",
        b"HTTP/1.1 200" + CHUNKED + b"-1\r\n",
    ],
    ids=["no HTTP", "a line without end", "a hundred headers", "no chunk", "less than a chunk"],
)
def test_a_server_that_speaks_http_as_nobody_does(answer: bytes, tmp_path: Path) -> None:
    """The library says so by errors that are no OSError, while it reads the body of a refusal, too."""
    with served(ROOT, tmp_path, answer) as port:
        assert trouble_at(f"https://localhost:{port}").trouble is LaunchTrouble.REFUSED


@pytest.mark.parametrize("place", [b"https://localhost:1/", b"https://["])
def test_a_server_that_sends_one_elsewhere_has_been_reached(place: bytes, tmp_path: Path) -> None:
    with served(ROOT, tmp_path, b"HTTP/1.1 308 \r\nContent-Length: 0\r\nLocation: " + place + b"\r\n\r\n") as port:
        assert HttpsNet(AUTHORITY).ask_server(f"https://localhost:{port}/").status == 308


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200" + CHUNKED + b"0\r\n", b"A: b\r\n"),
    ],
    ids=["interim answers", "trailers"],
)
def test_a_server_that_never_comes_to_an_end(answer: bytes, again: bytes, tmp_path: Path) -> None:
    """Each piece comes at once: no time-out of the socket's ends it."""
    with served(ROOT, tmp_path, answer, again) as port:
        assert trouble_at(f"https://localhost:{port}", longest_s=0.1).trouble is LaunchTrouble.TIMED_OUT


def test_a_clock_that_may_be_wrong_is_told_with_its_date(tmp_path: Path) -> None:
    with served(ROOT, tmp_path, begin=timedelta(days=9)) as port:
        error = trouble_at(f"https://localhost:{port}")
    assert error.trouble is LaunchTrouble.SSL
    assert f"this computer's date is {datetime.now(UTC):%Y}-" in error.detail


def test_a_connection_that_is_refused() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    assert trouble_at(f"https://127.0.0.1:{port}").trouble is LaunchTrouble.REFUSED


def test_a_name_that_dns_does_not_have() -> None:
    assert trouble_at("https://business.invalid").trouble is LaunchTrouble.NOT_FOUND


def test_nobody_answers() -> None:
    """A listener whose queue takes the connection, and no more."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        assert trouble_at(f"https://127.0.0.1:{port}", 0.05).trouble is LaunchTrouble.TIMED_OUT


# Files


def expect_one_holder(folder: Path) -> None:
    """Of two launchers of one user, the second is told who the first one is, and comes in when that one goes."""
    first, second = FileLock(folder), FileLock(folder)
    first.take_lock()
    first.take_lock()
    with pytest.raises(LaunchError) as caught:
        second.take_lock()
    assert caught.value.trouble is LaunchTrouble.CONFLICT
    assert f"process {os.getpid()}" in caught.value.detail
    first.release_lock()
    second.take_lock()
    second.release_lock()


def test_a_second_lock_says_who_has_the_first(tmp_path: Path) -> None:
    expect_one_holder(tmp_path)


def test_a_lock_that_somebody_has_laid_leads_nowhere_and_says_nothing_odd(tmp_path: Path) -> None:
    """In /dev/shm anybody may be first."""
    precious, lock = tmp_path / "precious", tmp_path / f"e-secure-{os.getuid()}.lock"
    precious.write_text("precious")
    lock.symlink_to(precious)
    with pytest.raises(LaunchError):
        FileLock(tmp_path).take_lock()
    assert precious.read_text() == "precious"
    lock.unlink()
    first = FileLock(tmp_path)
    first.take_lock()
    for odd in (b"\xff\xfe", b"\x1b[2J"):
        lock.write_bytes(odd)
        with pytest.raises(LaunchError) as caught:
            FileLock(tmp_path).take_lock()
        assert caught.value.detail.isprintable()
    first.release_lock()


@pytest.mark.parametrize("place", [None, "", "relative"])
def test_a_user_without_a_home_is_remembered_nowhere(
    place: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
        if place is not None:
            monkeypatch.setenv(name, place)
    monkeypatch.setattr("launcher.adapters.places.Path.home", homeless)
    memory = KeyRegister(find_state_folder())
    memory.remember_key(7)
    assert not memory.knows_key(7)
    assert find_runtime_folder().is_absolute()
    assert not list(tmp_path.iterdir())


def homeless() -> Path:
    """As the library has it where nobody says HOME and the user has no entry."""
    home = os.environ.get("HOME")
    if not home:
        raise RuntimeError("Could not determine home directory.")
    return Path(home)


def test_what_is_remembered_outlives_the_program_and_nonsense(tmp_path: Path) -> None:
    memory = KeyRegister(tmp_path / "state")
    assert not memory.knows_key(7)
    memory.remember_key(7)
    memory.keep_certificate(7, b"\x30\x01")
    memory.remember_key(7)
    assert KeyRegister(tmp_path / "state").knows_key(7)
    assert KeyRegister(tmp_path / "state").find_certificate(7) == b"\x30\x01"
    memory.keep_certificate(7, b"")
    assert memory.find_certificate(7) == b""
    for nonsense in ("{", "[]", '{"7": 7}', "[" * 100_000):
        (tmp_path / "state/keys.json").write_text(nonsense)
        assert not memory.knows_key(7)


@pytest.mark.parametrize("denied", ["firefox-esr", "certutil"])
def test_a_program_that_an_antivirus_denies_is_the_threat_and_is_named(
    denied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EACCES from the kernel itself, for root as well: the interpreter is a file that nobody may run."""
    (tmp_path / "scanner").write_text("")
    (tmp_path / "bin").mkdir()
    for name in ("firefox-esr", "certutil", "modutil"):
        program = tmp_path / "bin" / name
        program.write_text(f"#!{tmp_path / 'scanner' if name == denied else shutil.which('true')}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    browser = Firefox(LauncherSettings("https://business.example", AUTHORITY), tmp_path)
    with pytest.raises(LaunchError) as caught:
        browser.open_page("https://business.example/", lambda: None)
    assert caught.value.trouble is LaunchTrouble.THREAT
    assert denied in caught.value.detail
    browser.close_browser()
    assert not list(tmp_path.glob("e-secure-firefox-*")), "the profile is wiped"


def test_a_second_call_that_the_browser_does_not_answer_goes_with_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen on a slow machine: it shows "already running" in a window of its own, and outlived *Remove*."""
    (tmp_path / "bin").mkdir()
    calls = tmp_path / "calls"
    os.mkfifo(calls)
    for name, script in (("firefox-esr", f"echo $$ >{calls}\nexec sleep 1000"), ("certutil", ""), ("modutil", "")):
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    browser = Firefox(LauncherSettings("https://business.example", AUTHORITY), tmp_path)
    called = []
    for _ in range(2):
        browser.open_page("https://business.example/", lambda: None)
        called.append(int(calls.read_text()))
    browser.close_browser()
    for process in called:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_runtime_folder_that_is_full_is_no_threat(tmp_path: Path) -> None:
    assert (
        explain_denied("/run", OSError(errno.ENOSPC, "No space left on device")).trouble is LaunchTrouble.INSTALLATION
    )


def test_a_drive_that_is_not_there_or_no_drive(tmp_path: Path) -> None:
    LinuxDrive(tmp_path / "none").eject_disc()
    (tmp_path / "file").touch()
    with pytest.raises(LaunchError, match="cannot be ejected"):
        LinuxDrive(tmp_path / "file").eject_disc()


def test_a_drive_is_unlocked_before_it_is_ejected(tmp_path: Path, mocker: MockerFixture) -> None:
    """udev locks it; the kernel's answer to an ejection that the drive has refused is a status (seen on Debian 12)."""
    (tmp_path / "drive").touch()
    asked: list[tuple[int, ...]] = []
    unlocked = []

    def ioctl(_handle: int, request: int, *words: int) -> int:
        asked.append((request, *words))
        unlocked.extend([True] if request == CDROM_LOCKDOOR else [])
        return 0 if unlocked else 2

    patched = mocker.patch("fcntl.ioctl", side_effect=ioctl)
    LinuxDrive(tmp_path / "drive").eject_disc()
    assert asked == [(CDROM_LOCKDOOR, 0), (CDROMEJECT,)]
    patched.side_effect = lambda _handle, request, *_: 2 if request == CDROMEJECT else 0
    with pytest.raises(LaunchError, match="locked"):
        LinuxDrive(tmp_path / "drive").eject_disc()


# The one file


def test_the_file_is_the_same_wherever_it_is_made_and_holds_nothing_else() -> None:
    settings = LauncherSettings("https://business.example", AUTHORITY)
    made = build_launcher(settings)
    assert made == build_launcher(settings)
    assert made != build_launcher(LauncherSettings("https://other.example", AUTHORITY))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        tops = {name.split("/")[0] for name in archive.namelist()}
        assert tops == {"__main__.py", "launcher"}
        assert read_settings(archive.read("launcher/settings.json")) == settings
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_disc_has_what_begins_it() -> None:
    files = list_disc_files(LauncherSettings("https://business.example", AUTHORITY))
    assert set(files) == {FILE, "autorun.inf", ".autorun"}
    assert FILE.encode() in files["autorun.inf"]
    assert FILE.encode() in files[".autorun"]


def test_the_disc_is_begun_by_its_own_script(tmp_path: Path) -> None:
    """As a desktop does it: the script of the disc, in the disc's folder."""
    for name, content in list_disc_files(LauncherSettings("https://business.example", AUTHORITY)).items():
        (tmp_path / name).write_bytes(content)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(tmp_path), "LANG": "en"}
    done = subprocess.run(["/bin/sh", ".autorun", "--errors"], cwd=tmp_path, env=env, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.stderr == ""
    assert "The access key light does not come on." in done.stdout
    assert EN.troubles[LaunchTrouble.AUTOPLAY].cause in done.stdout


@pytest.mark.parametrize(
    "site",
    [
        "http://business.example",
        "https://business.example/en",
        "business.example",
        "",
        "https://[",
        "https://business.example:0",
        "https://business.example:99999",
        "https://business example",
        "https://business..example",
        "https://\nbusiness.example",
        "https://user:password@business.example",
        "https://büro.example",
    ],
)
def test_settings_that_are_none(site: str) -> None:
    with pytest.raises(SettingsError):
        check_settings(LauncherSettings(site, AUTHORITY))
    for authority in ("", AUTHORITY.replace("CERT", "CÉRT")):
        with pytest.raises(SettingsError):
            check_settings(LauncherSettings("https://business.example", authority))
    with pytest.raises(SettingsError):
        check_settings(LauncherSettings("https://business.example", "none"))
    for octets in (b"{", b"[]", b"[" * 100_000, json.dumps({"site": 1}).encode()):
        with pytest.raises(SettingsError):
            read_settings(octets)
    for updates in ("https://", "ftp://business.example", "http://business.example:x", "http://["):
        with pytest.raises(SettingsError):
            check_settings(LauncherSettings("https://business.example", AUTHORITY, updates=updates))


# Once for each computer

PLIST = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<plist version="1.0"><dict>
\t<key>ifdVendorID</key>
\t<array>
\t\t<string>0x072F</string>
\t</array>
\t<key>ifdProductID</key>
\t<array>
\t\t<string>0x90CC</string>
\t</array>
\t<key>ifdFriendlyName</key>
\t<array>
\t\t<string>ACS ACR 38U-CCID</string>
\t</array>
</dict></plist>
"""


def test_a_reader_is_added_to_libccids_list_and_nothing_else_changes(tmp_path: Path) -> None:
    place = tmp_path / "Info.plist"
    place.write_bytes(PLIST)
    assert libccid.write_list((0x1209, 0x2202), place)
    after = plistlib.loads(place.read_bytes())
    assert after["ifdVendorID"] == ["0x1209", "0x072F"]
    assert after["ifdFriendlyName"] == [libccid.NAME, "ACS ACR 38U-CCID"]
    assert b"<!-- a comment -->" in place.read_bytes()
    assert not libccid.write_list((0x1209, 0x2202), place), "once is enough"
    assert (tmp_path / "Info.before-e-secure").read_bytes() == PLIST
    for broken in (b"", PLIST.replace(b"0x90CC", b"none"), PLIST.replace(b"ifdFriendlyName", b"other")):
        with pytest.raises(SettingsError):
            libccid.add_reader(broken, (0x1209, 0x2202))


def test_the_list_of_this_computers_libccid_takes_it() -> None:
    if not libccid.LIST.exists():
        pytest.fail("Debian: libccid")
    after = libccid.add_reader(libccid.LIST.read_bytes(), (0x1209, 0x2202))
    assert libccid.knows_reader(after, (0x1209, 0x2202))


def test_keys_are_found_by_their_name_in_sysfs(tmp_path: Path) -> None:
    for name, product in (("1-1", "Coop@net e-secure"), ("1-2", "Keyboard")):
        folder = tmp_path / name
        folder.mkdir()
        for part, value in (("product", product), ("idVendor", "1209"), ("idProduct", "2202")):
            (folder / part).write_text(value + "\n")
    assert libccid.find_keys(tmp_path) == [(0x1209, 0x2202)]


def test_the_automatic_way_runs_the_copy_of_the_user(tmp_path: Path) -> None:
    own = tmp_path / FILE
    own.write_bytes(b"launcher")
    copy, unit = automatic.install_for_user(own, tmp_path / "home")
    assert copy.read_bytes() == b"launcher"
    assert f"%h/{copy.relative_to(tmp_path / 'home')}" in unit.read_text()
    assert automatic.install_rules(tmp_path / "60-e-secure.rules")
    assert "e-secure.service" in (tmp_path / "60-e-secure.rules").read_text()
    assert not automatic.install_rules(tmp_path / "none/60-e-secure.rules")
    with pytest.raises(SettingsError, match="sesame key launcher"):
        automatic.install_for_user(None, tmp_path)


@pytest.mark.parametrize("octets", [b"<?xml", b"<plist><dict><key>", "<plist/>".encode("utf-16"), b"bplist00", b"\xff"])
def test_a_list_that_nobody_can_read_is_told_so(octets: bytes) -> None:
    with pytest.raises(SettingsError):
        libccid.add_reader(octets, (0x1209, 0x2202))


def test_a_library_that_the_computer_lacks_is_no_threat(tmp_path: Path) -> None:
    """cryptography on a fresh PC: it read *your antivirus is blocking this application*."""
    (tmp_path / FILE).write_bytes(build_launcher(LauncherSettings("https://business.example", AUTHORITY)))
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "en"}
    with subprocess.Popen([sys.executable, "-S", str(tmp_path / FILE), "--terminal"], env=env, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stdout.readline().strip() == EN.troubles[LaunchTrouble.MISSING].message
        running.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_launcher_that_is_ended_from_outside_leaves_nothing_held(number: signal.Signals, tmp_path: Path) -> None:
    """A terminal that closes, a session that ends: the browser was left open, and signed in."""
    (tmp_path / "root.pem").write_text(AUTHORITY)
    command = [sys.executable, "-m", "launcher", "--terminal", "--site", "https://localhost:1", "--authority",
               str(tmp_path / "root.pem"), "--language", "en"]  # fmt: skip
    env = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stdout.readline().startswith("Connect your e-secure access key")
        running.send_signal(number)
        said = running.stdout.read()
    assert (running.returncode, "Traceback" in said) == (0, False), said
    assert [lock.read_bytes() for lock in tmp_path.glob("*.lock")] in ([], [b""])


@pytest.mark.parametrize("words", [("--site", "https://x.example"), ("--add-reader", "1"), ()])
def test_what_is_wrong_is_one_line(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("e-secure: ")
    assert said.err.count("\n") == 1


def test_the_profile_leads_to_the_site_alone() -> None:
    prefs = write_prefs("business.example", proxied=False)
    assert 'user_pref("network.proxy.no_proxies_on", "business.example");' in prefs
    assert 'user_pref("network.proxy.type", 5);' in write_prefs("business.example", proxied=True)


# The terminal


class Terminal:
    """A window in a terminal of texts, and the first event that it sends."""

    def __init__(self, *lines: str) -> None:
        self.sink = io.StringIO()
        self.window = TerminalWindow(EN, io.StringIO("".join(f"{line}\n" for line in lines)), self.sink)
        self.event: LaunchEvent | None = None

    def _take(self, event: LaunchEvent) -> None:
        self.event = event
        self.window.close_window()

    def answer(self, state: LaunchState) -> LaunchEvent | None:
        self.window.show_view(make_view(state, EN))
        self.window.run_window(self._take)
        return self.event


@pytest.mark.parametrize(
    ("state", "lines", "event"),
    [
        (LaunchState(LaunchPhase.OFFERED, offer="2"), ("x", "9", "1"), ChoiceMade(LaunchChoice.UPDATE)),
        (LaunchState(LaunchPhase.OFFERED, offer="2"), ("2",), ChoiceMade(LaunchChoice.CANCEL)),
        (LaunchState(LaunchPhase.CONNECTED), ("2",), TrayChosen(TrayItem.REMOVE)),
        (LaunchState(LaunchPhase.ASKING), ("MOREAU17", "7K3M", "123456"), FormSent("MOREAU17", "7K3M", "123456")),
        (LaunchState(LaunchPhase.ASKING, PluggedKey(7, False, pad=True)), ("A", "B"), FormSent("A", "B", "")),
    ],
)
def test_the_terminal_takes_numbers_and_lines(state: LaunchState, lines: tuple[str, ...], event: LaunchEvent) -> None:
    terminal = Terminal(*lines)
    assert terminal.answer(state) == event
    assert "7K3M" not in terminal.sink.getvalue()


def test_a_terminal_that_is_gone_is_the_end_and_is_told() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    sink = os.fdopen(writing, "w")
    window = TerminalWindow(EN, io.StringIO(), sink)
    window.show_view(make_view(LaunchState(LaunchPhase.ASKING), EN))
    with pytest.raises(OSError, match="cannot be written to"):
        window.run_window(lambda _event: None)
    with suppress(OSError):  # what it could not be rid of
        sink.close()


def test_a_bar_in_the_terminal() -> None:
    terminal = Terminal()
    for percent in (0, 50, 100):
        state = LaunchState(LaunchPhase.UPDATING, percent=percent)
        terminal.window.show_view(make_view(state, EN))
    assert "[" + "#" * 15 + " " * 15 + "]" in terminal.sink.getvalue()


# PC/SC


def test_a_key_is_found_among_cards_and_spoken_to(
    pcscd: PcscService, virtual_readers: tuple[VirtualReader, VirtualReader]
) -> None:
    readers, key = PcscReaders(), FactoryKey()
    virtual_readers[0].insert(IsoCard())
    pcscd.until_present(FIRST, True)
    assert readers.find_key() == "", "another card"
    virtual_readers[0].remove()
    pcscd.until_present(FIRST, False)
    virtual_readers[0].insert(PivCard(key.vault, key.person))
    pcscd.until_present(FIRST, True)
    assert readers.find_key() == FIRST
    card = readers.open_key(FIRST)
    assert not card.has_pad
    assert PivClient(card).read_serial() == key.serial
    virtual_readers[0].remove()
    pcscd.until_present(FIRST, False)
    assert (readers.find_key(), readers.has_reader(FIRST), readers.has_reader("another")) == ("", True, False)
    with pytest.raises(CardGoneError):
        PivClient(card)
    card.close()
    with pytest.raises(CardGoneError):
        readers.open_key(FIRST)


def test_of_two_keys_it_stays_with_the_one_in_use(
    pcscd: PcscService, virtual_readers: tuple[VirtualReader, VirtualReader]
) -> None:
    readers, (first, second) = PcscReaders(), (FactoryKey(), FactoryKey())
    virtual_readers[1].insert(PivCard(second.vault, second.person))
    pcscd.until_present(SECOND, True)
    assert readers.find_key() == SECOND
    virtual_readers[0].insert(PivCard(first.vault, first.person))
    pcscd.until_present(FIRST, True)
    assert (readers.find_key(SECOND), readers.find_key()) == (SECOND, FIRST)


def test_a_key_that_another_program_holds(
    pcscd: PcscService, virtual_readers: tuple[VirtualReader, VirtualReader]
) -> None:
    key, pcsc = FactoryKey(), Pcsc()
    virtual_readers[0].insert(PivCard(key.vault, key.person))
    pcscd.until_present(FIRST, True)
    with hold_context(pcsc) as context:
        handle, _ = pcsc.connect_card(context, FIRST, exclusive=True)
        with pytest.raises(LaunchError) as caught:
            PcscReaders().open_key(FIRST)
        assert caught.value.trouble is LaunchTrouble.CONFLICT
        pcsc.disconnect_card(handle, unpower=False)
        handle, _ = pcsc.connect_card(context, FIRST, exclusive=False)
        card = PcscReaders().open_key(FIRST)
        assert PivClient(card).read_serial() == key.serial, "whoever only looks on is no conflict"
        card.close()
        pcsc.disconnect_card(handle, unpower=False)


def test_the_pad_is_told_where_the_digits_go() -> None:
    """PC/SC part 10, 2.5.2: 19 bytes, then the APDU whose eight bytes the key fills in."""
    block = write_pin_block()
    assert len(block) == 19 + 13
    assert block[2] == 0x82
    assert block[5:7] == bytes((0x08, 0x06)), "at most eight, at least six"
    assert block[15:19] == (13).to_bytes(4, "little")
    assert block[19:] == bytes.fromhex("0020008008" + "FF" * 8)
