"""Inside the machine: whoever sits before the Firefox that the launcher has opened. Prints what was seen, as JSON.

    python3 -m tests.vm.visit NUMBER CHOSEN OPENED PICTURES

NUMBER came by post, CHOSEN is the one from then on (alone where it was chosen before: `-` for NUMBER); OPENED is the
file with the page that the launcher has opened; PICTURES is a folder.
"""

import base64
import json
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.launcher import marionette
from tests.launcher.marionette import ANSWER_PIN, Marionette, MarionetteError

PORT = 2828
PATIENCE_S = 400.0
"""An emulated processor starts a browser slowly, and the person at the key presses OK now and then."""

USER = "MOREAU17"
TYPED = "Digits entered: {count} of 6"
PARTS = (
    "Re-enter the security number you received by post",
    "Enter your chosen security number (6 digits)",
    "Confirm your chosen security number",
)
PRESS = """
const wanted = arguments[0];
const all = [...document.querySelectorAll("main button, main a, nav a, header button, button, a")];
const found = all.find((each) => each.textContent.trim() === wanted);
if (!found) { return "no " + wanted; }
found.click();
return "";
"""
FILL = """
for (const [name, value] of Object.entries(arguments[0])) {
  document.querySelector(`input[name=${name}]`).value = value;
}
"""


FIRST_ACCOUNT = """
const section = document.querySelector("main section");
return [...section.querySelectorAll("h2, .iban")].map((each) => each.textContent.trim()).join(" ");
"""


@dataclass
class Visit:
    """One sitting."""

    firefox: Marionette
    pictures: Path
    address: str

    def press(self, name: str, then: str) -> str:
        """A button or a link; and what the next page says."""
        self._until_done(lambda: self._script(PRESS, name))
        return self.firefox.until(then)

    def fill(self, **values: str) -> None:
        """Fields by their names."""
        self._script(FILL, values)

    def enter(self, number: str, then: str) -> None:
        """On the virtual keyboard."""
        for count, digit in enumerate(number, 1):
            self.press(digit, TYPED.format(count=count))
        self.press("Confirm", then)

    def take_picture(self, name: str) -> None:
        """Of the page, once its style is there."""
        self._until_done(lambda: self._script("return document.readyState === 'complete' ? '' : 'it is not whole'"))
        shot = self.firefox.call("WebDriver:TakeScreenshot", full=False)["value"]
        (self.pictures / f"{name}.png").write_bytes(base64.b64decode(shot))

    def _script(self, script: str, *words: object) -> object:
        return self.firefox.call("WebDriver:ExecuteScript", script=script, args=list(words))["value"]

    @staticmethod
    def _until_done(look: Callable[[], object]) -> None:
        """A page that is just going answers with an error, or has not got it yet."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                said = look()
            except MarionetteError as error:
                said = str(error)
            if not said:
                return
            if time.monotonic() > until:
                raise SystemExit(f"{said}")
            time.sleep(0.2)


def main(number: str, chosen: str, opened: str, pictures: str) -> None:
    """The guide's steps 7 to 11, or 2.4."""
    marionette.LIMIT_S = int(PATIENCE_S)
    with closing(Marionette(PORT)) as firefox:
        address = Path(opened).read_text().strip()
        # The pad asks for the PIN: Firefox shows a notice, which whoever sits there answers with OK.
        firefox.inside(ANSWER_PIN, "")
        visit = Visit(firefox, Path(pictures), address)
        # The page that meets the question comes back empty, or as an error: once more, and no more.
        with suppress(MarionetteError):
            firefox.call("WebDriver:Navigate", url=f"{address}en/")
        firefox.call("WebDriver:Navigate", url=f"{address}en/")
        firefox.until("User ID")
        visit.take_picture("home")
        visit.fill(user=USER)
        visit.press("Access with certificate", "Digits entered: 0 of 6")
        visit.take_picture("number")
        if number == "-":
            visit.enter(chosen, "Your Sogecash Net accounts")
        else:
            personalise(visit, number, chosen)
        said = to_the_accounts(visit)
        asked = firefox.inside("return globalThis.seen")
    sys.stdout.write(json.dumps({"address": address, "accounts": said, "asked": asked}) + "\n")


def personalise(visit: Visit, number: str, chosen: str) -> None:
    """The first time."""
    visit.enter(number, PARTS[0])
    visit.enter(number, PARTS[1])
    visit.enter(chosen, PARTS[2])
    visit.enter(chosen, "Enter your details")
    visit.fill(holder="Dominique Moreau", email="d.moreau@example.org", telephone="06 39 98 00 17")
    visit.press("Confirm", "Your certificate has been registered")
    visit.take_picture("registered")
    visit.press("Access your transactions", "Your Sogecash Net accounts")


def to_the_accounts(visit: Visit) -> str:
    """By the navigation bars; what the page says."""
    visit.press("Your Sogecash Net accounts", "Payments")
    visit.press("+ Accounts", "Balances and movements")
    visit.press("Balances and movements", "Balance :")
    visit.take_picture("accounts")
    return str(visit.firefox.on_page(FIRST_ACCOUNT))


if __name__ == "__main__":
    main(*sys.argv[1:])
