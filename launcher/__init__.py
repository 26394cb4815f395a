"""What runs on the customer's PC, from the access key's CD-ROM: activation, update, browser, removal.

It knows a key by commands and answers alone, and nothing else of this project: one file on a CD is all there is of it.
"""
