"""EMV 3-D Secure as an issuer does it: the messages, the table of a challenge, the policy, and what keeps them."""
