"""The reader's heart. Pure: no I/O, no clock, no threads, no hardware, no logging."""
