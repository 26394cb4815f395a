"""The launcher in a terminal: the same sentences, each choice a number, each field a line."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Final, TextIO

from launcher.adapters.windows import hide_typing
from launcher.course.events import ChoiceMade, FormSent, LaunchEvent, TrayChosen
from launcher.view import FormField, LaunchView
from launcher.words.sentences import LauncherSentences

WIDTH: Final = 30
SECRET: Final = frozenset({FormField.CODE, FormField.PIN})


class TerminalWindow:
    """See LauncherWindow. `source` and `sink` are the terminal's."""

    def __init__(self, words: LauncherSentences, source: TextIO | None = None, sink: TextIO | None = None) -> None:
        self._words = words
        self._source = source or sys.stdin
        self._sink = sink or sys.stdout
        self._lock = threading.RLock()
        self._view: LaunchView | None = None
        self._typed: dict[FormField, str] = {}
        self._shown: tuple[object, ...] = ()
        self._closed = threading.Event()
        self._broken: Exception | None = None

    def show_view(self, view: LaunchView) -> None:
        """See LauncherWindow. Only what changed is written."""
        with self._lock:
            said = (view.sentence, view.cause, view.cure, view.hint, view.fields, view.buttons, view.tray)
            self._view = view
            if said == self._shown:
                return
            if view.fields:
                self._typed = {}
            self._shown = said
            self._write(render_view(view, self._words))
            self._prompt()

    def copy_text(self, text: str) -> None:
        """See LauncherWindow: it is printed, to be taken from there."""
        self._write(text)

    def run_window(self, send: Callable[[LaunchEvent], None]) -> None:
        """See LauncherWindow. The end of the input ends nothing: whoever has no keyboard may look on. A terminal that
        is gone is the end. Raises OSError: nothing can be written to it."""
        threading.Thread(target=self._read_lines, args=(send,), daemon=True).start()
        self._closed.wait()
        if self._broken is not None:
            raise OSError(f"the terminal cannot be written to: {self._broken}") from self._broken

    def close_window(self) -> None:
        """See LauncherWindow."""
        self._closed.set()

    def _read_lines(self, send: Callable[[LaunchEvent], None]) -> None:
        while not self._closed.is_set():
            try:
                with hide_echo(self._source, self._field() in SECRET):
                    line = self._source.readline()
            except (OSError, ValueError):  # a terminal that hangs up, and a stream that was closed
                return
            if not line:
                return
            event = self._take_line(line.strip())
            if event is not None:
                send(event)

    def _take_line(self, line: str) -> LaunchEvent | None:
        with self._lock:
            field = self._field()
            if field is not None:
                self._typed[field] = line
                if self._field() is not None:
                    self._prompt()
                    return None
                typed, self._typed = self._typed, {}
                return FormSent(*(typed.get(each, "") for each in FormField))
            return _choose(self._view, line) if self._view is not None else None

    def _field(self) -> FormField | None:
        """What is to be typed next."""
        fields = self._view.fields if self._view is not None else ()
        return next((field for field, _ in fields if field not in self._typed), None)

    def _prompt(self) -> None:
        field = self._field()
        if field is not None and self._view is not None:
            self._write(dict(self._view.fields)[field] + ":")

    def _write(self, text: str) -> None:
        if not text or self._broken is not None:
            return
        try:
            self._sink.write(text + "\n")
            self._sink.flush()
        except (OSError, ValueError) as error:
            self._broken = error
            self._closed.set()


def render_view(view: LaunchView, words: LauncherSentences) -> str:
    """As lines: sentence, bar, hint, cause and cure, and what may be chosen by number."""
    lines = [view.sentence]
    if view.percent is not None:
        done = view.percent * WIDTH // 100
        lines.append(f"[{'#' * done}{' ' * (WIDTH - done)}]")
    lines += [line for line in (view.hint,) if line]
    if view.cause:
        lines += [f"{words.cause} {view.cause}", f"{words.cure} {view.cure}"]
    choices = [*(label for _, label in view.buttons), *(label for _, label in view.tray)]
    if choices and not view.fields:
        numbered = "  ".join(f"{number} {label}" for number, label in enumerate(choices, 1))
        lines.append(words.menu.format(choices=numbered))
    return "\n".join(lines)


def _choose(view: LaunchView, line: str) -> LaunchEvent | None:
    """By number: buttons first, then the tray's entries."""
    events: list[LaunchEvent] = [ChoiceMade(choice) for choice, _ in view.buttons]
    events += [TrayChosen(item) for item, _ in view.tray]
    return events[int(line) - 1] if line.isdecimal() and 0 < int(line) <= len(events) else None


@contextmanager
def hide_echo(source: TextIO, hidden: bool) -> Iterator[None]:
    """What is typed meanwhile is not seen, where the source is a terminal."""
    if not hidden or not source.isatty():
        yield
        return
    with (_hide_echo if find_spec("termios") else hide_typing)(source.fileno()):
        yield


@contextmanager
def _hide_echo(descriptor: int) -> Iterator[None]:
    import termios  # noqa: PLC0415 - not on Windows

    before = termios.tcgetattr(descriptor)
    quiet = list(before)
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
