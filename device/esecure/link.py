"""Between the computer and the card: what a CCID message asks for, done one step after the other, and what of it the
person is asked. The reader's `CardLink` is its opposite: that one asks a card, this one is asked by a computer.

Steps are the worker's, so that nothing here waits. A ticket marks each job; what comes of a dropped one is nobody's.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from device.esecure.jobs import Job, advance_steps, count_tries, decide_steps, judge_response, plan_request
from device.esecure.manner import KeyManner, PinMode
from device.esecure.sentences import SentenceShelf
from device.esecure.typing_pad import TypingPad
from device.esecure.updating import UpdateDesk
from device.esecure.worker import CardWorker, StepDone
from drivers.ports import Clock, Notify
from drivers.usb import interface as ccid
from drivers.usb.cable import AbortCame, CableDown, CableUp, DriveEjected, PacketCame, UsbCable
from drivers.usb.ccid import CcidFault
from drivers.usb.interface import CcidInterface
from sesame_core.esecure import events as own
from sesame_core.esecure.entries import carries_digits
from sesame_core.events import Event, Millis
from sesame_core.piv.applet import PivApplet
from sesame_core.piv.card import answer_to_reset
from sesame_core.piv.consent import AskConsent
from sesame_core.piv.status import PivStatus
from sesame_core.piv.vault import Vault, VaultError
from sesame_core.smartcard.piv_instructions import PivIns

EXTEND_EVERY: Final[Millis] = 1_000
"""How often a computer that waits is told so: half of the shortest time that a host's driver waits for a card."""

BUSY_AFTER: Final[Millis] = 300
"""From when on the glass says that the card is at work."""

STUCK_AFTER: Final[Millis] = 120_000
"""No key takes that long to make."""

USUAL_PATIENCE: Final[Millis] = 30_000
LONGEST_PATIENCE: Final[Millis] = 60_000

CERTIFICATE: Final = 0x5FC105
"""The certificate of slot 9A (SP 800-73-5 part 1, table 3)."""

KNOWS_THE_KEY: Final = PivIns.GET_SERIAL
"""What a program asks that knows such a key. An operating system that has found a card selects the application and
reads data objects by itself, and launches nothing by that. Told once of each computer."""

CHANGING: Final = frozenset({PivIns.PUT_DATA, PivIns.RESET})
"""After which a certificate may be there, or no more."""

REFUSED: Final = PivStatus.CONDITIONS_NOT_SATISFIED.to_bytes(2, "big")
BLOCKED: Final = PivStatus.BLOCKED.to_bytes(2, "big")
BROKEN: Final = PivStatus.MEMORY_FAILURE.to_bytes(2, "big")


class KeyLink:
    """A `Source` of what the table is to know. Every cable event and every step that was done comes by here."""

    def __init__(
        self,
        cable: UsbCable,
        vault: Vault,
        worker: CardWorker,
        clock: Clock,
        manner: KeyManner | None = None,
    ) -> None:
        manner = manner or KeyManner()
        self.pad = TypingPad()
        self._cable, self._vault, self._worker, self._clock = cable, vault, worker, clock
        self._mode = manner.mode
        self._sentences = SentenceShelf(manner.bank)
        self._updates = manner.updates or UpdateDesk()
        self._interface = CcidInterface(manner.pin_support)
        self._applet = PivApplet(vault)
        self._job: Job | None = None
        self._ticket = 0
        self._met = True
        self._extend_at: Millis | None = None
        self._told: deque[Event] = deque()

    # A Source

    def start(self, notify: Notify) -> None:
        """A store that cannot be used is said at once: nobody need plug the key in for that."""
        try:
            self._vault.read_object(CERTIFICATE)
        except VaultError:
            self._told.append(own.StoreBroken(self._clock.now()))

    def next_due(self) -> Millis | None:
        """When the computer is to be kept patient, or the glass told that the card is at work."""
        if self._told:
            return self._told[0].at
        job = self._job
        busy_at = job.begun + BUSY_AFTER if job is not None and self._may_tell_busy(job) else None
        return min((moment for moment in (self._extend_at, busy_at) if moment is not None), default=None)

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """What the table is to know."""
        job = self._job
        if self._extend_at is not None and now >= self._extend_at:
            self._extend_at = now + EXTEND_EVERY
            self._act(now, self._interface.extend_time())
        if job is not None and self._may_tell_busy(job) and now >= job.begun + BUSY_AFTER:
            job.told_busy = True
            self._told.append(own.CardBusy(now))
        told = tuple(self._told)
        self._told.clear()
        return told

    def close(self) -> None:
        """Nothing is typed or waited for any more."""
        self.release()

    @property
    def stuck_at(self) -> Millis | None:
        """From when on the card counts as stuck; None while it does not work."""
        job = self._job
        return job.begun + STUCK_AFTER if job is not None and job.working else None

    # From the cable and the worker

    def hear_part(self, event: Event) -> bool:
        """True for an event that is for this link alone, which it has then dealt with."""
        handler = HEARD.get(type(event))
        if handler is None:
            return False
        handler(self, event)
        return True

    def _come(self, event: CableUp) -> None:
        self._leave_host(event.at)
        self._told.append(own.HostCame(event.at))
        self._met = False
        self._look_for_certificate(event.at)

    def _go(self, event: CableDown) -> None:
        self._leave_host(event.at)
        self._told.append(own.HostLeft(event.at))

    def _leave_host(self, at: Millis) -> None:
        self._give_up(at, self._interface.host_gone())

    def _give_up(self, at: Millis, acts: ccid.Acts) -> None:
        """Nothing that was typed, proved, begun or handed over is any computer's from now on."""
        self._sentences.forget()
        self.pad.wipe()
        self._act(at, acts)
        self._worker.do_step(self._next_ticket(), self._updates.leave_host)

    def _take_packet(self, event: PacketCame) -> None:
        self._act(event.at, self._interface.take_packet(event.packet, event.size))

    def _take_abort(self, event: AbortCame) -> None:
        self._act(event.at, self._interface.take_abort(event.slot, event.sequence))

    def _eject(self, event: DriveEjected) -> None:
        """The computer has let go: the card is out of its reader, and in it again when the cable is next put in."""
        self._give_up(event.at, self._interface.take_card_out())
        self._told.append(own.RemovalAllowed(event.at))

    def _end_step(self, event: StepDone) -> None:
        job = self._job
        if job is None or event.ticket != job.ticket:
            return
        job.working = False
        match event.outcome:
            case AskConsent() as asked:
                self._told.append(own.ConsentWanted(event.at, self._sentences.phrase_question(asked, event.at)))
            case bytes() as response:
                self._end_job(job, response, event.at)
            case int() as tries:
                self._want_digits(job, tries, event.at)
            case VaultError():
                self._end_job(job, BROKEN, event.at)
            case Exception() as error:
                raise error

    # What the interface wants done

    def _act(self, at: Millis, acts: ccid.Acts) -> None:
        for act in acts:
            ACTED[type(act)](self, act, at)

    def _send_reply(self, act: ccid.SendReply, _at: Millis) -> None:
        self._cable.send_reply(act.raw)

    def _power_card(self, _act: ccid.PowerCard, at: Millis) -> None:
        self._begin(at, self._power_up)

    def _power_up(self) -> bytes:
        self._updates.forget_chain()
        self._applet.forget()
        return answer_to_reset()

    def _cut_power(self, _act: ccid.CutPower, _at: Millis) -> None:
        self._worker.do_step(self._next_ticket(), self._applet.forget)

    def _exchange(self, act: ccid.ExchangeApdu, at: Millis) -> None:
        response = self._sentences.answer_command(act.apdu, at)
        if response is None and self._mode is PinMode.KEYPAD and carries_digits(act.apdu):
            response = REFUSED
        if response is not None:
            self._act(at, self._interface.finish_block(response))
            return
        update = self._updates.takes_command(act.apdu)
        steps = self._updates.exchange(act.apdu) if update else self._applet.exchange(act.apdu)
        job = self._begin(at, partial(advance_steps, steps))
        job.steps = steps
        job.ins = act.apdu[1] if len(act.apdu) > 1 and not update else 0
        if job.ins == KNOWS_THE_KEY and not self._met:
            self._met = True
            self._told.append(own.LauncherMet(at))

    def _enter_pin(self, act: ccid.EnterPin, at: Millis) -> None:
        plan = plan_request(act.request)
        if plan is None:
            self._act(at, self._interface.fail_job(CcidFault.NOT_SUPPORTED))
            return
        self.pad.begin_entry(plan, min(act.request.timeout_s * 1000 or USUAL_PATIENCE, LONGEST_PATIENCE))
        self._begin(at, partial(count_tries, self._vault, plan.reference)).plan = plan

    def _drop_job(self, _act: ccid.DropJob, at: Millis) -> None:
        job, self._job = self._job, None
        self._extend_at = None
        self.pad.wipe()
        if job is not None:
            if job.steps is not None:
                self._worker.do_step(self._next_ticket(), job.steps.close)
            self._told.append(own.JobDropped(at))

    # What the table wants done

    def present_digits(self, at: Millis) -> Event | None:
        """The card's command with all that was typed, which is wiped by that."""
        job = self._job
        if job is None or job.plan is None:
            return None
        if not self.pad.agrees:
            return own.DigitsDiffer(at)
        command = self.pad.take_command(job.plan)
        job.steps = self._applet.exchange(bytes(command))
        command[:] = bytes(len(command))
        self._continue(job, partial(advance_steps, job.steps))
        return None

    def end_entry(self, at: Millis, *, in_time: bool) -> None:
        """Nothing comes: called off, or not typed in time."""
        self.pad.wipe()
        self._forget_job()
        fault = CcidFault.PIN_CANCELLED if in_time else CcidFault.PIN_TIMEOUT
        self._act(at, self._interface.fail_job(fault))

    def decide(self, *, agreed: bool) -> None:
        """What the person says to the card's question."""
        job = self._job
        if job is not None and job.steps is not None and not job.working:
            self._continue(job, partial(decide_steps, job.steps, agreed))

    def release(self) -> None:
        """Wipe what is typed; the card forgets what was proved. Never raises."""
        self.pad.wipe()
        self._forget_job()
        self._sentences.forget()
        self._applet.forget()

    # Jobs

    def _begin(self, at: Millis, step: Callable[[], object]) -> Job:
        self._job = job = Job(self._next_ticket(), at)
        self._extend_at = at + EXTEND_EVERY
        self._worker.do_step(job.ticket, step)
        return job

    def _continue(self, job: Job, step: Callable[[], object]) -> None:
        job.working, job.begun = True, self._clock.now()
        self._worker.do_step(job.ticket, step)

    def _end_job(self, job: Job, response: bytes, at: Millis) -> None:
        self._forget_job()
        if job.plan is not None:
            self._told.append(judge_response(job.plan, response, at))
        elif job.told_busy:
            self._told.append(own.CardIdle(at))
        self._told.extend(self._updates.take_events(at))
        if response == BROKEN:
            self._told.append(own.StoreBroken(at))
        finish = (
            self._interface.finish_power if job.steps is None and job.plan is None else self._interface.finish_block
        )
        self._act(at, finish(response))
        if job.ins in CHANGING:
            self._look_for_certificate(at)

    def _want_digits(self, job: Job, tries: int, at: Millis) -> None:
        """To be typed, where a try is left."""
        assert job.plan is not None
        if tries:
            self._told.append(own.PinWanted(at, job.plan.entry, tries, self.pad.patience))
            return
        self._end_job(job, BLOCKED, at)

    def _forget_job(self) -> None:
        self._job = self._extend_at = None

    def _may_tell_busy(self, job: Job) -> bool:
        """A PIN entry has a screen of its own."""
        return job.working and job.plan is None and not job.told_busy

    def _look_for_certificate(self, at: Millis) -> None:
        try:
            there = self._vault.read_object(CERTIFICATE) is not None
        except VaultError:
            self._told.append(own.StoreBroken(at))
            return
        self._told.append(own.CertificateKnown(at, there))

    def _next_ticket(self) -> int:
        self._ticket += 1
        return self._ticket


HEARD: Final[dict[type[Event], Callable[[KeyLink, Any], None]]] = {
    CableUp: KeyLink._come,
    CableDown: KeyLink._go,
    PacketCame: KeyLink._take_packet,
    AbortCame: KeyLink._take_abort,
    DriveEjected: KeyLink._eject,
    StepDone: KeyLink._end_step,
}

ACTED: Final[dict[type[ccid.Act], Callable[[KeyLink, Any, Millis], None]]] = {
    ccid.SendReply: KeyLink._send_reply,
    ccid.PowerCard: KeyLink._power_card,
    ccid.CutPower: KeyLink._cut_power,
    ccid.ExchangeApdu: KeyLink._exchange,
    ccid.EnterPin: KeyLink._enter_pin,
    ccid.DropJob: KeyLink._drop_job,
}
