"""Processor time that telling touching particles apart adds to the segmentation of a file.

Both ways take turns on the same file, whose results are written without pictures.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.event_measurement import crowded_frame
from ccdseg import Segmenter
from ccdseg.fits_io import write_frame
from ccdseg.workflows import segment_file

FRAMES = {"320×640": (1, 1), "1280×1280": (4, 2)}
"""Copies of a crowded frame, down and to the right, that make up each."""

REPEATS = 3


def main() -> None:
    """Print one line per frame size."""
    frame, segmenter = crowded_frame(), Segmenter.load("damic-unet")
    print(f"{'frame':>12}{'events':>9}{'clusters whole':>17}{'separated':>12}{'ratio':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size, copies in FRAMES.items():
            path = folder / "frame.fits"
            write_frame(path, np.tile(frame.image, copies), name="CCD", overwrite=True)
            seconds = {False: [], True: []}
            for _ in range(REPEATS):
                for separate, times in seconds.items():
                    start = time.process_time()
                    result = segment_file(path, segmenter, detector="damic-m", separate=separate)
                    result.write(folder / "results", pictures="none", overwrite=True)
                    times.append(time.process_time() - start)
            whole, separated = (np.median(times) for times in seconds.values())
            print(
                f"{size:>12}{len(result.events):9d}{whole:15.2f} s{separated:10.2f} s"
                f"{separated / whole:9.2f}"
            )


if __name__ == "__main__":
    main()
