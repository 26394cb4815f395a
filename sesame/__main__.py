"""`python -m sesame` is `sesame`."""

import sys

from sesame.cli import main

sys.exit(main())
