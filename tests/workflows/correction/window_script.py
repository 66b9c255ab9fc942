"""Open the window, paint by its panel and save; run by the test of the window.

In a process of its own: the drivers of a virtual display and TensorFlow do not bear each other.
"""

import sys
from pathlib import Path

from qtpy.QtWidgets import QLabel, QPushButton, QRadioButton

from ccdseg.mask import IGNORED
from ccdseg.workflows.correction import open_correction, save_correction
from ccdseg.workflows.correction.window import open_window

folder = Path(sys.argv[1])
correction = open_correction(folder / "multi.fits", folder / "results")
viewer, editor = open_window(correction, lambda: save_correction(correction))
panel = editor.listeners[0].__self__
buttons = {button.text(): button for button in panel.findChildren(QRadioButton)}
print("choices:", ", ".join(buttons))
buttons["undecided (U)"].click()
assert editor.selected == IGNORED
editor.layers.mask.paint((20, 20), IGNORED)
panel.refresh()
print("state:", *[label.text() for label in panel.findChildren(QLabel) if "px" in label.text()])
next(one for one in panel.findChildren(QPushButton) if one.text().startswith("Save")).click()
viewer.close()
