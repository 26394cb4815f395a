"""Sécur'Pass at the adviser's desk: the branch's amendment, the tablet it is signed on, the 72 hours lifted."""
