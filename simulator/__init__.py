"""The reader on a screen: in a terminal, in scripts, on a web page. A client of `device`, never a second program."""
