"""What is proved about the installed reader: each proof does something to it and says what was seen."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sesame_core.events import Key
from sesame_core.reader.words.fr import FRENCH
from sesame_core.screens import Masked, Screen
from tests.vm.qemu import Machine, MachineError
from tests.vm.reader import STATE, Reader
from tests.vm.wakes import POLLS_A_MINUTE, a_minute, told

UNIT = "sesame-reader"
BRANCH = "sesame-branch"
BRANCH_URL = "http://127.0.0.1:8036"
CUSTOMER = "DURAND42"
PIN = "1234"
INSTALL = "cd /srv/src && PIP_NO_INDEX=1 PIP_FIND_LINKS=/srv/wheels ./install"


@dataclass(frozen=True, slots=True)
class Run:
    """One power-on and the reader in it."""

    machine: Machine
    reader: Reader
    notes: dict[str, str] = field(default_factory=dict)
    pictures: Path = Path()
    """Where pictures out of the machine go."""

    def wake(self) -> None:
        """Awake, without a card."""
        self.reader.press(Key.CLEAR.value)
        self.reader.wait_for(FRENCH.insert_card)

    def ready(self, card: str = "bank-card") -> None:
        """A card is in and the reader asks for a function."""
        self.reader.insert(card)
        self.reader.wait_for(FRENCH.choose_function)

    def code(self) -> str:
        """A code is on the glass."""
        self.ready()
        self.reader.type_pin(PIN)
        self.reader.press("OK")
        return self.reader.wait_code()

    def main_pid(self) -> int:
        """The service's process, 0 for none."""
        return int(self.machine.must(f"systemctl show -P MainPID {UNIT}"))

    def active(self) -> float:
        """Seconds until the service says that it is ready."""
        return self.machine.until(f"systemctl is-active {UNIT}")

    def asleep(self) -> None:
        """No card in, dark, ready for the next proof."""
        self.machine.run("systemctl stop card")
        self.active()
        self.reader.wait_dark()


REFUSED = Screen(lines=(FRENCH.wrong_pin,), field=Masked(0, 4), notice=FRENCH.tries_left.format(n=2))

Proof = Callable[[Run], str]


def require(true: object, otherwise: str) -> None:
    """Raises MachineError."""
    if not true:
        raise MachineError(otherwise)


# The first power-on


def installed(run: Run) -> str:
    """`./install` says its plan, carries it out on a machine without a network, and the first frame is on the glass"""
    run.machine.must("mkdir -p /srv && tar -C /srv -xf /dev/vdb")
    began = time.monotonic()
    said = run.machine.must(f"{INSTALL} --dry-run")
    require("will     enable sesame-reader.service" in said, said)
    require(run.machine.run(f"systemctl cat {UNIT}").status, "--dry-run did something")
    said = run.machine.run(INSTALL, limit=1200).output
    require(f"... start {UNIT}" in said, said)
    run.active()
    run.reader.wait_for(FRENCH.insert_card)
    return f"{time.monotonic() - began:.0f} s, emulated"


def again(run: Run) -> str:
    """A second `./install` finds everything done and changes nothing; an edited configuration stays"""
    run.machine.must("echo '# mine' >>/etc/sesame/reader.toml")
    pid = run.main_pid()
    said = run.machine.must(f"{INSTALL} --dry-run")
    require("will" not in {line.split()[0] for line in said.splitlines()}, said)
    run.machine.run(INSTALL)
    require(run.main_pid() == pid, "the reader was restarted")
    run.machine.must("grep -q '# mine' /etc/sesame/reader.toml")
    return "every line of the plan says: already"


def analysed(run: Run) -> str:
    """systemd on this machine finds nothing to remark in the installed unit, and an exposure of 2.0 or better"""
    return f"exposure {exposure(run, UNIT)}"


def exposure(run: Run, unit: str) -> float:
    """What systemd on this machine says of an installed unit. Raises MachineError for a remark, or for over 2.0."""
    remarks = run.machine.run(f"systemd-analyze verify --man=no {unit}.service").output
    require(not remarks, remarks)
    said = run.machine.must(f"systemd-analyze security --no-pager {unit} | tail -n 2")
    level = float(said.split(": ")[1].split()[0])
    require(level <= 2.0, said)
    return level


def confined(run: Run) -> str:
    """The process has its own user, no capability, filtered calls, no network, locked memory, no swap and no core"""
    status = run.machine.must(f"cat /proc/{run.main_pid()}/status")
    have = {key: value.split() for key, _, value in (line.partition(":") for line in status.splitlines())}
    require(have["Uid"][0] != "0" and set(have["CapBnd"]) | set(have["CapEff"]) == {"0" * 16}, status)
    require(have["NoNewPrivs"] == ["1"] and have["Seccomp"] == ["2"], status)
    require(int(have["VmLck"][0]) > 0, "the memory is not locked")
    limits = run.machine.must(f"grep 'core file' /proc/{run.main_pid()}/limits").split()
    require(limits[4:6] == ["0", "0"], str(limits))
    links = run.machine.must(f"tail -n +3 /proc/{run.main_pid()}/net/dev")
    require([line.split(":")[0].strip() for line in links.splitlines()] == ["lo"], links)
    require(run.machine.must(f"cat /sys/fs/cgroup/system.slice/{UNIT}.service/memory.swap.max") == "0\n", "it may swap")
    locked, resident = (int(have[key][0]) // 1024 for key in ("VmLck", "VmRSS"))
    return f"{locked} MiB locked, {resident} MiB of them in use"


def writes_nothing(run: Run) -> str:
    """No file is open for writing outside /run and /dev, asleep and with a code shown (R12)"""
    run.code()
    found = run.machine.must(
        f"cd /proc/{run.main_pid()}/fd; for fd in *; do "
        "grep -q '^flags:.*[12]$' ../fdinfo/$fd 2>/dev/null && readlink $fd; done; true"
    )
    outside = [path for path in found.split() if path.startswith("/") and not path.startswith(("/run/", "/dev/"))]
    require(not outside, f"open for writing: {outside}")
    run.asleep()
    return f"{len(found.split())} descriptors can be written to, all sockets, pipes, devices or below /run"


def sleeps(run: Run) -> str:
    """Asleep, no thread of ours polls: it waits for keys, cards and the watchdog's hour (P7)"""
    run.asleep()
    used = a_minute(run.machine, run.main_pid())
    ours = [each for each in used if each[1] < POLLS_A_MINUTE]
    theirs = [each for each in used if each[1] >= POLLS_A_MINUTE]
    require(len(theirs) <= LGPIO_THREADS, f"wake-ups a minute of each thread: {[waits for _, waits in used]}")
    return f"a minute, emulated: {told(ours)} in {len(ours)} threads of ours; {told(theirs)} in lgpio's {len(theirs)}"


LGPIO_THREADS = 2
"""lgpio 0.2.2 looks for edges every half millisecond (lgPthAlerts.c), and for waves to send every twentieth of a second
or sooner (lgPthTx.c), whatever is to be done."""


def sleeps_soundly(run: Run) -> str:
    """The same with `[gpio] library = "gpiod"`: no thread at all polls, and keys and codes work"""
    settings = "/etc/sesame/reader.toml"
    run.machine.must(f"cp {settings} /run/reader.toml && sed -i 's/^#library = .*/library = \"gpiod\"/' {settings}")
    run.machine.must(f"systemctl restart {UNIT}")
    run.active()
    run.code()
    run.asleep()
    used = a_minute(run.machine, run.main_pid())
    require(all(waits < POLLS_A_MINUTE for _, waits in used), f"wake-ups: {[waits for _, waits in used]}")
    run.machine.must(f"cp /run/reader.toml {settings} && systemctl restart {UNIT}")
    run.asleep()
    return f"a minute, emulated: {told(used)} in {len(used)} threads"


LIT_S = 40
"""A code is gone after 35 s; a look at the glass through the serial line takes a second or two here."""


def first_code(run: Run) -> str:
    """Card, Code, PIN, OK: the glass shows a code that the bank accepts once, and is dark 35 s later"""
    code = run.code()
    seconds = run.reader.wait_dark(limit=LIT_S)  # before the bank is asked: its programs take their time here
    bank = f"sesame bank --state {STATE} --who bank-card verify {code}"
    require(run.machine.run(bank).status == 0, "the bank refused it")
    require(run.machine.run(bank).status == 1, "the bank took it twice")
    run.asleep()
    return f"dark {seconds:.0f} s after it was read from the glass"


def pulled(run: Run) -> str:
    """The card is pulled while the code is shown: dark"""
    run.code()
    run.reader.pull()
    seconds = run.reader.wait_dark(limit=20)
    run.asleep()
    return f"within {seconds:.1f} s"


def killed(run: Run) -> str:
    """SIGKILL while the code is shown: the stop step leaves the glass dark, and the reader starts again"""
    run.code()
    pid = run.main_pid()
    run.machine.must(f"kill -KILL {pid}")
    seconds = run.reader.wait_dark(limit=30)
    run.active()
    require(run.main_pid() not in {0, pid}, "it did not start again")
    run.asleep()
    return f"dark after {seconds:.1f} s, emulated"


def hung(run: Run) -> str:
    """The process stops for ever while the code is shown: the watchdog kills it, dark, and it starts again (R13)"""
    run.code()
    pid = run.main_pid()
    run.machine.must(f"kill -STOP {pid}")
    began = time.monotonic()
    run.reader.wait_dark(limit=34)
    dark = time.monotonic() - began
    run.active()
    total = time.monotonic() - began
    require(run.main_pid() not in {0, pid}, "it did not start again")
    require("watchdog" in run.machine.must(f"journalctl -b -u {UNIT} --no-pager"), "it was not the watchdog")
    run.asleep()
    return f"dark after {dark:.1f} s, ready after {total:.1f} s, emulated"


def stopped(run: Run) -> str:
    """`systemctl stop` while the code is shown: dark, and it stays so"""
    run.code()
    run.machine.must(f"systemctl stop {UNIT}")
    run.reader.wait_dark(limit=5)
    run.machine.must(f"systemctl start {UNIT}")
    run.asleep()
    return "the last frame is black"


def pcscd_gone(run: Run) -> str:
    """pcscd is restarted, then a card is put in: the same process makes a code"""
    pid = run.main_pid()
    run.machine.must("systemctl restart pcscd.socket pcscd.service")
    run.code()
    require(run.main_pid() == pid, "the reader was restarted")
    run.asleep()
    return "no restart of ours"


def display_gone(run: Run) -> str:
    """The display is unplugged and plugged in again: the reader comes back with its screens"""
    board = "/sys/devices/platform/sesame-board/present"
    run.wake()
    run.machine.must(f"echo 0 >{board}")
    run.reader.press("Clear Clear")
    run.machine.must(f"echo 1 >{board}")
    run.active()
    run.code()
    run.asleep()
    return "a code could be read afterwards"


def crashed(run: Run) -> str:
    """A crash and its automatic restart do not power the machine off (what SuccessAction= does on systemd 252)"""
    pid = run.main_pid()
    run.machine.must(f"kill -ABRT {pid}")
    run.machine.until(f"test $(systemctl show -P MainPID {UNIT}) != {pid}")
    run.active()
    require(int(run.machine.must(f"systemctl show -P NRestarts {UNIT}")) > 0, "it was not an automatic restart")
    require(not run.machine.must("systemctl list-jobs --no-legend").strip(), "a job is waiting")
    return "still on"


def at_the_branch(run: Run) -> str:
    """`./install --branch` adds Coop@net as a service, on loopback alone: the code on the glass signs in, once"""
    said = run.machine.run(f"{INSTALL} --branch", limit=1200).output
    require(f"... start {BRANCH}" in said, said)
    run.active()
    run.machine.until(f"grep -q {LOOPBACK} /proc/net/tcp")
    level = exposure(run, BRANCH)
    listening = run.machine.must("awk '$4 == \"0A\" { print $2 }' /proc/net/tcp*").split()
    require([each for each in listening if each.endswith(PORT)] == [LOOPBACK], f"it listens wider: {listening}")
    signing = f"python3 /srv/src/tests/vm/sign_in.py {BRANCH_URL} {CUSTOMER} {run.code()}"
    said = run.machine.must(signing) + run.machine.must(signing)
    require(said.splitlines() == ["signed in", "refused"], said)
    run.asleep()
    return f"signed in, then refused; exposure {level}"


PORT = ":1F64"
LOOPBACK = f"0100007F{PORT}"
"""127.0.0.1:8036 as /proc/net/tcp writes it (proc_net_tcp in the kernel's documentation)."""

BOOKS = {"/var/lib/private/sesame-branch", "/var/lib/sesame-branch"}
NOT_OURS = ("sesame_board", "/journald.conf.d/")
"""The machine's own board, and what `image/appliance` wrote."""


def uninstalled(run: Run) -> str:
    """`./install --uninstall` leaves the configuration and the branch's books; with --purge nothing at all"""
    run.machine.must(f"{INSTALL} --uninstall")
    found = left_over(run)
    require(found == {"/etc/sesame"} | BOOKS, f"left: {' '.join(sorted(found))}")
    run.machine.must(f"{INSTALL} --uninstall --purge")
    found = left_over(run)
    require(not found, f"left: {' '.join(sorted(found))}")
    require(run.machine.run("id sesame").status, "the user is still there")
    return "configuration and books stayed, then went"


def left_over(run: Run) -> set[str]:
    """Every path of the disk with our name in it."""
    found = run.machine.must("find / -xdev -path /srv -prune -o -iname '*sesame*' -print").split()
    return {path for path in found if not any(part in path for part in NOT_OURS)}


def alone(run: Run) -> str:
    """`image/appliance` makes the machine the reader's alone, from the next start on"""
    run.machine.must("cd /srv/src && ./image/appliance && ./image/appliance")
    return "ran twice"


def nothing_writable(run: Run) -> str:
    """After that restart: root is read-only, no swap, no network but the loopback"""
    mounts = run.machine.must("findmnt --noheadings --output OPTIONS --target /")
    require(mounts.split(",")[0] == "ro", mounts)
    require(len(run.machine.must("cat /proc/swaps").splitlines()) == 1, "there is swap")
    require(run.machine.must("ls /sys/class/net").split() == ["lo"], "there is a network")
    return "findmnt says ro"


ON_FIRST_POWER: tuple[Proof, ...] = (
    installed,
    first_code,
    again,
    analysed,
    confined,
    writes_nothing,
    sleeps,
    sleeps_soundly,
    pulled,
    killed,
    hung,
    stopped,
    pcscd_gone,
    display_gone,
    crashed,
    at_the_branch,
)


# States in which the power is cut


def asleep(run: Run) -> None:
    """asleep"""


def awake(run: Run) -> None:
    """awake, no card"""
    run.wake()


def ready(run: Run) -> None:
    """a card is in"""
    run.ready()


def typing(run: Run) -> None:
    """half a PIN is typed"""
    run.ready()
    run.reader.type_pin("12")


def wrong(run: Run) -> None:
    """a wrong PIN was refused"""
    run.ready()
    run.reader.type_pin("9999")
    run.reader.press("OK")
    run.reader.wait_screen(REFUSED)


def shown(run: Run) -> None:
    """the code is shown"""
    run.code()


def starting(run: Run) -> None:
    """the reader is just being started again"""
    run.machine.must(f"systemctl restart --no-block {UNIT}")


STATES: tuple[Callable[[Run], None], ...] = (asleep, awake, ready, typing, wrong, shown, starting)
