"""The ports, and for each the real part and a twin that behaves."""
