#!/usr/bin/env python
"""Train a network that segments CCD images.

The story, told by `ccdseg.workflows.train`: choose a preset, load or simulate the images, build the
network, train it, score it on test images that it has never seen, and save the folder that
`load_model.py` reads.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ccdseg.cli.commands import train
from ccdseg.cli.output import run_script

if __name__ == "__main__":
    sys.exit(run_script(train))
