"""The helpers of `./run` and `./test`."""
