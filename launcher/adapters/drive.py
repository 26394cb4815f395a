"""The key's CD-ROM on Linux: unmounted by the desktop's service, then ejected."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

from launcher.troubles import LaunchError, LaunchTrouble

BY_LABEL: Final = Path("/dev/disk/by-label/E-SECURE")
CDROMEJECT, CDROM_LOCKDOOR = 0x5309, 0x5329
"""ioctls (linux/cdrom.h)."""
PATIENCE_S: Final = 20


class LinuxDrive:
    """See KeyDrive. A key without a drive (one in a virtual reader) has nothing to eject."""

    def __init__(self, device: Path = BY_LABEL) -> None:
        self._device = device

    def eject_disc(self) -> None:
        """See KeyDrive."""
        if not self._device.exists():
            return
        import fcntl  # noqa: PLC0415 - not on Windows

        self._unmount()
        try:
            handle = os.open(self._device, os.O_RDONLY | os.O_NONBLOCK)
            try:
                # udev's cdrom_id locks each disc that comes, so that the drive's own button asks first; a drive that is
                # locked refuses by a status, not by an error.
                with suppress(OSError):
                    fcntl.ioctl(handle, CDROM_LOCKDOOR, 0)
                refused = fcntl.ioctl(handle, CDROMEJECT)
            finally:
                os.close(handle)
        except OSError as error:
            raise self._in_use(error.strerror or "it does not answer") from None
        if refused:
            raise self._in_use("the drive is locked")

    @staticmethod
    def _in_use(why: str) -> LaunchError:
        return LaunchError(LaunchTrouble.CONFLICT, f"the key's drive cannot be ejected ({why}): close what uses it")

    def _unmount(self) -> None:
        """Where nobody has mounted it there is nothing to do, and ejecting says whether it is still in use."""
        program = shutil.which("udisksctl")
        if program is not None:
            command = [program, "unmount", "--no-user-interaction", "--block-device", str(self._device)]
            subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S)  # noqa: S603
