"""Our device-tree overlays, compiled and tried on each tree that is on the card."""

from pathlib import Path

from image.firmware import OVERLAYS
from image.shell import ROOT, ImageError, run_program

SOURCES = ROOT / "image/overlays"

BUS, USB = "/soc/i2c@7e804000", "/soc/usb@7e980000"

WANTED = {
    "sesame-i2c": ((BUS, "clock-frequency", "400000"), (BUS, "status", "okay"), ("/aliases", "i2c1", BUS)),
    "sesame-gadget": ((USB, "dr_mode", "peripheral"),),
}
"""Overlay -> node, property and value that a tree has once it is applied."""


def compile_overlays(folder: Path, sources: Path = SOURCES) -> list[Path]:
    """The compiled overlays, in a folder. Raises ImageError with dtc's words."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in OVERLAYS:
        out = folder / f"{name}.dtbo"
        said = run_program(["dtc", "-@", "-q", "-I", "dts", "-O", "dtb", "-o", out, sources / f"{name}.dts"])
        made.append(out)
        if said:
            raise ImageError(f"{name}: {said}")
    return made


def check_overlay(overlay: Path, tree: Path, work: Path) -> list[str]:
    """What is wrong with a tree to which an overlay was applied, one sentence each. `work`: a file to write."""
    try:
        run_program(["fdtoverlay", "-i", tree, "-o", work, overlay])
    except ImageError as error:
        return [f"{overlay.name} does not apply to {tree.name}: {error}"]
    return [
        f"{tree.name} with {overlay.name}: {node} {name} is {seen}, not {value}"
        for node, name, value in WANTED[overlay.stem]
        if (seen := _read_property(work, node, name)) != value
    ]


def _read_property(tree: Path, node: str, name: str) -> str:
    try:
        return run_program(["fdtget", tree, node, name]).strip()
    except ImageError:
        return "absent"
