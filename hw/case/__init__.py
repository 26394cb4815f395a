"""The front board's case by code: measures, solids, the two printed parts with their caps, and what judges them."""
