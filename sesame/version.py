"""The version, said once: setup.cfg reads it from here, and so does `sesame --version`."""

from typing import Final

VERSION: Final = "0.1.0"
