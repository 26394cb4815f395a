"""A push service for Chromium on this machine: a real browser gets real pushes, and nobody else hears of them."""
