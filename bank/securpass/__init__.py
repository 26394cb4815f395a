"""Sécur'Pass: a customer's telephone approves. The rules are pure; `service` puts them on the books."""
