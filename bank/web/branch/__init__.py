"""At work there: the adviser's desk. No adviser ever sees or sets a code, and every act is in the journal."""
