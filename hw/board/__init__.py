"""Boards by code: places, copper, rules, the file KiCad opens, the files a house makes it from, and their checks."""
