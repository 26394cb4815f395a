"""The guide's whole first part in one machine: key, CD-ROM, launcher, bank, Firefox; up to *Remove*.

The bank is the demonstration that `./install --branch` serves there. The person sits at a virtual screen (Xvfb) as an
ordinary user; what that user would be asked by the desktop is answered by a rule of polkit. What is on the key's glass
is answered by `attend`, as whoever holds the key would.
"""

import base64
import gzip
import json
import time
from collections.abc import Callable
from typing import Any

from drivers.painter.raster import paint_screen
from sesame_core.esecure.words.fr import FRENCH
from sesame_core.events import Key
from sesame_core.screens import Screen
from tests.vm.key_proofs import LABEL, asking, put_in, read_pin, type_digits, unplug, until_card, until_let_go
from tests.vm.proofs import Run, require
from tests.vm.qemu import MachineError
from tests.vm.reader import SIZE
from tests.vm.screen import write_png
from tools.machine import ROOT

USER = "MOREAU17"
CHOSEN = "739184"
PERSON = "moreau"
HOME = f"/home/{PERSON}"
DISPLAY = ":7"
SCREEN = (1280, 800)
PATIENCE_S = 1800.0
"""A page takes ten seconds on an emulated processor, and a security number of six digits is six pages."""
CORNER = 56
"""The launcher's key in the corner of the screen: how wide."""
FROM_BELOW = 43
"""Its menu of three entries ends at the screen's edge: so far from there is the middle of the second one. Keys would
go to whoever has the focus, and no window manager gives it to a menu here."""

RULES = f"""\
polkit.addRule(function (action, subject) {{
    if (subject.user == "{PERSON}" && /^org\\.(debian\\.pcsc-lite|freedesktop\\.udisks2)\\./.test(action.id)) {{
        return polkit.Result.YES;
    }}
}});
"""
"""As at the machine's own screen, where polkit lets the one who sits there use readers and drives."""

FIREFOX = f"""\
#!/bin/sh
echo 'user_pref("marionette.port", 2828);' >>"$2/user.js"
for page; do :; done
echo "$page" >{HOME}/opened
exec /usr/bin/firefox-esr --marionette -remote-allow-system-access "$1" "$2" ${{4:+"$3"}} about:blank
"""
"""In PATH before Debian's: its remote control does not get past a question that is open already, so the page is noted,
and opened by whoever can answer (tests/vm/visit.py)."""

CONSENTS = tuple(
    paint_screen(Screen(lines=(line,), notice=FRENCH.ok_or_clear), SIZE)
    for line in (FRENCH.sign, FRENCH.agree, FRENCH.manage, FRENCH.log_on)
)
PIN_ASKED = paint_screen(asking(0), SIZE)

Attended = dict[str, int]


def given_out(run: Run) -> str:
    """The maker certifies the key's attestation, and the helpdesk gives the key to a customer, in the bank's books"""
    until_card(run)
    run.machine.must("yubico-piv-tool -r '' -a read-certificate -s f9 -o /run/f9.pem")
    made = _bank(run, "make --json /run/f9.pem")
    letter = _bank(run, f"issue --json {USER} {made['serial']}")
    _write_notes(
        run, serial=str(made["serial"]), code=str(letter["activation_code"]), number=str(letter["security_number"])
    )
    return f"key {made['serial']}"


def activated(run: Run) -> str:
    """`.autorun` of the mounted CD-ROM begins the launcher; it activates the key by EST, the PIN typed on the key"""
    sit_down(run)
    launch(run, "--terminal --language en")
    told(run, "There is no need to restart your computer")
    type_line(run, "1")
    told(run, "User ID:")
    notes = read_notes(run)
    type_line(run, USER, notes["code"])
    seen = attend(run, f"grep -q 'The download of your certificate is complete' {HOME}/said")
    require(seen["pin"] == 1, f"the key asked for its PIN {seen['pin']} times")
    said = run.machine.must(f"cat {HOME}/said")
    require(notes["code"] not in said and read_pin(run) not in said, "a secret is on the screen")
    held = [each for each in _bank(run, "list --json")["keys"] if str(each["serial"]) == notes["serial"]]
    require(len(held) == 1 and held[0]["certificates"], str(held))
    return f"PIN typed once, OK pressed {seen['ok']} times; the certificate is in the bank's books"


def logged_on(run: Run) -> str:
    """The launcher opens Firefox; by the key's certificate it comes in, chooses a number, and reaches the accounts"""
    type_line(run, "1")
    told(run, "You are connected to Sogecash Net")
    said, seen = visit(run, read_notes(run)["number"])
    picture_of_screen(run, "firefox")
    return f"{site_of(said)}: {seen['pin']} PIN on the key, {seen['ok']} OK; {said['accounts']}"


def pulled_in_session(run: Run) -> str:
    """Pulled in the session: the launcher says so, Firefox and its profile go; in again, it connects, ungreeted"""
    unplug(run)
    told(run, "The access key was removed.")
    run.reader.wait_dark(limit=30)
    run.machine.until(f"! pgrep -u {PERSON} firefox && ! ls -d /run/{PERSON}/e-secure-firefox-*")
    run.machine.must(f": >{HOME}/said")
    put_in(run)
    told(run, "You are connected to Sogecash Net")
    require(run.machine.run(f"grep -qF 'no need to restart' {HOME}/said").status == 1, "a known key was greeted")
    said, seen = visit(run, "-")
    return f"then the accounts again: {seen['pin']} PIN, {seen['ok']} OK; asked by Firefox: {len(said['asked'])}"


def removed(run: Run) -> str:
    """*Remove the e-secure access key*: Firefox and its profile go, disc and card are out, and the glass says so"""
    type_line(run, "2")
    told(run, "Remove your access key and keep it in a safe place")
    run.reader.wait_shown(FRENCH.you_may, FRENCH.remove_the_key)
    until_let_go(run)
    run.machine.until(f"! pgrep -u {PERSON} firefox && ! ls -d /run/{PERSON}/e-secure-firefox-*", limit=30)
    run.machine.must("systemctl stop launcher")
    replug(run)
    return "VOUS POUVEZ RETIRER LA CLÉ"


def by_the_window(run: Run) -> str:
    """The launcher's window, later: nobody answers it, the key asks for its PIN once and for OK; *Remove* in a menu"""
    launch(run, "--language en")
    run.machine.until(f"{as_person('xdotool search --onlyvisible --name e-secure')}", limit=PATIENCE_S)
    picture_of_screen(run, "launcher")
    run.machine.until(f"pgrep -u {PERSON} firefox", limit=PATIENCE_S)
    said, seen = visit(run, "-")
    # OK is good for 15 s: how often Firefox has to ask for it is a matter of how fast the machine is.
    require(seen["pin"] == 1 and seen["ok"] >= 1, str(seen))
    picture_of_screen(run, "corner")
    x, y = SCREEN[0] - CORNER - 8 + CORNER // 2, SCREEN[1] - CORNER - 48 + CORNER // 2
    run.machine.must(as_person(f"xdotool mousemove {x} {y} click 1"))
    time.sleep(3)
    picture_of_screen(run, "menu")
    run.machine.must(as_person(f"xdotool mousemove {x - CORNER} {SCREEN[1] - FROM_BELOW} click 1"))
    run.reader.wait_shown(FRENCH.you_may, FRENCH.remove_the_key, limit=120)
    until_let_go(run)
    run.machine.until(f"! pgrep -u {PERSON} firefox && ! ls -d /run/{PERSON}/e-secure-firefox-*", limit=60)
    picture_of_screen(run, "removed")
    run.machine.must("systemctl stop launcher")
    replug(run)
    return f"{site_of(said)}: {seen['pin']} PIN on the key, {seen['ok']} OK"


def every_write(run: Run) -> str:
    """The store on dm-log-writes, cut at every write that reached the disk: the old or the new, and never a try more"""
    run.machine.must("modprobe dm-log-writes && modprobe loop")
    place_file(run, "/srv/src/tests/vm/every_write.py", (ROOT / "tests/vm/every_write.py").read_text())
    python = "/opt/sesame/current/bin/python -m tests.vm.every_write"
    said = json.loads(run.machine.must(f"cd /srv/src && PYTHONPATH=. {python}", limit=7200))
    require(said["cuts"] > said["acts"] and said["states"] > said["acts"], str(said))
    return "{acts} acts, {cuts} cuts, {states} different states found".format(**said)


CHAIN: tuple[Callable[[Run], str], ...] = (
    given_out,
    activated,
    logged_on,
    pulled_in_session,
    removed,
    by_the_window,
    every_write,
)


# The person at the computer


def sit_down(run: Run) -> None:
    """A user, a screen, the drive opened."""
    run.machine.must("grep -qs localhost /etc/hosts || echo 127.0.0.1 localhost >>/etc/hosts")
    run.machine.must(f"id {PERSON} || useradd -m -G cdrom {PERSON}")
    run.machine.must(
        f"install -d -m 700 -o {PERSON} /run/{PERSON} && install -d -m 755 -o {PERSON} {HOME}/bin {HOME}/seen"
    )
    place_file(run, "/etc/polkit-1/rules.d/60-seat.rules", RULES)
    place_file(run, f"{HOME}/bin/firefox-esr", FIREFOX)
    run.machine.must(f"chmod 755 {HOME}/bin/firefox-esr")
    run.machine.must(f"rm -rf {HOME}/.local/state/e-secure")  # of a proof before: this person has never had a key
    size = "x".join(map(str, (*SCREEN, 24)))
    run.machine.must("install -d -m 755 -o moreau /run/screen")
    person_unit(run, "screen", f"exec Xvfb {DISPLAY} -screen 0 {size} -fbdir /run/screen")
    run.machine.until("test -e /tmp/.X11-unix/X7")


def launch(run: Run, words: str) -> None:
    """Open the drive, and begin what is on it."""
    run.machine.must("systemctl stop launcher 2>/dev/null; systemctl reset-failed launcher 2>/dev/null; true")
    run.machine.until(f"test -e {LABEL}")
    run.machine.must(f"findmnt -S {LABEL} || {as_person(f'udisksctl mount --no-user-interaction -b {LABEL}')}")
    place = run.machine.must(f"findmnt -n -o TARGET -S $(readlink -f {LABEL})").split()[0]
    run.machine.must(f"rm -f {HOME}/in {HOME}/said {HOME}/opened; mkfifo {HOME}/in; chown {PERSON} {HOME}/in")
    person_unit(run, "launcher", f"exec sh {place}/.autorun {words} <>{HOME}/in >>{HOME}/said 2>&1")


def visit(run: Run, number: str) -> tuple[dict[str, Any], Attended]:
    """Firefox by hand, up to the accounts. What was seen there, and what the key asked."""
    for name in ("tests/vm/visit.py", "tests/launcher/marionette.py"):
        place_file(run, f"/srv/src/{name}", (ROOT / name).read_text())
    run.machine.must(f"systemctl stop visit; rm -f {HOME}/visit.rc; systemctl reset-failed visit 2>/dev/null; true")
    words = f"python3 -m tests.vm.visit {number} {CHOSEN} {HOME}/opened {HOME}/seen"
    ended = f"echo $? >{HOME}/visit.new; mv {HOME}/visit.new {HOME}/visit.rc"
    person_unit(run, "visit", f"cd /srv/src && {words} >{HOME}/visit.out 2>{HOME}/visit.err; {ended}")
    try:
        seen = attend(run, f"test -e {HOME}/visit.rc")
    finally:
        for picture in ("home", "number", "registered", "accounts"):
            fetch(run, f"{HOME}/seen/{picture}.png", picture)
    said = run.machine.must(f"cat {HOME}/visit.out")
    require(run.machine.must(f"cat {HOME}/visit.rc").strip() == "0", run.machine.must(f"cat {HOME}/visit.err"))
    run.machine.must(f"rm {HOME}/visit.rc")
    found: dict[str, Any] = json.loads(said)
    return found, seen


def site_of(said: dict[str, Any]) -> str:
    """Without the launcher's mark, which is for one log-on."""
    return str(said["address"]).partition("?")[0]


def attend(run: Run, done: str) -> Attended:
    """Whoever holds the key: the PIN where its glass asks for it, OK where it asks for that, until this is true."""
    seen = {"pin": 0, "ok": 0}
    until = time.monotonic() + PATIENCE_S
    while run.machine.run(done).status:
        glass = run.reader.glass()
        if glass == PIN_ASKED:
            type_digits(run, read_pin(run))
            seen["pin"] += 1
        elif glass in CONSENTS:
            time.sleep(0.6)  # an OK within half a second of the question is not for it
            run.reader.press(Key.OK.value)
            seen["ok"] += 1
        if time.monotonic() > until:
            raise MachineError(
                f"never came true: {done}\n{run.machine.run(f'tail -n 30 {HOME}/said {HOME}/visit.err').output}"
            )
        time.sleep(1.0)  # each look takes of the processor that Firefox has
    return seen


def told(run: Run, sentence: str) -> None:
    """The launcher says it."""
    try:
        run.machine.until(f'grep -qF "{sentence}" {HOME}/said', limit=300)
    except MachineError:
        raise MachineError(f"not said: {sentence}\n" + run.machine.run(f"cat {HOME}/said").output) from None


def type_line(run: Run, *lines: str) -> None:
    """Into the launcher's terminal."""
    text = " ".join(lines)
    run.machine.must(f"printf '%s\\n' {text} >{HOME}/in")


def as_person(command: str) -> str:
    """The command, as that user's."""
    env = f"HOME={HOME} DISPLAY={DISPLAY} XDG_RUNTIME_DIR=/run/{PERSON} PATH={HOME}/bin:$PATH LANG=C.UTF-8"
    return f"runuser -u {PERSON} -- env {env} {command}"


def person_unit(run: Run, unit: str, script: str) -> None:
    """Something that runs beside, as that user's."""
    place_file(run, f"/run/{unit}.sh", script + "\n")
    if run.machine.run(f"systemctl is-active {unit}").status == 0:
        return
    settings = " ".join(
        f"--setenv={each}"
        for each in (
            f"HOME={HOME}",
            f"DISPLAY={DISPLAY}",
            f"XDG_RUNTIME_DIR=/run/{PERSON}",
            "LANG=C.UTF-8",
            f"PATH={HOME}/bin:/usr/local/bin:/usr/bin:/bin",
        )
    )
    run.machine.must(f"systemd-run --quiet --collect --uid={PERSON} --unit={unit} {settings} sh /run/{unit}.sh")


def replug(run: Run) -> None:
    """Out and in again."""
    unplug(run)
    run.reader.wait_dark(limit=30)
    put_in(run)
    until_card(run)


# Beside


def place_file(run: Run, path: str, text: str) -> None:
    """Into the machine."""
    run.machine.must(f"echo {base64.b64encode(text.encode()).decode()} | base64 -d >{path}")


def fetch(run: Run, path: str, name: str) -> None:
    """A picture out of the machine, where there is one."""
    answer = run.machine.run(f"base64 -w 0 {path}")
    if answer.status == 0:
        (run.pictures / f"{name}.png").write_bytes(base64.b64decode(answer.output))


def picture_of_screen(run: Run, name: str) -> None:
    """What is on the virtual screen."""
    packed = base64.b64decode(run.machine.must("gzip -1c /run/screen/Xvfb_screen0 | base64 -w 0"))
    write_png(gzip.decompress(packed), run.pictures / f"{name}.png")


def _bank(run: Run, words: str) -> dict[str, Any]:
    said = run.machine.must(f"/opt/sesame/current/bin/sesame bank keys {words} --state /var/lib/sesame-branch")
    found: dict[str, Any] = json.loads(said)
    return found


def _write_notes(run: Run, **notes: str) -> None:
    """What came by post: it is kept in the machine, for a proof that is run alone later."""
    place_file(run, "/var/lib/post.json", json.dumps(notes))


def read_notes(run: Run) -> dict[str, str]:
    """See above."""
    found: dict[str, str] = json.loads(run.machine.must("cat /var/lib/post.json"))
    return found
