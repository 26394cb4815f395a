"""The bank for partners over HTTP: OpenID CIBA's way to ask a customer, and what he has said yes to."""
