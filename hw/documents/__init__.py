"""What is made from the netlist for people: part lists, the budget's tables, the keypad overlay."""
