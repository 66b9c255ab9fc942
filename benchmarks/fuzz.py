"""Damage valid files by a seed, and segment them: each ends in a clear line or in whole results.

  python -m benchmarks.fuzz --n 10000 --seed 1

FITS files (plain, gzipped, tile-compressed, several HDUs), PNG, TIFF and model folders are damaged:
header cards set to odd values, removed or swapped, files cut, bits flipped, names given other
suffixes. All go through `ccdseg.workflows.segment_files` in one process, a threshold on the median
in the place of a network. It prints how many files gave results, were refused in a line, raised an
exception that the workflow caught, ended in a traceback, hung, or left a part of their results.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from astropy.io import fits
from PIL import Image

from ccdseg.classes import CLASSES
from ccdseg.errors import InputError
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.segmentation.store import DEFAULT_MODEL, find_model
from ccdseg.workflows import segment_files
from ccdseg.workflows.segment.existing import complete_results
from ccdseg.workflows.segment.time_limit import time_limit

LIMIT = 20
"""Time after which a file counts as hung (s)."""

_CARD, _BLOCK = 80, 2880
_ODD_VALUES = ("99999999999", "-1", "0", "1.5", "abc", "T", "1e300", "'x'", "2147483647", "3")
_SUFFIXES = (".fits", ".fits.gz", ".fits.fz", ".fts", ".fit", ".png", ".tif", ".dat", "")


class HungError(BaseException):
    """A file took too long; no handler of exceptions catches it."""


class ByMedian:
    """Stand-in for a segmenter: pixels far above the median are clusters."""

    name = "by median"
    classes = CLASSES

    def predict(self, image: np.ndarray, **_: object) -> SimpleNamespace:
        """Mask of an image."""
        bright = image > np.nanmedian(image) + 30
        return SimpleNamespace(mask=np.uint8(CLASSES["cluster"].index) * bright)


def main() -> int:
    """Damage as many files as asked for; returns 1 where one ended badly."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=10_000, help="files (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default: 1)")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    counts = fuzz(arguments.n, seed=arguments.seed)
    print(", ".join(f"{kind} {counts[kind]}" for kind in counts))
    return 1 if counts["tracebacks"] or counts["hangs"] or counts["half-written"] else 0


def fuzz(n_files: int, *, seed: int) -> Counter:
    """Damage and segment files; the number of each outcome."""
    rng = np.random.default_rng(seed)
    kinds = "results", "refused", "caught", "tracebacks", "hangs", "half-written"
    counts = Counter(dict.fromkeys(kinds, 0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        valid = list(_valid_files(folder))
        for number in range(n_files):
            suffix, content = valid[rng.integers(len(valid))]
            if rng.random() < 0.05:
                suffix = str(rng.choice(_SUFFIXES))
            path = folder / f"damaged{suffix}"
            path.write_bytes(_damaged(content, rng))
            segment = _try_model if suffix == ".json" else _try_image
            outcome = _outcome(lambda path=path, segment=segment: segment(path), number)
            counts[outcome] += 1
            path.unlink()
    return counts


def _outcome(run: Callable[[], str], number: int) -> str:
    try:
        with time_limit(LIMIT, error=HungError):
            return run()
    except HungError:
        print(f"file {number} hung", file=sys.stderr)
        return "hangs"
    except Exception:  # noqa: BLE001 - this is what is looked for
        print(f"file {number}:", file=sys.stderr)
        traceback.print_exc()
        return "tracebacks"


def _try_image(path: Path) -> str:
    """Segment one damaged image, and look at what is left of it."""
    output = path.parent / "results"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        run = segment_files(
            [path],
            ByMedian(),
            output=output,
            pictures="none",
            detector="damic",
            clean=path.stat().st_size % 2 == 0,
            overwrite=True,
            progress=False,
        )
    if not run.failed:
        whole = complete_results(output, path, model=ByMedian.name) is not None
        return "results" if whole else "half-written"
    left = [entry.name for entry in output.glob("*damaged*")] if output.exists() else []
    for entry in left:
        (output / entry).unlink()
    if [name for name in left if name.startswith(".")]:
        return "half-written"
    (message,) = run.failed.values()
    if "\n" in message:
        raise ValueError(f"{message!r} is not one line")
    return "caught" if "cannot be segmented: " in message else "refused"


def _try_model(path: Path) -> str:
    """Open a model's folder whose description is damaged; its network is not loaded."""
    folder = path.parent / "model"
    folder.mkdir(exist_ok=True)
    (folder / "segmenter.json").write_bytes(path.read_bytes())
    try:
        LazySegmenter(folder)
    except InputError:
        return "refused"
    return "results"


def _valid_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Suffix and content of files that are read."""
    rng = np.random.default_rng(0)
    image = rng.normal(100, 5, (40, 50)).astype(np.float32)
    image[10:13, 10:13] += 200
    whole = image.astype(np.int32)
    table = fits.BinTableHDU.from_columns([fits.Column("x", "E", array=[1.0])])
    compressed = [
        fits.CompImageHDU(whole, compression_type=kind)
        for kind in ("RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1")
    ]
    for suffix, hdus in (
        (".fits", [fits.PrimaryHDU(image)]),
        (".fits", [fits.PrimaryHDU(image.astype(np.int16)), fits.ImageHDU(image), table]),
        (".fits.gz", [fits.PrimaryHDU(image)]),
        (".fits.fz", [fits.PrimaryHDU(), fits.CompImageHDU(image)]),
        *((".fits.fz", [fits.PrimaryHDU(), hdu, table]) for hdu in compressed),
    ):
        path = folder / f"valid{suffix}"
        fits.HDUList(hdus).writeto(path, overwrite=True)
        yield suffix, path.read_bytes()
    for suffix in (".png", ".tif"):
        for pixels in (image.astype(np.uint8), whole.astype(np.uint16)):
            path = folder / f"valid{suffix}"
            Image.fromarray(pixels).save(path)
            yield suffix, path.read_bytes()
    yield ".json", (find_model(DEFAULT_MODEL) / "segmenter.json").read_bytes()


def _damaged(content: bytes, rng: np.random.Generator) -> bytes:
    damaged = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        change = _DAMAGES[rng.integers(len(_DAMAGES))]
        damaged = change(damaged, rng)
    return bytes(damaged)


def _cut(content: bytearray, rng: np.random.Generator) -> bytearray:
    return content[: rng.integers(1, len(content) + 1)]


def _flip_bits(content: bytearray, rng: np.random.Generator) -> bytearray:
    for place in rng.integers(len(content), size=rng.integers(1, 20)):
        content[place] ^= 1 << int(rng.integers(8))
    return content


def _set_card(content: bytearray, rng: np.random.Generator) -> bytearray:
    start = _card(content, rng) + 10
    content[start : start + 20] = str(rng.choice(_ODD_VALUES)).rjust(20).encode()
    return content


def _remove_card(content: bytearray, rng: np.random.Generator) -> bytearray:
    start = _card(content, rng)
    del content[start : start + _CARD]
    return content or bytearray(b"\0")


def _swap_cards(content: bytearray, rng: np.random.Generator) -> bytearray:
    first, second = (slice(start, start + _CARD) for start in (_card(content, rng) for _ in "ab"))
    content[first], content[second] = content[second], content[first]
    return content


def _card(content: bytearray, rng: np.random.Generator) -> int:
    """Start of a card of one of the first headers."""
    return int(rng.integers(max(min(len(content), 3 * _BLOCK) // _CARD, 1))) * _CARD


_DAMAGES = (_cut, _flip_bits, _set_card, _remove_card, _swap_cards)


if __name__ == "__main__":
    sys.exit(main())
