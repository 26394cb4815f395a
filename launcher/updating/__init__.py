"""The launcher's part of an update: it carries what the key asks for from the bank's server, and judges none of it."""
