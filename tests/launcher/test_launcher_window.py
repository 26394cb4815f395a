"""The launcher's window on a virtual screen: what is on it, and what its buttons, fields and corner send."""

import os
import shutil
import subprocess
import tkinter as tk
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageGrab

from launcher.adapters.tk_window import TkWindow, open_tk_window
from launcher.course import events as ev
from launcher.course.state import LaunchPhase, LaunchState, PluggedKey
from launcher.troubles import LaunchTrouble
from launcher.view import make_view
from launcher.words import LAUNCHER_LANGUAGES

P = LaunchPhase
EN = LAUNCHER_LANGUAGES["en"]
KEY = PluggedKey(7, certified=False)
PICTURES = os.environ.get("SESAME_PICTURES")
"""Where pictures for the documents are put, if they are asked for (docs/tools/page_pictures.py)."""
SIGHTS = {
    "asking": LaunchState(P.ASKING, PluggedKey(7, certified=False, pad=True), inside=True),
    "updating": LaunchState(P.UPDATING, KEY, inside=True, percent=42),
    "trouble": LaunchState(P.TROUBLE, KEY, inside=True, trouble=LaunchTrouble.NOT_AGREED),
    "corner": LaunchState(P.CONNECTED, KEY, inside=True),
}


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """An X server of its own, which names its number itself."""
    program = shutil.which("Xvfb")
    assert program, "Debian: xvfb"
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", "1024x768x24", "-wr", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
        server.terminate()


@contextmanager
def opened(language: str) -> Iterator[TkWindow]:
    made = open_tk_window(LAUNCHER_LANGUAGES[language])
    try:
        yield made
    finally:
        made.root.destroy()


@pytest.fixture
def window(screen: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TkWindow]:
    monkeypatch.setenv("DISPLAY", screen)
    with opened("en") as made:
        yield made


def parts(root: tk.Misc) -> list[tk.Misc]:
    return [part for child in root.winfo_children() for part in (child, *parts(child))]


def texts(window: TkWindow) -> list[str]:
    return [str(part.cget("text")) for part in parts(window.root) if "text" in part.keys() and part.cget("text")]  # noqa: SIM118


def shown(window: TkWindow, state: LaunchState) -> list[str]:
    window.show_view(make_view(state, window._words))
    window.take_orders()
    window.root.update()
    return texts(window)


def cut_off(window: TkWindow) -> list[str]:
    """Words of the window that have less room than they need, or stand outside of it."""
    root = window.root
    right, bottom = root.winfo_rootx() + root.winfo_width(), root.winfo_rooty() + root.winfo_height()
    return [
        str(part)
        for part in parts(root)
        if part.winfo_viewable()
        and part.winfo_toplevel() is root
        and (
            part.winfo_width() < part.winfo_reqwidth()
            or part.winfo_height() < part.winfo_reqheight()
            or part.winfo_rootx() + part.winfo_width() > right
            or part.winfo_rooty() + part.winfo_height() > bottom
        )
    ]


def sight(window: TkWindow, screen: str) -> Image.Image:
    """The window as the screen has it; where only the key in the corner is there, that one with its menu open."""
    if window.root.state() == "withdrawn":
        corner = window._corner
        menu = corner.menu
        menu.tk_popup(corner.winfo_rootx() - menu.winfo_reqwidth() - 4, corner.winfo_rooty() - 8)
        window.root.update()
        whole = ImageGrab.grab(xdisplay=screen)
        box = (menu.winfo_rootx() - 40, min(menu.winfo_rooty(), corner.winfo_rooty()) - 20, *whole.size)
        menu.unpost()
        return whole.crop(box)
    at, root = (window.root.winfo_rootx(), window.root.winfo_rooty()), window.root
    return ImageGrab.grab((*at, at[0] + root.winfo_width(), at[1] + root.winfo_height()), xdisplay=screen)


def press(window: TkWindow, label: str) -> None:
    button = next(part for part in parts(window.root) if "text" in part.keys() and part.cget("text") == label)  # noqa: SIM118
    button.tk.call(str(button), "invoke")


def test_buttons_fields_bar_and_corner(window: TkWindow) -> None:
    sent: list[ev.LaunchEvent] = []
    window._send = sent.append
    assert "Connect your e-secure access key" in shown(window, LaunchState())
    shown(window, LaunchState(P.OFFERED, KEY, inside=True, offer="2"))
    press(window, "Update")
    press(window, "Cancel")
    assert sent == [ev.ChoiceMade(ev.LaunchChoice.UPDATE), ev.ChoiceMade(ev.LaunchChoice.CANCEL)]
    asking = shown(window, LaunchState(P.ASKING, KEY, inside=True))
    assert {"User ID", "Activation Code", "PIN of the key"} <= set(asking)
    for entry, typed in zip(window._entries.values(), ("MOREAU17", "7K3M", "123456"), strict=True):
        entry.insert(0, typed)
    assert [entry.cget("show") for entry in window._entries.values()] == ["", "•", "•"]
    press(window, "OK")
    assert sent[2:] == [ev.FormSent("MOREAU17", "7K3M", "123456")]
    assert [entry.get() for entry in window._entries.values()] == ["MOREAU17", "", ""], "no secret stays"
    shown(window, LaunchState(P.UPDATING, KEY, inside=True, percent=42))
    assert window._bar.cget("value") == 42
    shown(window, LaunchState(P.CONNECTED, KEY, inside=True))
    assert window.root.state() == "withdrawn"
    menu = window._corner.menu
    labels = [menu.entrycget(index, "label") for index in range((menu.index("end") or 0) + 1)]
    assert labels == ["Sogecash Net", "Remove the e-secure access key", "Quit"]
    menu.invoke(1)
    assert sent[3:] == [ev.TrayChosen(ev.TrayItem.REMOVE)]


def test_a_message_has_its_cause_its_cure_and_the_details(window: TkWindow) -> None:
    sent: list[ev.LaunchEvent] = []
    window._send = sent.append
    said = shown(window, LaunchState(P.TROUBLE, KEY, inside=True, trouble=LaunchTrouble.SERIAL))
    row = EN.troubles[LaunchTrouble.SERIAL]
    assert row.message in said
    assert f"Cause: {row.cause}\nSolution: {row.cure}" in said
    press(window, "Copy details for the helpdesk")
    assert sent == [ev.ChoiceMade(ev.LaunchChoice.COPY)]
    window.copy_text("the details")
    window.take_orders()
    assert window.root.clipboard_get() == "the details"


@pytest.mark.parametrize("language", LAUNCHER_LANGUAGES)
def test_no_word_is_cut_off_and_the_window_is_seen(
    screen: str, language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISPLAY", screen)
    folder = Path(PICTURES) if PICTURES else tmp_path
    with opened(language) as window:
        for name, state in SIGHTS.items():
            shown(window, state)
            assert cut_off(window) == [], name
            picture = sight(window, screen)
            assert len(picture.getcolors(1 << 20) or ()) > 2, f"{name}: nothing is drawn"
            picture.save(folder / f"branch-key-window-{name}-{language}.png")
        for trouble in LaunchTrouble:
            shown(window, LaunchState(P.TROUBLE, KEY, inside=True, trouble=trouble))
            assert cut_off(window) == [], trouble
            assert window.root.winfo_height() < window.root.winfo_screenheight()


def test_without_a_display_the_terminal_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":65000")
    with pytest.raises(RuntimeError):
        open_tk_window(EN)
