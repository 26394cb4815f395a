"""The launcher's window, by the tkinter of Python's library: small, and while the browser is there a key in the corner
of the screen, whose menu is what a tray would offer. Tk has no tray of its own."""

import queue
import tkinter as tk
from collections.abc import Callable
from functools import partial
from tkinter import ttk
from typing import Final

from launcher.course.events import ChoiceMade, FormSent, LaunchEvent, TrayChosen
from launcher.view import FormField, KeyPicture, LaunchView
from launcher.words.sentences import LauncherSentences

WIDTH: Final = 440
LOOK_EVERY_MS: Final = 50
CORNER: Final = 56
HIDDEN: Final = frozenset({FormField.CODE, FormField.PIN})

PAPER, INK, RED, GREY, LIGHT = "#ffffff", "#1a1a1a", "#c8102e", "#8a8f98", "#2e7d32"


class TkWindow:
    """See LauncherWindow. Views and orders come from any thread and are taken by Tk's own."""

    def __init__(self, words: LauncherSentences) -> None:
        self._words = words
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._send: Callable[[LaunchEvent], None] = lambda _event: None
        self.root = tk.Tk()
        self.root.title(words.title)
        self.root.resizable(width=False, height=False)
        self.root.configure(background=PAPER)
        self.root.protocol("WM_DELETE_WINDOW", self.root.iconify)
        self._picture = tk.Canvas(self.root, width=WIDTH, height=90, background=PAPER, highlightthickness=0)
        self._sentence = self._add_label(14, "bold")
        self._hint = self._add_label(10)
        self._row = self._add_label(10)
        self._form = tk.Frame(self.root, background=PAPER)
        self._bar = ttk.Progressbar(self.root, length=WIDTH - 40, maximum=100)
        self._buttons = tk.Frame(self.root, background=PAPER)
        self._entries: dict[FormField, tk.Entry] = {}
        self._shown: LaunchView | None = None
        self._corner = self._make_corner()
        for part in (self._picture, self._sentence, self._hint, self._row, self._form, self._bar, self._buttons):
            part.pack(padx=20, pady=6, fill="x")

    def show_view(self, view: LaunchView) -> None:
        """See LauncherWindow."""
        self._orders.put(lambda: self._show(view))

    def copy_text(self, text: str) -> None:
        """See LauncherWindow."""
        self._orders.put(lambda: self._copy(text))

    def run_window(self, send: Callable[[LaunchEvent], None]) -> None:
        """See LauncherWindow."""
        self._send = send
        self.take_orders()
        self.root.mainloop()

    def close_window(self) -> None:
        """See LauncherWindow."""
        self._orders.put(self.root.quit)

    def take_orders(self) -> None:
        """What came from other threads, now and then."""
        while not self._orders.empty():
            self._orders.get()()
        self.root.after(LOOK_EVERY_MS, self.take_orders)

    # What is seen

    def _show(self, view: LaunchView) -> None:
        before, self._shown = self._shown, view
        self._sentence.configure(text=view.sentence)
        self._hint.configure(text=view.hint)
        told = f"{self._words.cause} {view.cause}\n{self._words.cure} {view.cure}" if view.cause else ""
        self._row.configure(text=told)
        draw_key(self._picture, view.picture, WIDTH // 2 - 110, 10)
        self._show_bar(view)
        if before is None or before.fields != view.fields:
            self._show_form(view)
        if before is None or (before.buttons, before.fields) != (view.buttons, view.fields):
            self._show_buttons(view)
        self._show_corner(view)

    def _show_bar(self, view: LaunchView) -> None:
        self._bar.stop()
        if view.busy or view.percent is not None:
            self._bar.pack(padx=20, pady=6, fill="x", before=self._buttons)
        else:
            self._bar.pack_forget()
        if view.percent is not None:
            self._bar.configure(mode="determinate", value=view.percent)
        elif view.busy:
            self._bar.configure(mode="indeterminate")
            self._bar.start(20)

    def _show_form(self, view: LaunchView) -> None:
        for child in self._form.winfo_children():
            child.destroy()
        self._entries = {}
        self._form.configure(height=1)  # an empty frame keeps the height that it had
        for row, (field, label) in enumerate(view.fields):
            name = tk.Label(self._form, text=label, background=PAPER, foreground=INK, anchor="w")
            name.grid(row=row, column=0, sticky="w", pady=3)
            entry = tk.Entry(self._form, width=26, show="•" if field in HIDDEN else "")
            entry.grid(row=row, column=1, padx=10, pady=3)
            entry.bind("<Return>", lambda _event: self._send_form())
            self._entries[field] = entry
        if self._entries:
            next(iter(self._entries.values())).focus_set()

    def _show_buttons(self, view: LaunchView) -> None:
        for child in self._buttons.winfo_children():
            child.destroy()
        self._buttons.configure(height=1)
        if view.fields:
            self._add_button(self._words.send, self._send_form)
        for choice, label in view.buttons:
            self._add_button(label, partial(self._tell, ChoiceMade(choice)))

    def _show_corner(self, view: LaunchView) -> None:
        menu: tk.Menu = self._corner.menu
        menu.delete(0, "end")
        for item, label in view.tray:
            menu.add_command(label=label, command=partial(self._tell, TrayChosen(item)))
        if view.hidden:
            self.root.withdraw()
            x, y = self.root.winfo_screenwidth() - CORNER - 8, self.root.winfo_screenheight() - CORNER - 48
            self._corner.geometry(f"{CORNER}x{CORNER}+{x}+{y}")
            self._corner.deiconify()
            self._corner.lift()
        else:
            self._corner.withdraw()
            self.root.deiconify()

    # What is done there

    def _send_form(self) -> None:
        typed = {field: entry.get() for field, entry in self._entries.items()}
        for field in HIDDEN & self._entries.keys():
            self._entries[field].delete(0, "end")
        self._tell(FormSent(*(typed.get(field, "") for field in FormField)))

    def _tell(self, event: LaunchEvent) -> None:
        self._send(event)

    def _copy(self, text: str) -> None:
        self.root.clipboard_clear()
        self.root.clipboard_append(text)
        self._hint.configure(text=self._words.copied)

    # Parts

    def _add_label(self, size: int, weight: str = "normal") -> tk.Label:
        font = ("TkDefaultFont", size, weight)
        return tk.Label(
            self.root, font=font, wraplength=WIDTH, justify="left", anchor="w", background=PAPER, foreground=INK
        )

    def _add_button(self, label: str, command: Callable[[], None]) -> None:
        ttk.Button(self._buttons, text=label, command=command).pack(side="right", padx=4)

    def _make_corner(self) -> "CornerKey":
        corner = CornerKey(self.root)
        corner.withdraw()
        return corner


def open_tk_window(words: LauncherSentences) -> TkWindow:
    """Raises RuntimeError where there is no display to be had."""
    try:
        return TkWindow(words)
    except tk.TclError as error:
        raise RuntimeError(str(error)) from None


class CornerKey(tk.Toplevel):
    """The key in the corner of the screen: a menu at either button of the mouse, and from the keyboard."""

    def __init__(self, root: tk.Tk) -> None:
        super().__init__(root)
        self.overrideredirect(boolean=True)
        self.attributes("-topmost", 1)
        self.menu = tk.Menu(self, tearoff=False)
        sign = tk.Canvas(self, width=CORNER, height=CORNER, background=RED, highlightthickness=0)
        sign.create_rectangle(14, 22, 34, 34, fill=PAPER, outline="")
        sign.create_rectangle(34, 25, 44, 31, fill=PAPER, outline="")
        sign.pack()
        for gesture in ("<Button-1>", "<Button-3>"):
            sign.bind(gesture, lambda event: self.menu.tk_popup(event.x_root, event.y_root))


def draw_key(canvas: tk.Canvas, picture: KeyPicture, left: int, top: int) -> None:
    """The key and its port; a light where it is in, arrows where it is to come out."""
    canvas.delete("all")
    gap = 0 if picture in {KeyPicture.IN, KeyPicture.BUSY} else 36
    canvas.create_rectangle(left + 170, top, left + 220, top + 70, fill="#e4e7eb", outline=GREY)
    canvas.create_rectangle(left + 170, top + 24, left + 178, top + 46, fill=INK, outline="")
    at = left + 26 - gap
    canvas.create_rectangle(at, top + 12, at + 110, top + 58, fill=INK, outline="")
    canvas.create_rectangle(at + 110, top + 25, at + 144, top + 45, fill=GREY, outline="")
    canvas.create_rectangle(at + 12, top + 22, at + 70, top + 48, fill="#23395d", outline="")
    lights = {KeyPicture.IN: LIGHT, KeyPicture.BUSY: "#f9a825", KeyPicture.WRONG: RED}
    canvas.create_oval(at + 84, top + 29, at + 96, top + 41, fill=lights.get(picture, GREY), outline="")
    if picture is KeyPicture.LEAVING:
        canvas.create_line(left + 168, top + 64, left + 110, top + 64, arrow="last", width=3, fill=RED)
    if picture is KeyPicture.OUT:
        canvas.create_line(left + 110, top + 64, left + 168, top + 64, arrow="last", width=3, fill=LIGHT)
