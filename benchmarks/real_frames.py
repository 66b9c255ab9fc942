"""Cosmics in real frames with light, ours beside the baselines: ``make real-frames FRAMES=DIR``.

Frames that are not in the folder are left out. What the eye finds in each is in `FRAMES`. A
baseline has, of its parameters, those that score best on the very frame (hits found less false
pieces), which nobody could choose who does not know the hits; where the eye knows none, they are
those of another frame (`Truth.tuned_on`). Baselines that are not installed are left out:
``make bench-peers`` makes an environment with all of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from scipy import ndimage

from ccdseg.errors import InputError
from ccdseg.evaluation.baseline_tuning import BASELINES
from ccdseg.evaluation.baselines import Baseline
from ccdseg.evaluation.local_noise import estimate_noise
from ccdseg.fits_io import Frame
from ccdseg.images_io import read_images
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.workflows import segment_frame

NEAR = 3
"""Distance from a hit up to which a piece belongs to it (px)."""

Places = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Truth:
    """What the eye finds in a frame.

    Attributes
    ----------
    hits : tuple of (int, int)
        Rows and columns of hits of two pixels and more.
    single : tuple of (int, int)
        Single bright pixels, hits or hot pixels, which count neither way.
    tuned_on : str or None
        Frame on which the parameters of the baselines are chosen; the frame itself by default.
    """

    hits: Places = ()
    single: Places = ()
    tuned_on: str | None = None


RIXS = "rixs_half.tif"
FRAMES = {
    RIXS: Truth(
        hits=(
            *((735, 240), (622, 660), (611, 705), (458, 100)),
            *((472, 534), (612, 16), (444, 682), (399, 475)),
        )
    ),
    "esis_fe55_frame.fits.gz": Truth(tuned_on=RIXS),
    "sprat_exposure.fits.gz": Truth(
        hits=(
            *((11, 729), (27, 896), (87, 776), (199, 518)),
            *((207, 523), (234, 727), (251, 730), (250, 755)),
        ),
        single=(
            *((4, 545), (17, 175), (38, 132), (55, 578), (58, 170), (73, 123), (78, 1022)),
            *((142, 915), (147, 680), (148, 895), (152, 315), (155, 701), (196, 526), (245, 708)),
        ),
    ),
    "gmos_longslit.fits": Truth(hits=((55, 151), (130, 39))),
    "saao_raw.fits": Truth(
        hits=(
            *((8, 186), (24, 496), (70, 94), (94, 483), (119, 387), (122, 340), (131, 55)),
            *((134, 300), (137, 405), (160, 153), (217, 209), (231, 321), (263, 142)),
            *((306, 419), (419, 404), (464, 288)),
        ),
        single=((167, 149), (278, 125)),
    ),
}
"""Frames by their names, and what the eye finds in them."""


@dataclass(frozen=True)
class Score:
    """Pieces of a mask: hits found, of all of them, false pieces, and pixels of the frame."""

    found: int
    hits: int
    false: int
    pixels: int

    @property
    def balance(self) -> int:
        """Hits found less false pieces."""
        return self.found - self.false

    def cells(self) -> str:
        """Cells of the table."""
        share = "–" if not self.hits else f"{self.found} of {self.hits}"
        return f"{share} | {self.false} | {1e6 * self.false / self.pixels:.0f}"


def score(found: np.ndarray, truth: Truth) -> Score:
    """Score of found pixels, bool (H, W)."""
    pieces, n_pieces = ndimage.label(found, EIGHT_CONNECTED)
    touched = [set(_around(pieces, place)) - {0} for place in truth.hits]
    single = {number for place in truth.single for number in _around(pieces, place)} - {0}
    right = set().union(*touched, single)
    return Score(sum(map(bool, touched)), len(truth.hits), n_pieces - len(right), found.size)


def _around(pieces: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    rows, columns = (slice(max(start - NEAR, 0), start + NEAR + 1) for start in place)
    return np.unique(pieces[rows, columns])


def main() -> None:
    """Print one line per frame and method."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of the frames")
    parser.add_argument("--model", default="cosmics-unet", help="ours (default: cosmics-unet)")
    parser.add_argument("--methods", nargs="*", default=list(BASELINES), choices=list(BASELINES))
    parser.add_argument("--frames", nargs="*", default=list(FRAMES), choices=list(FRAMES))
    arguments = parser.parse_args()
    ours, chosen = Segmenter.load(arguments.model), {}
    print("| frame | method | hits found | false pieces | false per Mpixel | parameters |")
    print("| --- | --- | ---: | ---: | ---: | --- |")
    for name in arguments.frames:
        if not (arguments.folder / name).is_file():
            print(f"| {name} | is not there | | | | |")
            continue
        frame, truth = read_images(arguments.folder / name)[0], FRAMES[name]
        for method, result, parameters in chain(
            _ours(frame, truth, ours),
            _baselines(name, frame.data, truth, arguments.methods, chosen),
        ):
            print(f"| {name} | {method} | {result.cells()} | {parameters} |", flush=True)


def _ours(frame: Frame, truth: Truth, segmenter: Segmenter) -> Iterator[tuple[str, Score, str]]:
    """Name and score of the whole segmentation, and of the network alone."""
    particles = segmenter.classes.need_particles().index
    mask = segment_frame(frame, segmenter).mask
    yield segmenter.name, score(mask == particles, truth), "by default"
    mask = segmenter.predict(frame.data, probabilities=False).mask
    yield f"{segmenter.name}, network alone", score(mask == particles, truth), "by default"


def _baselines(
    name: str, image: np.ndarray, truth: Truth, methods: list[str], chosen: dict
) -> Iterator[tuple[str, Score, str]]:
    """Name, score and parameters of each baseline that is installed."""
    image = np.where(np.isfinite(image), image, np.nanmedian(image)).astype(np.float32)
    noise = estimate_noise(image).astype(np.float32)
    for method in methods:
        kind = BASELINES[method]
        try:
            kind.check_installed()
        except InputError:
            continue
        known = chosen.get((method, truth.tuned_on))
        if known is None:
            best, result = _tuned(kind, image, noise, truth)
            chosen[method, name] = best
        else:
            best, result = known, score(known.find(image, noise), truth)
        yield method, result, best.description


def _tuned(
    kind: type[Baseline], image: np.ndarray, noise: np.ndarray, truth: Truth
) -> tuple[Baseline, Score]:
    """Parameters of the best balance, and their score."""
    scores = ((one, score(found, truth)) for one, found in kind.find_each(image, noise))
    return max(scores, key=lambda pair: pair[1].balance)


if __name__ == "__main__":
    main()
