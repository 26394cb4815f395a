"""systemd/reader.toml, which the installer puts into /etc: every setting with its default, each behind a `#`."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from device.config import Config, settings_of
from device.toml_file import to_toml
from docs.tools import made

HEAD = """\
# The reader's settings. Each stands here with its default: take the # away before one that you change.
# `sesame config check` reads this file and says what is wrong with it, `sesame config show` prints what is in force.
# After a change: sudo systemctl restart sesame-reader
"""
WIDTH = 110


def text() -> str:
    """What the file should be."""
    return HEAD + "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    section = ""
    for key, value, allowed, _ in settings_of(Config()):
        name, _, setting = key.partition(".")
        if name != section:
            yield f"\n[{name}]"
            section = name
        yield from (f"# {line}" for line in wrap(allowed, WIDTH))
        yield f"#{setting} = {f'0x{value:02X}' if setting == 'address' else to_toml(value)}"


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The file, beside docs/."""

    name: str = "../systemd/reader.toml"

    def stale(self) -> bool:
        """By its text."""
        path = made.DOCS / self.name
        return not path.exists() or path.read_text(encoding="utf-8") != text()

    def write(self) -> None:
        """Make it."""
        (made.DOCS / self.name).write_text(text(), encoding="utf-8")
