"""The whole chain: the launcher's one file, run by Python as it would be from the CD, with a real pcscd, OpenSC, and
the real servers by TLS; it ends with the key's certificate on the business site."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bank.cards.vpcd import VirtualReader
from launcher.packing import FILE, build_launcher
from launcher.settings import LauncherSettings
from sesame_core.piv.card import PivCard
from tests.launcher.factory_key import FactoryKey
from tests.pcsc_plugin import FIRST, PcscService
from tests.web.test_sogecash_tls import MODULES, TlsBench, run, tls

assert tls

LIMIT_S = 90

BROWSER = """#!/bin/sh
echo "$@" > "$E_SECURE_TEST/opened"
exec sleep 600
"""
"""Stands for Firefox, where only what it is given is looked at; tests/browser has the real one."""


@dataclass
class Running:
    """The launcher as a program, with what it has said."""

    process: "subprocess.Popen[str]"
    folder: Path

    def __post_init__(self) -> None:
        self.lines: queue.Queue[str] = queue.Queue()
        self.said = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def until(self, text: str) -> None:
        """Wait until it says so."""
        while True:
            line = self.lines.get(timeout=LIMIT_S)
            self.said += line
            assert line, f"ended without {text!r}:\n{self.said}"
            if text in line:
                return

    def type(self, *lines: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines))
        self.process.stdin.flush()


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH that begins with a browser of the test's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "firefox-esr").write_text(BROWSER)
    (folder / "firefox-esr").chmod(0o755)
    return folder


@contextmanager
def launched(tls: TlsBench, folder: Path, programs: Path, *, site: str = "") -> Iterator[Running]:
    """The file, run in a home and a session's folder of its own."""
    authority = (tls.folder / "root.crt").read_text()
    file = folder / FILE
    file.write_bytes(build_launcher(LauncherSettings(site or f"https://localhost:{tls.port}", authority)))
    runtime = folder / "run"
    runtime.mkdir(exist_ok=True)
    env = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "en_GB.UTF-8",
        "E_SECURE_TEST": str(folder),
    }
    command = [sys.executable, str(file), "--terminal"]
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        running = Running(process, folder)
        try:
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(LIMIT_S)


def log_on_by_openssl(tls: TlsBench, key: FactoryKey) -> str:
    """What the site says to the key's certificate, read from the key."""
    piv = ("yubico-piv-tool", "-r", FIRST, "-a")
    tls.path("own.pem", run(tls, *piv, "read-certificate", "-s", "9a").encode())
    body = "user=MOREAU17"
    request = (
        f"POST /en/log-on HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    )
    signer = ("-engine", "pkcs11", "-keyform", "engine", "-key", f"pkcs11:id=%01;type=private;pin-value={key.pin}")
    place = ("-connect", f"localhost:{tls.port}", "-CAfile", "root.crt", "-cert", "own.pem", "-quiet", "-ign_eof")
    return run(tls, "openssl", "s_client", *place, *signer, given=request)


def test_plug_customise_enrol_log_on_remove(
    tls: TlsBench,
    pcscd: PcscService,
    virtual_readers: tuple[VirtualReader, VirtualReader],
    tmp_path: Path,
    programs: Path,
) -> None:
    assert MODULES, "Debian: opensc-pkcs11"
    key = FactoryKey()
    letter = tls.bank.give_out(key)
    with launched(tls, tmp_path, programs) as launcher:
        launcher.until("Connect your e-secure access key")
        virtual_readers[0].insert(PivCard(key.vault, key.person))
        pcscd.until_present(FIRST, True)
        launcher.until("The customisation process is in progress, please wait")
        launcher.until("There is no need to restart your computer")
        launcher.type("1")
        launcher.until("User ID:")
        launcher.type("MOREAU17", "0000-0000-0000", key.pin)
        launcher.until("One of them is wrong")
        launcher.until("User ID:")
        launcher.type("MOREAU17", letter.code, key.pin)
        launcher.until("The download of your certificate is complete")
        launcher.type("1")
        launcher.until("Connecting to Sogecash Net, please wait")
        launcher.until("You are connected to Sogecash Net")
        assert "303 See Other" in log_on_by_openssl(tls, key)
        with launched(tls, tmp_path, programs) as second:
            second.until("displays then disappears")
            second.type("2")
            second.until(f"process {launcher.process.pid}")
        (profile,) = (tmp_path / "run").glob("e-secure-firefox-*")
        assert "e-secure" in run(tls, "modutil", "-dbdir", f"sql:{profile}", "-list")
        trusted = run(tls, "certutil", "-L", "-d", f"sql:{profile}")
        assert [line.split()[-1] for line in trusted.splitlines() if "," in line and "SSL" not in line] == ["C,,"]
        launcher.type("2")
        launcher.until("Remove your access key and keep it in a safe place")
        assert not profile.exists(), "wiped"
    for secret in (letter.code, key.pin):
        assert secret not in launcher.said
