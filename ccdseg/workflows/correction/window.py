"""Window in which masks are corrected, from opening to saving."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.errors import InputError
from ccdseg.workflows.correction.mask_correction import FileCorrection
from ccdseg.workflows.correction.opening import open_correction
from ccdseg.workflows.correction.saving import add_to_training_set, save_correction

if TYPE_CHECKING:
    import napari

    from ccdseg.workflows.correction.editor import MaskEditor

logger = logging.getLogger(__name__)


def correct(
    path: str | Path,
    results: str | Path,
    *,
    restart: bool = False,
    author: str | None = None,
    training_set: str | Path | None = None,
) -> FileCorrection:
    """Open a frame with its mask in a window, and save what a person corrects.

    Parameters
    ----------
    path : str or Path
        FITS file that was segmented.
    results : str or Path
        Folder of its results; ``STEM_corrected.fits`` is written there.
    restart : bool
        Whether to begin again from the mask as it was found, leaving out earlier corrections; they
        are replaced by the first saving.
    author : str, optional
        Name of the person, for the header.
    training_set : str or Path, optional
        Folder for ``train.py --data`` to which frame and corrected mask are added at each saving.

    Returns
    -------
    FileCorrection
        The masks as they were when the window was closed.

    Raises
    ------
    InputError
        As `open_correction`; or if napari is missing, or there is no display.
    """
    correction = open_correction(path, results, restart=restart)

    def save() -> None:
        logger.info("written: %s", save_correction(correction, author=author))
        if training_set is not None:
            logger.info("added: %s", add_to_training_set(correction, training_set))

    viewer, _ = open_window(correction, save)
    _run(viewer)
    return correction


def open_window(
    correction: FileCorrection, save: Callable[[], None]
) -> tuple[napari.Viewer, MaskEditor]:
    """Open the window, without waiting for it to be closed.

    Raises
    ------
    InputError
        If napari is missing or cannot start.
    """
    try:
        import napari
    except ImportError as error:
        raise InputError(
            f"napari is missing ({error}); install ccdseg[napari], or edit a copy of "
            f"{correction.mask_path} named {correction.path.name} with another tool."
        ) from None
    from ccdseg.workflows.correction.editor import MaskEditor
    from ccdseg.workflows.correction.panel import EditorPanel

    viewer = napari.Viewer(show=True)
    editor = MaskEditor(correction, viewer, save=save)
    panel = EditorPanel(editor)
    viewer.window.add_dock_widget(panel, name="classes", area="right")
    panel.window().installEventFilter(panel)
    return viewer, editor


def _run(viewer: napari.Viewer) -> None:
    """Wait until the window is closed."""
    import napari

    if viewer.window is not None:
        napari.run()
