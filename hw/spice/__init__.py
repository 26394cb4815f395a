"""The wake channels and the latch's inputs in ngspice, from the netlist that is kept."""
