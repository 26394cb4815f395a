"""The access key as an appliance of the loop, and its link between computer and card."""
