"""``ccdseg correct``: correct the mask of a frame by hand."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from ccdseg.workflows.correction import correct

DESCRIPTION = """\
Correct the mask of a frame by hand, in a window of napari (install ccdseg[napari]).

  ccdseg predict frame.fits --output results        segment the frame
  ccdseg correct frame.fits results                 look at its mask, and correct it
  ccdseg correct frame.fits results --training-set mine
                                                    and add both to a set to train on
  ccdseg train --data mine --weights damic-unet --output models/mine
                                                    go on training with the set

The frame is shown with its mask in the colours of the pictures, and its events outlined. Choose a
class by name or by its digit, and paint: 0 is background, U is undecided, which a training leaves
out. [ and ] change the brush, F fills, E erases, Ctrl+Z undoes, N looks at the next event, PageDown
at the next image of the file. The layer "mask as found", hidden at first, outlines the mask as it
was.

Ctrl+S saves results/STEM_corrected.fits beside the mask, which stays as it is; the next call goes
on from there. Its keywords say which mask was corrected, when, and how many pixels were changed or
left undecided (value 255, keyword IGNORED)."""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("frame", metavar="FRAME", help="FITS file that was segmented")
    parser.add_argument("results", metavar="RESULTS", help="folder of its results")
    parser.add_argument(
        "--training-set",
        type=Path,
        metavar="DIR",
        help="folder for train --data, to which frame and corrected mask are added at each saving "
        "(Train and TrainAnnotation)",
    )
    parser.add_argument(
        "--restart",
        action="store_true",
        help="begin again from the mask as it was found; the first saving replaces earlier "
        "corrections",
    )
    parser.add_argument(
        "--author", metavar="NAME", help="name of the person, for the keyword AUTHOR"
    )


def run(arguments: argparse.Namespace) -> None:
    """Open the window; say at the end what was changed."""
    correction = correct(
        arguments.frame,
        arguments.results,
        restart=arguments.restart,
        author=arguments.author,
        training_set=arguments.training_set,
    )
    for image in correction.images:
        logger.info(
            "%s: %d px changed, %d px undecided",
            image.frame.label,
            image.n_changed,
            image.n_undecided,
        )
