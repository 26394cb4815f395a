"""What a telephone signs and how the bank judges it: keys, octets, counter, finger, and the evidence kept."""
