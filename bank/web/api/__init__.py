"""The bank's operations as JSON: for an application on the telephone, an aggregator, a script of the customer's own."""
