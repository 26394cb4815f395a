"""The client space of Coop@net: accounts, and operations that are asked for and confirmed."""
