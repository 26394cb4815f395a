"""Boards by code. So far: what a board asks of its copper (`copper`), and the router that lays it (`router`)."""
