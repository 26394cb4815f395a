"""The checks a netlist must pass. Each returns what it finds wrong, in words; an empty list is a pass."""
