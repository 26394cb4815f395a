"""The power port: what off means, and how full the battery is."""
