"""``ccdseg predict`` and ``scripts/load_model.py``: from FITS frames to masks and pictures."""

from __future__ import annotations

import argparse
import json
import logging
import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from ccdseg.classes import ClassCatalogue
from ccdseg.cli.inputs import list_frames, refuse_results, stem
from ccdseg.cli.lazy import LazyModel
from ccdseg.connected import TOUCHING
from ccdseg.errors import InputError
from ccdseg.files import staged_files
from ccdseg.fits_io import Frame, read_frames, write_masks
from ccdseg.mask import class_frequencies
from ccdseg.registry import DEFAULT_MODEL, find_model
from ccdseg.tiling import tiles_with
from ccdseg.version import __version__

SUMMARY = "segment FITS frames"

DESCRIPTION = """\
Segment FITS frames with a trained network: which pixels are background, glow, hot pixels, and
clusters that particles left.

  python scripts/load_model.py frame.fits                    with the model that ships
  python scripts/load_model.py night1/ 'more/*.fits.fz'      folders and patterns
  python scripts/load_model.py frame.fits --hdu CCD_B        one HDU, by name or number
  python scripts/load_model.py frame.fits --half right       the right half of the columns
  python scripts/load_model.py frame.fits --section '[1:512,1:1024]'
  python scripts/load_model.py frame.fits --find cluster     and pictures of sections with clusters
  python scripts/load_model.py frame.fits --model models/mine --output results

For each frame it writes into the output folder:

  STEM_mask.fits         class of each pixel, one HDU per image, with the header of the input
  STEM_segmentation.png  frame and segmentation (of several HDUs: STEM_HDU_segmentation.png)
  STEM_summary.json      percentage and number of components of each class, time taken
  STEM_sections/         with --find: image, classes and the chosen class of each section with it"""


logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("frames", nargs="+", metavar="FRAME", help="FITS files, folders, patterns")
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="NAME_OR_FOLDER",
        help=f"model that ships, or folder of your own (default: {DEFAULT_MODEL})",
    )
    parser.add_argument(
        "--hdu", default="all", metavar="NAME|INDEX|all", help="image to segment (default: all)"
    )
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--section", metavar="'[x1:x2,y1:y2]'", help="columns and rows, from 1, both ends included"
    )
    part.add_argument("--half", choices=["left", "right"], help="half of the columns")
    parser.add_argument("--find", metavar="CLASS", help="write sections that contain this class")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("segmentation"),
        metavar="DIR",
        help="folder for the results (default: segmentation)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing results")


def run(arguments: argparse.Namespace) -> int:
    """Segment every frame; one that cannot be read is named, and the others go on."""
    model = LazyModel(find_model(arguments.model))
    find = arguments.find and model.classes[arguments.find].name
    paths = list_frames(arguments.frames)
    refuse_results(paths, arguments.output, overwrite=arguments.overwrite)
    n_failed = 0
    for path in tqdm(paths, desc="Frames", unit="frame", disable=len(paths) == 1):
        try:
            frames = read_frames(
                path, hdu=arguments.hdu, section=arguments.section, half=arguments.half
            )
            earlier = earlier_results(arguments.output, stem(path))
            with staged_files(arguments.output, overwrite=arguments.overwrite) as folder:
                summary = segment_file(frames, model, folder, find=find)
            remove_results(arguments.output, earlier - set(summary["results"]))
            logger.info("%s", describe(summary, arguments.output))
        except InputError as error:
            n_failed += 1
            logger.error("%s: error: %s", arguments.prog, error)
    return 2 if n_failed else 0


def segment_file(frames: list[Frame], model: LazyModel, folder: Path, *, find: str | None) -> dict:
    """Segment the frames of one file, write the results into `folder`, and return the summary."""
    from ccdseg import plotting

    segmenter, name = model.segmenter, stem(frames[0].path)
    masks, summaries = [], []
    for frame, label in zip(frames, unique_labels(frames), strict=True):
        if frame.n_bad:
            logger.warning(
                "warning: %s, %s: %d pixels are not finite; taken as the median of the others.",
                frame.path,
                frame.label,
                frame.n_bad,
            )
        start = time.perf_counter()
        mask = segmenter.predict(frame.data, probabilities=False, progress=True).mask
        summaries.append(summarise(frame, mask, model.classes, time.perf_counter() - start))
        full_name = f"{name}_{label}" if len(frames) > 1 else name
        figure = plotting.show_frame(
            frame.data,
            mask,
            classes=model.classes,
            origin=frame.origin,
            title=full_name.replace("_", " "),
        )
        plotting.save_figure(figure, folder / f"{full_name}_segmentation.png")
        if find:
            write_sections(
                frame, mask, find, model.classes, folder=folder / f"{name}_sections", label=label
            )
        masks.append(mask)
    write_masks(
        folder / f"{name}_mask.fits", masks, frames, classes=model.classes, model=segmenter.name
    )
    summary = {
        "file": frames[0].path.name,
        "model": segmenter.name,
        "ccdseg": __version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "hdus": summaries,
        "results": sorted([*(path.name for path in folder.iterdir()), f"{name}_summary.json"]),
    }
    text = json.dumps(summary, indent=2) + "\n"
    (folder / f"{name}_summary.json").write_text(text, encoding="utf-8")
    return summary


def unique_labels(frames: list[Frame]) -> list[str]:
    """Labels of the frames for file names: plain characters, a number where two are alike."""
    plain = [re.sub(r"[^\w.+-]", "_", frame.label).lstrip(".") for frame in frames]
    return [
        label if plain.count(label) == 1 else f"{label}_{frame.hdu_index}"
        for label, frame in zip(plain, frames, strict=True)
    ]


def earlier_results(folder: Path, name: str) -> set[str]:
    """Names of what an earlier run wrote for the same frame."""
    try:
        summary = json.loads((folder / f"{name}_summary.json").read_text(encoding="utf-8"))
        return {Path(result).name for result in summary["results"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def remove_results(folder: Path, names: set[str]) -> None:
    """Remove what an earlier run wrote and this one does not replace."""
    for path in (folder / name for name in names):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def summarise(frame: Frame, mask: np.ndarray, classes: ClassCatalogue, seconds: float) -> dict:
    """Percentage and 8-connected components of each class, and what else is worth knowing."""
    shares = class_frequencies(mask, len(classes))
    return {
        "hdu": frame.label,
        "shape": list(mask.shape),
        "section": frame.section_text,
        "not_finite_pixels": frame.n_bad,
        "classes": {
            row.name: {
                "percent": round(100 * float(shares[row.index]), 4),
                "components": int(ndimage.label(mask == row.index, TOUCHING)[1]),
            }
            for row in classes
        },
        "seconds": round(seconds, 3),
    }


def write_sections(
    frame: Frame,
    mask: np.ndarray,
    name: str,
    classes: ClassCatalogue,
    *,
    folder: Path,
    label: str,
) -> None:
    """Write a picture of each section that contains the class `name`."""
    from ccdseg import plotting

    folder.mkdir(exist_ok=True)
    tiles = list(tiles_with(mask, classes[name].index))
    for tile in tqdm(tiles, desc=f"Sections with {name}", unit="section"):
        row, column = (
            start + part.start for start, part in zip(frame.origin, tile.read, strict=True)
        )
        figure = plotting.show_section(
            frame.data,
            mask,
            tile,
            name,
            classes=classes,
            origin=frame.origin,
            title=f"{frame.label}: {name}, rows from {row}, columns from {column}",
        )
        plotting.save_figure(figure, folder / f"{label}_row{row:05d}_column{column:05d}.png")


def describe(summary: dict, folder: Path) -> str:
    """Few lines that say what was found and where the results are."""
    lines = [f"{summary['file']} → {folder}/: {', '.join(summary['results'])}"]
    for hdu in summary["hdus"]:
        found = ", ".join(
            f"{name} {row['percent']:.2f} % ({row['components']})"
            for name, row in hdu["classes"].items()
        )
        lines.append(f"  {hdu['hdu']}: {found}; {hdu['seconds']:.1f} s")
    return "\n".join(lines)
