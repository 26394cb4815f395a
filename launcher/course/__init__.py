"""The launcher's course: what can happen, in which phase, and what is done then. No I/O, no clock."""
