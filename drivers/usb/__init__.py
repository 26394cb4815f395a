"""The key's USB: CCID as bytes, the gadget that the kernel makes of it, and a twin of both with a host."""
