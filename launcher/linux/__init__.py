"""What a Linux PC is told, once, by whoever owns it: to begin the launcher by itself, and to know the key's reader."""
