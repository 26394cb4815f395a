"""The card factory: personalised virtual cards that compute real cryptograms."""
