"""The desk prototype on a solderless breadboard: where every leg and every wire goes, checked and drawn."""
