"""``python -m ccdseg`` is the command ``ccdseg``."""

import sys

from ccdseg.cli import main

sys.exit(main())
