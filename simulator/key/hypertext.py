"""A page of the site as scripts use it: what it says, its links, its forms with their buttons (HTML standard, 4.10)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode

UNSEEN: Final = frozenset({"title", "style", "script", "head"})
BLOCKS: Final = frozenset(
    {"p", "h1", "h2", "h3", "li", "td", "th", "dt", "dd", "div", "label", "tr", "legend", "br"}
) | {"a", "button"}


@dataclass(slots=True)
class PageForm:
    """`fields`: by name, as they are filled; `buttons`: label, name and value of each."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict, repr=False)
    buttons: list[tuple[str, str, str]] = field(default_factory=list, repr=False)

    def encode_pressed(self, name: str, value: str) -> bytes:
        """What is sent when that button is pressed."""
        return urlencode({**self.fields, **({name: value} if name else {})}).encode()


@dataclass(frozen=True, slots=True)
class PageText:
    """`title`: the first heading; `says`: all that is read on it; `links`: label and address."""

    title: str
    says: str
    links: Sequence[tuple[str, str]]
    forms: Sequence[PageForm]

    def find_button(self, label: str) -> tuple[PageForm, str, str] | None:
        """The form with that button, and what the button sends."""
        for form in self.forms:
            for said, name, value in form.buttons:
                if said == label:
                    return form, name, value
        return None

    def find_link(self, label: str) -> str | None:
        """Where it leads."""
        return next((address for said, address in self.links if said == label), None)


def read_page(html: str) -> PageText:
    """Take a page apart."""
    reader = _PageReader()
    reader.feed(html)
    reader.close()
    says = " ".join("".join(reader.words).split())
    return PageText(" ".join(reader.title.split()), says, reader.links, reader.forms)


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[PageForm] = []
        self.title = ""
        self._unseen = 0
        self._heading = False
        self._label: list[str] | None = None
        self._pressed: tuple[str, str] = ("", "")
        self._leads = ""
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in UNSEEN:
            self._unseen += 1
        if tag in BLOCKS:
            self.words.append(" ")
        if tag == "h1":
            self._heading = True
        if tag == "form":
            self.forms.append(PageForm(given.get("method", "get").upper(), given.get("action", "")))
        if self.forms:
            self._take_field(tag, given)
        if tag in {"a", "button"}:
            self._label = []
            self._leads = given.get("href", "")
            self._pressed = given.get("name", ""), given.get("value", "")

    def _take_field(self, tag: str, given: dict[str, str]) -> None:
        """As it stands when the page comes."""
        fields = self.forms[-1].fields
        if tag == "input" and given.get("name"):
            fields[given["name"]] = given.get("value", "")
        if tag == "select":
            self._choice = given.get("name", "")
        if tag == "option" and self._choice and ("selected" in given or self._choice not in fields):
            fields[self._choice] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen -= 1
        if tag in BLOCKS:
            self.words.append(" ")
        if tag == "h1":
            self._heading = False
        if tag in {"a", "button"} and self._label is not None:
            said = " ".join("".join(self._label).split())
            if tag == "a":
                self.links.append((said, self._leads))
            elif self.forms:
                self.forms[-1].buttons.append((said, *self._pressed))
            self._label = None

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        self.words.append(data)
        if self._heading:
            self.title += data
        if self._label is not None:
            self._label.append(data)
