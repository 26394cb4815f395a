"""Makes the pages and pictures below docs/ that say what the program says: `python -m docs.tools`."""
