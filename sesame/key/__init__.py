"""The tools of `sesame key`, one module each."""
