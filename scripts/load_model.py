#!/usr/bin/env python
"""Segment FITS frames with a trained network.

The story, told by `ccdseg.cli.predict.run`: find the model, list the frames, and for each frame
read its images, segment them, and write masks, pictures and a summary.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ccdseg.cli import predict
from ccdseg.cli.parser import run_script

if __name__ == "__main__":
    sys.exit(run_script(predict))
