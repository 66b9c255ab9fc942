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
"""The window on a display, perhaps a virtual one: xvfb-run make test-napari."""

import os
import sys

import pytest

from ccdseg.workflows.correction import correct, open_correction, save_correction
from tests.refusal import refused


def test_without_napari_the_error_says_what_to_install(place, monkeypatch):
    monkeypatch.setitem(sys.modules, "napari", None)
    with refused(r"napari is missing .*install ccdseg\[napari\]"):
        correct(place / "multi.fits", place / "results")


@pytest.mark.skipif("DISPLAY" not in os.environ, reason="no display; run it by xvfb-run")
@pytest.mark.filterwarnings("ignore")
def test_the_window_shows_classes_and_saves(place):
    pytest.importorskip("napari", reason="install ccdseg[napari]: make test-napari")
    from qtpy.QtWidgets import QApplication, QMessageBox, QPushButton, QRadioButton

    from ccdseg.workflows.correction.panel import EditorPanel
    from ccdseg.workflows.correction.window import open_window

    opened = open_correction(place / "multi.fits", place / "results")
    viewer, editor = open_window(opened, lambda: save_correction(opened))
    (window,) = [one for one in QApplication.topLevelWidgets() if one.findChild(EditorPanel)]
    panel = window.findChild(EditorPanel)
    names = [button.text() for button in panel.findChildren(QRadioButton)]
    assert names == [
        "background (0)",
        "glowing (1)",
        "hot pixel (2)",
        "cluster (3)",
        "undecided (U)",
    ]
    panel.findChildren(QRadioButton)[2].click()
    assert editor.selected == 2
    editor.layers.mask.paint((3, 3), 2)
    panel.refresh()
    asked = []
    question = QMessageBox.question
    QMessageBox.question = lambda *_: asked.append(1) or QMessageBox.StandardButton.Cancel
    try:
        assert not window.close()
    finally:
        QMessageBox.question = question
    assert asked
    (save,) = [one for one in panel.findChildren(QPushButton) if one.text().startswith("Save")]
    save.click()
    assert open_correction(place / "multi.fits", place / "results").images[0].mask[3, 3] == 2
    viewer.close()
