"""Firefox's own remote control (Marionette, protocol 3), as far as a test needs it: a length, a colon, JSON."""

import json
import socket
import time
from typing import Any

LIMIT_S = 90

ANSWER_PIN = """
globalThis.seen = [];
const answer = (subject) => {
  const dialog = subject.Dialog;
  globalThis.seen.push(dialog.args.promptType);
  if (dialog.args.promptType == "promptPassword") { dialog.ui.password1Textbox.value = arguments[0]; }
  dialog.ui.button0.disabled = false;
  dialog.ui.button0.click();
};
Services.obs.addObserver(answer, "common-dialog-loaded");
"""
"""Whoever sits at the computer: the PIN into every question for it. Nothing else reaches a modal window headless."""


class MarionetteError(Exception):
    """What Firefox has refused, such as a look at a page that is just going."""


class Marionette:
    """One session with the Firefox that listens at this port."""

    def __init__(self, port: int) -> None:
        self._socket = _connect(port)
        self._file = self._socket.makefile("rb")
        self._number = 0
        self._receive()
        self.call("WebDriver:NewSession", unhandledPromptBehavior="ignore")

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def call(self, name: str, **parameters: object) -> Any:  # noqa: ANN401 - JSON
        self._number += 1
        message = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._receive()
        if error is not None:
            raise MarionetteError(error)
        return result

    def inside(self, script: str, *words: str) -> Any:  # noqa: ANN401 - JSON
        """In Firefox itself."""
        self.call("Marionette:SetContext", value="chrome")
        try:
            return self.call("WebDriver:ExecuteScript", script=script, args=list(words), sandbox="system")["value"]
        finally:
            self.call("Marionette:SetContext", value="content")

    def on_page(self, script: str) -> Any:  # noqa: ANN401 - JSON
        return self.call("WebDriver:ExecuteScript", script=script, args=[])["value"]

    def until(self, text: str) -> str:
        """The page's text, once this is in it."""
        until = time.monotonic() + LIMIT_S
        while True:
            try:
                said = str(self.on_page("return location.href + ' ' + document.documentElement.textContent"))
            except MarionetteError as error:
                said = str(error)
            if text in said:
                return said
            assert time.monotonic() < until, said
            time.sleep(0.1)

    def _receive(self) -> Any:  # noqa: ANN401 - JSON
        size = b""
        while not size.endswith(b":"):
            byte = self._file.read(1)
            assert byte, "Firefox has gone"
            size += byte
        return json.loads(self._file.read(int(size[:-1])))


def _connect(port: int) -> socket.socket:
    until = time.monotonic() + LIMIT_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), LIMIT_S)
        except OSError:
            assert time.monotonic() < until, "Firefox does not listen"
            time.sleep(0.1)
