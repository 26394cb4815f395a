"""What can be wrong with the USB device as a whole."""

from drivers.errors import DriverError


class UsbDeviceError(DriverError):
    """The kernel cannot make this machine a USB device, or not the one that is wanted."""
