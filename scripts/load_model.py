#!/usr/bin/env python
"""Segment FITS frames and pictures with a trained network.

The story, told by `ccdseg.cli.predict.run`: find the model, list the files, and for each file read
its images, segment them, and write masks, events, pictures and a summary; at the end, one table of
what was counted.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ccdseg.cli import predict
from ccdseg.cli.output import run_script

if __name__ == "__main__":
    sys.exit(run_script(predict))
