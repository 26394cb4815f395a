"""The e-secure access key on a desk: key, docking station, a PC with its drive, its launcher and its browser."""
