"""Writing KiCad schematics and reading its netlists. Knows nothing of the Sésame reader."""
