"""The automatic way: a copy of the launcher, a user unit, and a udev rule, which only root may put in its place."""

import pkgutil
import shutil
from pathlib import Path
from typing import Final

from launcher.settings import SettingsError

UNIT: Final = "e-secure.service"
RULES: Final = "e-secure.rules"
RULES_PLACE: Final = Path("/etc/udev/rules.d/60-e-secure.rules")
FILE: Final = "e-secure.pyz"


def read_part(name: str) -> str:
    """One of the files beside this module."""
    return (pkgutil.get_data(__package__ or "launcher.linux", name) or b"").decode()


def install_for_user(own_file: Path | None, home: Path) -> tuple[Path, Path]:
    """The copy and the unit, below this home. Raises SettingsError."""
    if own_file is None:
        raise SettingsError("this is a checkout: make the launcher's file first (sesame key launcher)")
    copy = home / ".local/share/e-secure" / FILE
    unit = home / ".config/systemd/user" / UNIT
    try:
        for place in (copy, unit):
            place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(own_file, copy)
        copy.chmod(0o700)
        unit.write_text(read_part(UNIT), encoding="ascii")
    except OSError as error:
        raise SettingsError(f"{error.filename}: {error.strerror}") from None
    return copy, unit


def install_rules(place: Path = RULES_PLACE) -> bool:
    """The udev rule, where this is root's process; False where it is not."""
    try:
        place.write_text(read_part(RULES), encoding="ascii")
    except OSError:
        return False
    return True
