"""SM@RT'retrait in Coop@net: a code for a cash machine."""
