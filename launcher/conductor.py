"""Runs the course: events in, one at a time; what it asks for is done by jobs, whose results are events again."""

import hashlib
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Lock
from typing import Final

from launcher.card.piv_client import PivClient
from launcher.confirming.orders import confirm_order, read_order
from launcher.course import effects as fx
from launcher.course import events as ev
from launcher.course.state import LaunchPhase, LaunchState, PluggedKey
from launcher.course.table import step_launcher
from launcher.details import compose_details
from launcher.enrolling.est_client import EnrolmentForm, IssuingService, enrol_access_key
from launcher.enrolling.renewing import judge_renewal, renew_certificate
from launcher.ports import (
    Browser,
    CardReaders,
    KeyDrive,
    KeyMemory,
    LauncherFile,
    LauncherWindow,
    Net,
    SessionLock,
    Timer,
    UpdateSource,
)
from launcher.settings import LauncherSettings
from launcher.troubles import LaunchError, LaunchTrouble
from launcher.view import make_view
from launcher.words.sentences import LauncherSentences

Job = Callable[[], None]
LOOK_EVERY_MS: Final = 1_000
FAREWELL_S: Final = 3.0
"""How long the end of the launcher waits for the site to be told."""

LEAVING: Final = frozenset({LaunchPhase.REMOVING, LaunchPhase.REMOVABLE})
"""A key whose disc was ejected has no card, but stays in until somebody takes it out."""

BY_THE_ISSUER: Final = frozenset({LaunchTrouble.SSL, LaunchTrouble.REFUSED})
"""While a certificate is fetched these are the guide's row of the issuing service."""


@dataclass(frozen=True)
class LauncherPorts:
    """The computer. `run_job` does something beside, in a thread of its own or at once; `describe_computer` gives lines
    for the helpdesk; `read_clock` is the computer's, with its zone."""

    readers: CardReaders
    window: LauncherWindow
    browser: Browser
    net: Net
    updates: UpdateSource
    drive: KeyDrive
    memory: KeyMemory
    lock: SessionLock
    timer: Timer
    run_job: Callable[[Job], None]
    own_file: LauncherFile
    describe_computer: Callable[[], tuple[str, ...]]
    read_clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Progress:
    """Of one job: where it tells how far it is, and whether it is to go on."""

    stop: Event
    report: Callable[[ev.LaunchEvent], None]

    def advance(self, percent: int) -> bool:
        """See UpdateSource."""
        self.report(ev.UpdateAdvanced(percent))
        return not self.stop.is_set()


class Conductor:
    """One launcher. `language`: the code of the words. `by_hand`: nothing but a person has begun it."""

    def __init__(
        self,
        ports: LauncherPorts,
        settings: LauncherSettings,
        words: LauncherSentences,
        language: str = "en",
        *,
        by_hand: bool = False,
    ) -> None:
        self.state = LaunchState(by_hand=by_hand)
        self._ports = ports
        self._settings = settings
        self._words = words
        self._language = language
        self._reader = self._let_go = ""
        self._turn = 0
        self._stop = Event()
        self._farewell = ""
        self._told = Event()
        self._told.set()
        self._events: deque[tuple[int | None, ev.LaunchEvent]] = deque()
        self._busy = Lock()
        self.ended = Event()

    def begin(self) -> None:
        """Show where one is, look at the launcher's own file, take the lock, and look whether a key is in already."""
        self._show()
        try:
            self._ports.own_file.check_file()
            self._ports.lock.take_lock()
        except LaunchError as error:
            self.send(ev.StepFailed(error.trouble, error.detail))
            return
        self._ports.timer.call_after(30_000, self._of_this_turn(ev.TimePassed()))
        self.look_at_readers()

    def send(self, event: ev.LaunchEvent) -> None:
        """From any thread. What comes while another is worked on is next."""
        self._queue(None, event)

    def look_at_readers(self) -> None:
        """Tell the course whether a key came or went. Call it again whenever something may have changed."""
        try:
            reader = self._ports.readers.find_key(self._reader)
            was = self._reader or self._let_go
            leaves = was and not reader and self.state.phase in LEAVING and self._ports.readers.has_reader(was)
        except Exception as error:  # also what PC/SC's library does not document: whoever watches must not die of it
            if not isinstance(error, LaunchError):
                error = LaunchError(LaunchTrouble.MISSING, f"PC/SC: {type(error).__name__}")
            if self.state.phase is LaunchPhase.WAITING:
                self.send(ev.StepFailed(error.trouble, error.detail))
            return
        changed = was != reader or self._let_go
        self._reader, self._let_go = reader, was if leaves else ""
        if was and changed and not leaves:
            self.send(ev.KeyPulled())
        if reader and changed:
            self.send(ev.KeyPlugged())

    def look_for_order(self) -> None:
        """Tell the course whether the site has handed something over. Call it again as `look_at_readers`."""
        order = self._ports.browser.take_order()
        if order:
            self.send(ev.OrderCame(order))

    def watch_readers(self) -> None:
        """Until the end."""
        while not self.ended.is_set():
            try:
                self._ports.readers.wait_change(LOOK_EVERY_MS)
            except Exception:  # as in `look_at_readers`, which says it
                self.ended.wait(LOOK_EVERY_MS / 1000)
            self.look_at_readers()
            self.look_for_order()

    def close_down(self) -> None:
        """At the end of the launcher, whatever ended it: nothing stays open, here or on the site."""
        self._close_browser()
        self._told.wait(FAREWELL_S)
        self._ports.lock.release_lock()

    # One event after the other

    def _queue(self, turn: int | None, event: ev.LaunchEvent) -> None:
        self._events.append((turn, event))
        while self._events and self._busy.acquire(blocking=False):
            try:
                self._work_off()
            finally:
                self._busy.release()

    def _work_off(self) -> None:
        while self._events:
            turn, event = self._events.popleft()
            if turn is None or turn == self._turn:
                self._take(event)

    def _take(self, event: ev.LaunchEvent) -> None:
        before = self.state
        self.state, effects = step_launcher(before, event)
        if self.state.phase is not before.phase:
            self._turn += 1
        if self.state != before:
            self._show()
        for effect in effects:
            self._do(effect)

    def _show(self) -> None:
        self._ports.window.show_view(make_view(self.state, self._words))

    def _of_this_turn(self, event: ev.LaunchEvent) -> Job:
        turn = self._turn
        return lambda: self._queue(turn, event)

    # What is to be done

    def _do(self, effect: fx.LaunchEffect) -> None:
        match effect:
            case fx.WakeAfter(milliseconds):
                self._ports.timer.call_after(milliseconds, self._of_this_turn(ev.TimePassed()))
            case fx.StopUpdate():
                self._stop.set()
            case fx.CloseBrowser():
                self._close_browser()
            case fx.TellSite():
                self._bid_farewell()
            case fx.CopyDetails():
                computer = self._ports.describe_computer()
                self._ports.window.copy_text(compose_details(self.state, self._words, self._settings, computer))
            case fx.QuitLauncher():
                self.close_down()
                self.ended.set()
                self._ports.window.close_window()
            case _:
                self._begin_job(effect)

    def _begin_job(self, effect: fx.LaunchEffect) -> None:
        """Its results count as long as the phase is the one that it was begun in."""
        turn = self._turn
        stop = self._stop = Event()

        def work() -> None:
            try:
                done = self._perform(effect, _Progress(stop, lambda event: self._queue(turn, event)))
            except LaunchError as error:
                self._forget_reader(turn, error)
                done = ev.StepFailed(error.trouble, error.detail)
            except Exception as error:  # a job that dies silently would leave the window waiting
                done = ev.StepFailed(LaunchTrouble.INSTALLATION, f"{type(error).__name__} in {type(effect).__name__}")
            if done is not None:
                self._queue(turn, done)

        self._ports.run_job(work)

    def _forget_reader(self, turn: int, error: LaunchError) -> None:
        """A job may see that the key is gone before anybody has looked at the readers. Where it is in again by then,
        that look would find the same key as before, and say nothing."""
        if error.trouble is LaunchTrouble.PULLED and turn == self._turn:
            self._reader = ""

    def _perform(self, effect: fx.LaunchEffect, progress: "_Progress") -> ev.LaunchEvent | None:
        if not isinstance(effect, fx.ShowPage | fx.ReleaseKey):  # the way out is open, whatever is wrong
            self._ports.own_file.check_file()
        match effect:
            case fx.LookAtKey():
                return ev.KeyLooked(self._look_at_key())
            case fx.AskForUpdate():
                return self._ask_for_update()
            case fx.FetchUpdate():
                return self._fetch_update(progress)
            case fx.EnrolKey() | fx.RenewKey():
                return self._certify_key(effect)
            case fx.UnblockKey() | fx.ConfirmOrder() | fx.ShowPage() | fx.OpenBrowser():
                return self._use_key(effect)
        self._close_browser()
        self._ports.drive.eject_disc()
        return ev.KeyReleased()

    def _unblock_key(self) -> ev.LaunchEvent:
        with closing(self._ports.readers.open_key(self._reader)) as card:
            PivClient(card).unblock_pin()
        return ev.KeyUnblocked()

    def _use_key(self, effect: fx.UnblockKey | fx.ConfirmOrder | fx.ShowPage | fx.OpenBrowser) -> ev.LaunchEvent | None:
        """What is done with a key that has its certificate, or would have it."""
        match effect:
            case fx.UnblockKey():
                return self._unblock_key()
            case fx.ConfirmOrder():
                return self._confirm_order(effect)
            case fx.ShowPage(page):
                self._ports.browser.open_page(self._settings.site + page, lambda: self.send(ev.BrowserClosed()))
                return None
        return self._open_browser()

    def _open_browser(self) -> ev.LaunchEvent:
        """The site is told the hash of a secret with which, and with nothing else, the session of this browser can be
        ended: the session's own token is the browser's, and the launcher never sees it."""
        self._ports.net.reach_site(self._settings.site)
        self._farewell = self._farewell or secrets.token_hex(32)
        told = hashlib.sha256(self._farewell.encode()).hexdigest()
        page = f"{self._settings.site}/?launcher={told}"
        self._ports.browser.open_page(page, lambda: self.send(ev.BrowserClosed()))
        return ev.BrowserOpened()

    def _confirm_order(self, effect: fx.ConfirmOrder) -> ev.LaunchEvent:
        order = read_order(effect.order)
        card = self._ports.readers.open_key(self._reader)
        try:
            confirm_order(PivClient(card), self._ports.net, self._settings.site, order, effect.pin)
        finally:
            card.close()
        return ev.OrderConfirmed(order.page)

    def _close_browser(self) -> None:
        self._ports.browser.close_browser()
        self._bid_farewell()

    def _bid_farewell(self) -> None:
        """End the session on the site, beside whatever goes on. Where the site cannot be reached, its own time ends
        it: nobody is kept from taking the key out."""
        farewell, self._farewell = self._farewell, ""
        if not farewell:
            return
        self._told.clear()

        def tell() -> None:
            try:
                with suppress(LaunchError):
                    self._ports.net.ask_server(self._settings.site + "/farewell", farewell.encode())
            finally:
                self._told.set()

        self._ports.run_job(tell)

    def _look_at_key(self) -> PluggedKey:
        self._ports.lock.take_lock()
        card = self._ports.readers.open_key(self._reader)
        try:
            key = PivClient(card)
            serial = key.read_serial()
            certified = bool(key.read_certificate())
            renewal, days = judge_renewal(key, self._ports.read_clock())
            facts = PluggedKey(serial, certified, card.has_pad, renewal=renewal, days=days)
        finally:
            card.close()
        known = self._ports.memory.knows_key(serial)
        self._ports.memory.remember_key(serial)
        return replace(facts, known=known)

    def _ask_for_update(self) -> ev.LaunchEvent:
        """Where nobody can say, one goes on: the key works as it is."""
        card = self._ports.readers.open_key(self._reader)
        try:
            found = self._ports.updates.find_update(card, self.state.key.version if self.state.key else "")
        except LaunchError as error:
            if error.trouble is LaunchTrouble.PULLED:
                raise
            return ev.NothingNewer()
        finally:
            card.close()
        return ev.UpdateOffered(found) if found else ev.NothingNewer()

    def _fetch_update(self, progress: "_Progress") -> ev.LaunchEvent | None:
        card = self._ports.readers.open_key(self._reader)
        try:
            whole = self._ports.updates.fetch_update(card, progress.advance)
        finally:
            card.close()
        return ev.UpdateCompleted() if whole else None

    def _certify_key(self, effect: fx.EnrolKey | fx.RenewKey) -> ev.LaunchEvent:
        card = self._ports.readers.open_key(self._reader)
        service = IssuingService(self._ports.net, self._settings.site, self._ports.memory, self._language)
        try:
            if isinstance(effect, fx.RenewKey):
                renew_certificate(PivClient(card), service, effect.pin)
            else:
                enrol_access_key(PivClient(card), service, EnrolmentForm(effect.user, effect.code, effect.pin))
        except LaunchError as error:
            if error.trouble in BY_THE_ISSUER:
                raise LaunchError(LaunchTrouble.ISSUER, str(error)) from error
            raise
        finally:
            card.close()
        return ev.CertificateStored()
