"""The key's CD-ROM on Linux: unmounted by the desktop's service, then ejected."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from launcher.troubles import LaunchError, LaunchTrouble

BY_LABEL: Final = Path("/dev/disk/by-label/E-SECURE")
CDROMEJECT: Final = 0x5309
"""ioctl (linux/cdrom.h)."""
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
                fcntl.ioctl(handle, CDROMEJECT)
            finally:
                os.close(handle)
        except OSError as error:
            raise LaunchError(
                LaunchTrouble.CONFLICT, f"the key's drive cannot be ejected ({error.strerror}): close what uses it"
            ) from None

    def _unmount(self) -> None:
        """Where nobody has mounted it there is nothing to do, and ejecting says whether it is still in use."""
        program = shutil.which("udisksctl")
        if program is not None:
            command = [program, "unmount", "--no-user-interaction", "--block-device", str(self._device)]
            subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S)  # noqa: S603
