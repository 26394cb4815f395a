"""`sesame selftest`: one line a probe, each with a verdict and, where something is wrong, what to do about it."""
