"""Probes of a machine that is an access key: its USB side in the kernel, and its store. They change nothing.

Source: Documentation/usb/gadget_configfs.rst; ABI/stable/sysfs-class-udc (state).
"""

from collections.abc import Iterator
from typing import Final

from device.config import Config
from device.selftest.findings import Finding
from device.selftest.ports import DeviceAccess, World
from sesame_core.piv.vault import VaultError

USB, STORE = "key usb", "key store"
GADGET: Final = "/sys/kernel/config/usb_gadget/esecure"
CONTROLLERS: Final = "/sys/class/udc"
KEPT: Final = "/var/lib/sesame-key/key"
PARTS: Final = ("device", "digits", "keys")
"""Of a store that is whole; none of them before the first start."""

ASK_TPM: Final = "see what is said of the TPM"

RAISE: Final = "systemctl status sesame-key says why; by hand: sudo sesame key gadget up"


def is_key(world: World, config: Config) -> bool:
    """Whether this machine is meant to be one: it has a USB number, or the device is there."""
    return bool(config.key.usb_vendor) or bool(world.list_folder(GADGET))


def probe_usb(world: World, config: Config) -> Iterator[Finding]:
    """The controller, the composite device, the computer at the other end."""
    controllers = world.list_folder(CONTROLLERS)
    if not controllers:
        cure = "put dtoverlay=dwc2,dr_mode=peripheral into /boot/firmware/config.txt and restart: docs/esecure.md"
        yield Finding.failed(USB, "this machine has no USB port that can be a device", cure)
    elif not config.key.usb_vendor:
        yield Finding.failed(USB, "the key has no USB number", "set usb_vendor and usb_product below [key]")
    elif not world.list_folder(GADGET):
        yield Finding.failed(USB, "the composite device was not raised", RAISE)
    else:
        yield _look_at_line(world, controllers[0])


def _look_at_line(world: World, controller: str) -> Finding:
    bound = world.read_value(f"{GADGET}/UDC")
    if not bound:
        return Finding.failed(USB, f"the device is raised, and not bound to {controller}", RAISE)
    state = world.read_value(f"{CONTROLLERS}/{bound}/state")
    if state == "configured":
        return Finding.good(USB, f"bound to {bound}; a computer has configured it")
    cure = "a cable with data lines, in the port that is the device; another port of the computer; its docking station"
    return Finding.warning(USB, f"bound to {bound}, and no computer has configured it ({state or 'no state'})", cure)


def probe_store(world: World, config: Config) -> Iterator[Finding]:
    """Whether every part is there, and opens."""
    if world.access(KEPT) is DeviceAccess.DENIED:
        yield Finding.left_out(STORE, "only the key's own user may look", "sudo -u sesame sesame doctor")
        return
    there = world.list_folder(KEPT)
    gone = [part for part in PARTS if part not in there]
    if len(gone) == len(PARTS):
        yield _look_for_none(world)
    elif gone:
        cure = "put them back from a copy of this key's; else the key is to be replaced: the bank gives a new one out"
        yield Finding.failed(STORE, f"parts of the key are gone: {', '.join(gone)}", cure)
    elif config.key.sealing == "tpm" and not _may_ask_tpm(world, config.key.tpm):
        yield Finding.left_out(STORE, "every part is there; without the TPM none can be opened", ASK_TPM)
    else:
        yield _open_store(world, config)


def _look_for_none(world: World) -> Finding:
    """A folder that the disk does not give looks empty, too."""
    try:
        world.open_store(KEPT).read_part(PARTS[0])
    except VaultError as error:
        return Finding.of_error(STORE, error)
    return Finding.good(STORE, "there is no key yet: the first start makes one")


def _may_ask_tpm(world: World, tpm: str) -> bool:
    return bool(tpm) and world.access(tpm) is DeviceAccess.GRANTED


def _open_store(world: World, config: Config) -> Finding:
    """What is opened is dropped at once, and nothing of it is told."""
    from drivers.updates.memory import UPDATES_PART  # noqa: PLC0415 - a reader needs no cryptography
    from drivers.vault.opening import check_parts  # noqa: PLC0415 - as above
    from drivers.vault.secret_sealer import FileSealer, SecretMedium  # noqa: PLC0415 - as above
    from drivers.vault.tpm_sealer import TpmSealer  # noqa: PLC0415 - as above

    tpm = config.key.sealing == "tpm"
    sealer = TpmSealer(world.open_tpm(config), config.key.tpm_pcrs) if tpm else FileSealer()
    try:
        check_parts(SecretMedium(world.open_store(KEPT), sealer), UPDATES_PART)
    except VaultError as error:
        return Finding.of_error(STORE, error)
    return Finding.good(STORE, "every part is there, and opens")
