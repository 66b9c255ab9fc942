#!/usr/bin/env python
"""Segment FITS frames and pictures with a trained network.

`ccdseg.workflows.segment_files` does the work: it finds the files, reads the images of each,
segments them, writes masks, events, pictures and a summary, and at the end a table of the run.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ccdseg.cli.commands import predict
from ccdseg.cli.output import run_script

if __name__ == "__main__":
    sys.exit(run_script(predict))
