"""`python -m kyvernopy` is the command `kyvernopy`."""

from __future__ import annotations

import sys

from kyvernopy.cli import main

sys.exit(main())
