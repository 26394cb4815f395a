"""The business customers' site, as a demonstration: reached with an access key alone."""
