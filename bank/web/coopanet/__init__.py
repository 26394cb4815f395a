"""Coop@net, the demonstration's pages."""
