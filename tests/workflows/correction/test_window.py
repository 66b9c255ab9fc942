"""The window, on a display: its panel follows the editor, and saving by it writes the file."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.mask import IGNORED

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("napari") is None, reason="napari is not installed"
    ),
    pytest.mark.skipif(
        sys.platform == "linux" and not os.environ.get("DISPLAY"),
        reason="no display; run under xvfb-run",
    ),
]


def test_the_panel_chooses_counts_and_saves(place, opened):
    script = Path(__file__).with_name("window_script.py")
    done = subprocess.run(  # noqa: S603 - a script of ours
        [sys.executable, script, place], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    choices, state = done.stdout.strip().splitlines()[-2:]
    names = [f"{row.name} ({row.index})" for row in opened.images[0].classes]
    assert choices == f"choices: {', '.join([*names, 'undecided (U)'])}"
    assert state.endswith("px undecided; not saved yet")
    with fits.open(opened.path) as hdus:
        assert np.count_nonzero(hdus["CCD_B"].data == IGNORED) > 0
