"""The model that ships against the usual cut: the median of each row taken away, then 4 σ.

Run as ``python -m benchmarks.row_threshold [FRAME.fits …]``. On simulated skipper frames, whose
truth is known, it prints what each finds and what each gets wrong; of real frames it says of what
the two disagree, and with ``--output`` draws both.
"""

from __future__ import annotations

import argparse
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
from astropy.stats import mad_std
from scipy import ndimage

from ccdseg import CLASSES, Detector, Segmenter, plotting
from ccdseg.errors import InputError
from ccdseg.evaluation import score_image
from ccdseg.fits_io import read_frames
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.segmentation.loading import import_keras
from ccdseg.segmentation.memory import keep_freed_memory
from ccdseg.simulation import Recipe, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import LogUniform, Uniform

N_FRAMES = 40
SEED = 20260101
CUT = 4.0
CLUSTER = CLASSES["cluster"].index

SKIPPER = Detector(name="skipper", pedestal=-40.0, read_noise=0.22 * 1.35, gain=1.35)
RECIPE = Recipe(
    name="skipper",
    shape=(320, 640),
    components=(
        c.DarkCharge(level=Uniform(14.6, 14.6), first=Uniform(0.23, 0.23), highest=100.0),
        c.HotLines(probability=0.5, number=LogUniform(0.5, 3.0), column_share=1.0),
        c.SerialRegisterEvents(probability=0.8, number=LogUniform(0.5, 4.0)),
        c.Particles(number=LogUniform(3.0, 30.0)),
    ),
)
"""Frames as a DAMIC-M module delivers them: 0.22 e⁻, dark charge from 0.33 to 1.46 e⁻."""


def main() -> None:
    """Print the comparison on simulated frames, then on each real one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frames", nargs="*", type=Path, metavar="FRAME.fits")
    parser.add_argument("--output", type=Path, help="folder for pictures of both")
    parser.add_argument("--overwrite", action="store_true", help="replace existing pictures")
    arguments = parser.parse_args()
    import_keras()
    keep_freed_memory()
    segmenter = Segmenter.load()
    compare_simulated(segmenter)
    for path in arguments.frames:
        try:
            compare_real(path, segmenter, arguments.output, overwrite=arguments.overwrite)
        except InputError as error:
            parser.error(str(error))


def row_threshold(image: np.ndarray) -> np.ndarray:
    """Pixels that exceed the median of their row by 4 σ, σ from the deviations of the frame."""
    residual = image - np.median(image, axis=1, keepdims=True)
    return residual > CUT * mad_std(residual)


def compare_simulated(segmenter: Segmenter) -> None:
    """Scores of both on frames whose truth is known."""
    rng = np.random.default_rng(SEED)
    frames = [simulate_image(RECIPE, detector=SKIPPER, rng=rng) for _ in range(N_FRAMES)]
    print(f"{N_FRAMES} simulated skipper frames of {RECIPE.shape[0]}×{RECIPE.shape[1]}: clusters")
    print(
        f"{'':20}{'found':>14}{'FP per frame':>18}{'precision':>11}{'recall':>9}{'unamb. F1':>10}"
    )

    def cut(image: np.ndarray) -> np.ndarray:
        return np.where(row_threshold(image), CLUSTER, 0).astype(np.uint8)

    def model(image: np.ndarray) -> np.ndarray:
        return segmenter.predict(image, probabilities=False).mask

    for name, segment in {f"row median + {CUT:g} σ": cut, segmenter.name: model}.items():
        masks = [segment(frame.image) for frame in frames]
        pairs = list(zip(frames, masks, strict=True))
        found = reduce(add, (score_image(frame.mask, mask) for frame, mask in pairs))
        unambiguous = reduce(
            add, (score_image(frame.mask, mask, ignore=frame.ambiguous) for frame, mask in pairs)
        )
        print(
            f"{name:20}{found.n_found:6d} of {found.n_true:4d}{found.n_false / N_FRAMES:18.2f}"
            f"{found.precision:11.3f}{found.recall:9.3f}{unambiguous.f1:10.3f}"
        )


def compare_real(path: Path, segmenter: Segmenter, folder: Path | None, *, overwrite: bool) -> None:
    """Of what the two disagree on each image of a file."""
    for frame in read_frames(path):
        mask = segmenter.predict(frame.data, probabilities=False).mask
        above = row_threshold(frame.data)
        print(f"\n{path.name}, {frame.label}: {describe(above, mask)}")
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            by_cut = np.where(above, CLUSTER, 0).astype(np.uint8)
            for way, shown in (("threshold", by_cut), ("model", mask)):
                figure = plotting.show_frame(frame.data, shown, title=f"{frame.label}: {way}")
                target = folder / f"{path.name}_{frame.label}_{way}.png"
                plotting.save_figure(figure, target, overwrite=overwrite)


def describe(above: np.ndarray, mask: np.ndarray) -> str:
    """Components above the threshold by what the model calls most of each, and what it adds."""
    labels, n = ndimage.label(above, EIGHT_CONNECTED)
    votes = np.zeros((n + 1, len(CLASSES)), dtype=int)
    np.add.at(votes, (labels.ravel(), mask.ravel()), 1)
    called = np.bincount(votes[1:].argmax(axis=1), minlength=len(CLASSES))
    clusters, n_clusters = ndimage.label(mask == CLUSTER, EIGHT_CONNECTED)
    n_added = n_clusters - len(np.setdiff1d(clusters[above], [0]))
    n_pixels = np.count_nonzero(mask == CLUSTER)
    n_dim = np.count_nonzero((mask == CLUSTER) & ~above)
    kinds = ", ".join(
        f"{count} {name}" for name, count in zip(CLASSES.names, called, strict=True) if count
    )
    return (
        f"{n} components above the threshold, which the model calls {kinds or 'nothing'}; "
        f"{n_clusters} clusters of the model, {n_added} of them wholly below the threshold, as are "
        f"{n_dim} of their {n_pixels} pixels"
    )


if __name__ == "__main__":
    main()
