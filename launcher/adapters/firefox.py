"""Firefox with a profile of its own, in RAM where there is some: our authority, the key's module, our site alone.

The user's own profile is not opened: `--profile` names another, `--no-remote` keeps out of a Firefox that runs.
Firefox's built-in list of authorities cannot be taken out of it; so the profile leads nowhere but to the site, unless
the computer reaches the internet by a proxy.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from launcher.settings import LauncherSettings
from launcher.troubles import LaunchError, LaunchTrouble

PROGRAMS: Final = ("firefox-esr", "firefox")
MODULE: Final = "opensc-pkcs11.so"
MODULE_PLACES: Final = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/Library/OpenSC/lib")
NICKNAME: Final = "e-secure"
PREFIX: Final = "e-secure-firefox-"
PATIENCE_S: Final = 60

Pref = bool | int | str

PREFS: Final[Mapping[str, Pref]] = {
    # The one certificate is the key's: which one need not be asked.
    "security.default_personal_cert": "Select Automatically",
    "security.enterprise_roots.enabled": False,
    "security.osclientcerts.autoload": False,
    "browser.aboutwelcome.enabled": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.shell.checkDefaultBrowser": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.cache.disk.enable": False,
    "browser.formfill.enable": False,
    "signon.rememberSignons": False,
    "places.history.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "dom.security.https_only_mode": True,
    # What is handed to the launcher is no download of the customer's.
    "browser.download.alwaysOpenPanel": False,
    # Statements are shown by the browser itself.
    "pdfjs.disabled": False,
}

ORDER_TYPE: Final = "application/vnd.sesame.order+json"
"""Of what the site hands to the launcher (docs/esecure.md)."""
LONGEST_ORDER: Final = 4096
"""Octets that are looked at: whatever is longer is none."""
ORDERS: Final = "orders"
TAKING: Final = "take-order"
TAKE_ORDER: Final = """#!/bin/sh
# Firefox calls this with the file that the site has given it for the launcher; whole, or not at all.
here=$(dirname "$0")
cp -- "$1" "$here/order.part" && mv -- "$here/order.part" "$here/orders/$$"
rm -f -- "$1"
"""
USE_HELPER: Final = 2
"""nsIHandlerInfo.useHelperApp."""

NOWHERE: Final[Mapping[str, Pref]] = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.allow_hijacking_localhost": True,
}
"""A proxy that is none: port 9 throws away (RFC 863)."""

SYSTEM_PROXY: Final[Mapping[str, Pref]] = {"network.proxy.type": 5}


def find_module() -> Path:
    """OpenSC's PKCS#11 module. Raises LaunchError (MISSING)."""
    for place in map(Path, MODULE_PLACES):
        found = sorted([*place.glob(MODULE), *place.glob(f"*/{MODULE}")])
        if found:
            return found[0]
    raise LaunchError(LaunchTrouble.MISSING, "OpenSC: apt install opensc-pkcs11")


def write_prefs(host: str, *, proxied: bool) -> str:
    """The profile's user.js. `proxied`: the internet is reached by a proxy alone."""
    way = SYSTEM_PROXY if proxied else {**NOWHERE, "network.proxy.no_proxies_on": host}
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in {**PREFS, **way}.items())
    return "\n".join(lines) + "\n"


def make_profile(folder: Path, settings: LauncherSettings, module: Path) -> None:
    """A profile in this empty folder. Raises LaunchError."""
    base = f"sql:{folder}"
    authority = folder / "authority.pem"
    authority.write_text(settings.authority, encoding="ascii")
    proxied = any(os.environ.get(name) for name in ("https_proxy", "HTTPS_PROXY"))
    lay_out_orders(folder)
    (folder / "user.js").write_text(write_prefs(settings.host, proxied=proxied), encoding="ascii")
    _run_tool("certutil", "-N", "-d", base, "--empty-password")
    for number, one in enumerate(_split_pem(settings.authority)):
        authority.write_text(one, encoding="ascii")
        _run_tool("certutil", "-A", "-d", base, "-n", f"{NICKNAME} {number}", "-t", "C,,", "-a", "-i", str(authority))
    authority.unlink()
    _run_tool("modutil", "-force", "-dbdir", base, "-add", NICKNAME, "-libfile", str(module))


def lay_out_orders(folder: Path) -> None:
    """Where Firefox puts what the site hands to the launcher, and that it asks nobody."""
    (folder / ORDERS).mkdir()
    program = folder / TAKING
    program.write_text(TAKE_ORDER, encoding="ascii")
    program.chmod(0o700)
    helper = {"name": NICKNAME, "path": str(program)}
    handled = {"action": USE_HELPER, "ask": False, "extensions": ["esecure"], "handlers": [helper]}
    told = {"defaultHandlersVersion": {}, "mimeTypes": {ORDER_TYPE: handled}, "schemes": {}}
    (folder / "handlers.json").write_text(json.dumps(told), encoding="ascii")


def _split_pem(chain: str) -> Iterator[str]:
    end = "-----END CERTIFICATE-----"
    for part in chain.split(end)[:-1]:
        yield part[part.index("-----BEGIN") :] + end + "\n"


def explain_denied(place: str, error: OSError) -> LaunchError:
    """A program or folder that there is and that may not be used: an antivirus denies it as fanotify(7) has it, by
    EACCES or EPERM."""
    trouble = LaunchTrouble.THREAT if isinstance(error, PermissionError) else LaunchTrouble.INSTALLATION
    return LaunchError(trouble, f"{place}: {error.strerror}")


def _run_tool(program: str, *words: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise LaunchError(LaunchTrouble.MISSING, f"{program}: apt install libnss3-tools")
    try:
        done = subprocess.run(  # noqa: S603 - a program of NSS, no shell
            [path, *words], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE_S
        )
    except OSError as error:
        raise explain_denied(path, error) from None
    except subprocess.TimeoutExpired:
        raise LaunchError(LaunchTrouble.INSTALLATION, f"{program} does not end") from None
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[-1:]
        raise LaunchError(LaunchTrouble.INSTALLATION, f"{program} {done.returncode}: {''.join(said)}")


def _begin(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - Firefox, no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Firefox:
    """See Browser. `options`: more words for Firefox."""

    def __init__(self, settings: LauncherSettings, folder: Path, options: Sequence[str] = ()) -> None:
        self._settings = settings
        self._folder = folder
        self._options = tuple(options)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._caller: subprocess.Popen[bytes] | None = None
        self.profile: Path | None = None

    def open_page(self, url: str, closed: Callable[[], None]) -> None:
        """See Browser."""
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if program is None:
            raise LaunchError(LaunchTrouble.MISSING, "Firefox: apt install firefox-esr")
        if self._process is not None and self._process.poll() is None and self.profile is not None:
            # A second call with the same profile opens a tab in the one that runs. It ends at once, but where that one
            # does not answer it: then it shows a window of its own, and has to go with the session.
            self._caller = _begin([program, "--profile", str(self.profile), url])
            threading.Thread(target=self._caller.wait, daemon=True).start()
            return
        self.close_browser()
        try:
            process = self._start(program, url)
        except OSError as error:
            raise explain_denied(error.filename or program, error) from None
        self._process = process
        threading.Thread(target=self._wait_for, args=(process, closed), daemon=True).start()

    def _start(self, program: str, url: str) -> "subprocess.Popen[bytes]":
        self.profile = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._folder))
        make_profile(self.profile, self._settings, find_module())
        return _begin([program, *self._options, "--profile", str(self.profile), "--new-instance", url])

    def take_order(self) -> bytes:
        """See Browser. Firefox gives the file to a program of the profile's, which lays it down in its folder."""
        profile = self.profile
        for path in sorted((profile / ORDERS).glob("*")) if profile is not None else ():
            with suppress(OSError):  # the profile is being wiped
                with path.open("rb") as file:
                    content = file.read(LONGEST_ORDER)
                path.unlink()
                return content
        return b""

    def close_browser(self) -> None:
        """See Browser."""
        with self._lock:
            processes = (self._caller, self._process)
            self._caller = self._process = None
        for process in processes:
            if process is not None:
                _end(process)
        self._wipe()

    def _wait_for(self, process: "subprocess.Popen[bytes]", closed: Callable[[], None]) -> None:
        process.wait()
        with self._lock:
            by_itself = self._process is process
            if by_itself:
                self._process = None
        if by_itself:
            self._wipe()
            closed()

    def _wipe(self) -> None:
        profile, self.profile = self.profile, None
        if profile is not None:
            shutil.rmtree(profile, ignore_errors=True)
