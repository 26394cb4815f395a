"""The simulated reader on a web page and over HTTP: a client of `simulator.live`, beside Coop@net."""
