"""The electronics as data: drawings, lists and checks are made from here and from `drivers.header`."""
