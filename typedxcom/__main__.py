"""`python -m typedxcom`."""

from __future__ import annotations

import sys

from typedxcom.cli import main

sys.exit(main())
