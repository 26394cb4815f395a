"""An operation and the telephone: when it is asked, what it decides, and what it need not be asked."""
