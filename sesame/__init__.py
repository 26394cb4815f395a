"""The command line, above everything else: `sesame --help`."""
