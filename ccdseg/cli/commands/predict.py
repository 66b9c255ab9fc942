"""``ccdseg predict`` and ``scripts/load_model.py``: from images to masks and events."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from ccdseg.cli.commands.predict_arguments import (
    NONE,
    add_detector,
    add_images,
    add_raw_files,
    add_results,
    add_run,
    add_segmentation,
)
from ccdseg.cli.commands.reduce import reduction_of
from ccdseg.cli.options import chosen_model
from ccdseg.errors import InputError
from ccdseg.workflows.reduction import reduce_files
from ccdseg.workflows.segment import counts, segment_files
from ccdseg.workflows.segment.inputs import list_images

DESCRIPTION = """\
Segment FITS frames, PNG and TIFF pictures, and stacks of beamlines (TIFF, HDF5, EDF, CBF), of any
size, with a trained network: which pixels are background, glow, hot pixels, and clusters or cosmics
that particles left.

  python scripts/load_model.py frame.fits                    with the model that ships
  python scripts/load_model.py night1/ 'more/*.fits.fz'      folders and patterns
  python scripts/load_model.py @files.txt --skip-existing    a list; go on with a run after a kill
  python scripts/load_model.py nights/ --workers 16          many files, by 16 processes
  python scripts/load_model.py --model NAME images/*.png     pictures, with a model of your choice
  python scripts/load_model.py frame.fits --hdu CCD_B        one HDU, by name or number
  python scripts/load_model.py scan.h5::/entry/data/data     images of a data set, one by one
  python scripts/load_model.py frame.fits --half right       the right half of the columns
  python scripts/load_model.py frame.fits --section '[1:512,1:1024]'
  python scripts/load_model.py frame.fits --detector auto    energies by the gain that a frame shows
  python scripts/load_model.py frame.fits --detector ccd.toml   or by that of a file
  python scripts/load_model.py frame.fits --amplifiers 2x2   read by four amplifiers
  python scripts/load_model.py rixs.tif --model cosmics-unet --photon 92   photons are known
  python scripts/load_model.py frame.fits --bad-pixels bad.fits --dq-bits '~4'   known bad pixels
  python scripts/load_model.py frame.fits --threshold cluster=0.9   fewer false clusters
  python scripts/load_model.py frame.fits --defects defects.fits   known hot pixels are no particles
  python scripts/load_model.py raw.fits --reduce --detector auto   samples and overscan first
  python scripts/load_model.py nights/ --detector auto --events events.parquet   one table of events
  python scripts/load_model.py frame.fits --find cluster     and pictures of sections with clusters
  python scripts/load_model.py frame.fits --colours safe    pictures that the colour-blind can read
  python scripts/load_model.py frame.fits --grow 2 --clean   and the frame without its particles
  python scripts/load_model.py nights/ --detector auto --report   and pages for the browser
  python scripts/load_model.py frame.fits --model models/mine --output results

For each file it writes into the output folder:

  STEM_mask.fits         class of each pixel, one HDU per image, with the header of the input, the
                         table of events, and in NAME_LABELS the event of each pixel
  STEM_mask.png, .tif    for a picture, or each image of a TIFF, EDF or CBF, in place of it: of two
                         classes, particles are 255 and the rest 0; of more, the values are class
                         indices, shown in their colours
  STEM_mask.h5           for HDF5: class of each pixel, event of each pixel, and table of events
  STEM_events.ecsv       that table as text: position, signal, energy, shape and flags of clusters
                         or cosmics, which are connected pixels, corners included
  STEM_events.reg        the events as regions for DS9 (FITS)
  STEM_events.png        the image with its events outlined and numbered
  STEM_overlay.png       the image with its particles tinted
  STEM_spectrum.png      how their energies are distributed
  STEM_segmentation.png  image and segmentation
  STEM_summary.json      percentage and number of components of each class, amplifiers, detector,
                         time taken
  STEM_sections/         with --find: image, classes and the chosen class of each section with it
  STEM_report.html       with --report: page for a browser, offline: image with zoom, contrast and
                         classes as layers, table of events with cut-outs and verdicts, spectrum,
                         provenance; beside it STEM_thumbnail.png
  STEM_clean.fits        with --clean: the whole file, the particles of each segmented image filled
                         from their surroundings; every other pixel and HDU stays as it is, but what
                         was compressed becomes plain
  STEM_clean.*           that of a picture or stack, of the same format and bit depth; beside it
  STEM_filled.*          the pixels that were filled (in HDF5 the data set "filled")
  STEM_dq.fits           with --format dq: bits of each pixel, named by the keywords DQBIT0, DQBIT1,
                         ...: NOT_FINITE, FLAGGED, SATURATED, DEFECT, and one for each class
  STEM_probabilities.fits  with --probabilities: probability of each class, a plane per class
  STEM_pixels.fits       with --event-pixels: pixels of the events, with their signals and shares
  reduced/               with --reduce: the frames made of raw files
  counts.ecsv            particles of all images of the folder, one line each: file, HDU, size,
                         number of particles, pixels, percent; a later call adds its images
  run.ecsv               images of this call, one line each: percentages of the classes, events,
                         detector, live exposure, time, model, and why a file has no results
  index.html             with --report: small pictures of the images of this call, their table, and
                         links to their pages and regions
  events.parquet         with --events events.parquet: the events of all images of this call
  events_spectrum.*      with --spectrum: their rate by energy, as picture and table

Of several images, regions, pictures and pages are called STEM_HDU_... . Positions count from 0 in
the middle of the first pixel of the HDU, and from the upper left one of a picture; in DS9 and in
sections, from 1. With --section and --half the rest of the image is neither segmented nor cleaned,
and no filling draws on it."""


logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments, group by group."""
    add_images(parser)
    add_detector(parser)
    add_segmentation(parser)
    add_results(parser)
    add_run(parser)
    add_raw_files(parser)


def run(arguments: argparse.Namespace) -> int:
    """Segment every image; returns 1 where some cannot be segmented, 2 where none can."""
    if arguments.spectrum and arguments.events is None:
        raise InputError("--spectrum is drawn of the events of --events FILE; give it, too.")
    images, n_failed = arguments.images, 0
    if arguments.reduce:
        images, n_failed = _reduced(arguments)
    result = segment_files(
        images,
        chosen_model(arguments),
        output=arguments.output,
        hdu="all" if arguments.reduce else arguments.hdu,  # of frames, the chosen ones are there
        section=arguments.section,
        half=arguments.half,
        dq_bits=arguments.dq_bits,
        bad_pixels=arguments.bad_pixels,
        bad_values=arguments.bad_values,
        detector=arguments.detector,
        restrict=_rules(arguments.restrict),
        grow=arguments.grow,
        amplifiers=None if arguments.amplifiers == NONE else arguments.amplifiers,
        photons=arguments.photon,
        thresholds=dict(arguments.threshold or ()),
        false_rate=arguments.false_rate,
        defects=arguments.defects,
        separate=arguments.separate,
        bright=arguments.bright,
        exposure_time=arguments.exposure_time,
        readout_time=arguments.readout_time,
        pictures=arguments.pictures,
        colours=arguments.colours,
        skip_existing=arguments.skip_existing,
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        time_limit=arguments.time_limit,
        table=arguments.table,
        events=arguments.events,
        find=arguments.find,
        clean=arguments.clean,
        dq=arguments.format == "dq",
        event_pixels=arguments.event_pixels,
        report=arguments.report,
        probabilities=arguments.probabilities,
        overwrite=arguments.overwrite,
    )
    if len(result.counts):
        logger.info("%s", counts.describe(result.counts, arguments.output))
    if arguments.spectrum and result.events is not None:
        n_failed += not _draw_spectrum(result.events, overwrite=arguments.overwrite)
    if len(result.failed) == result.n_files:
        return 2
    return 1 if result.failed or n_failed else 0


def _draw_spectrum(events: Path, *, overwrite: bool) -> bool:
    """Draw the spectrum beside the events; whether that could be done."""
    from ccdseg.workflows.rates.spectrum import spectrum

    try:
        output = events.with_name(f"{events.stem}_spectrum.png")
        spectrum(events, log=True, output=output, overwrite=overwrite)
    except InputError as error:
        logger.error("%s", error)
        return False
    return True


def _reduced(arguments: argparse.Namespace) -> tuple[list[Path], int]:
    """Frames of the raw files, and how many of these could not be reduced."""
    reduced = reduce_files(
        list_images(arguments.images),
        output=arguments.output / "reduced",
        overwrite=arguments.overwrite,
        skip_existing=arguments.skip_existing,
        **reduction_of(arguments),
    )
    if not reduced.frames:
        raise InputError("No raw file could be reduced.")
    return list(reduced.frames), len(reduced.failed)


def _rules(names: list[str] | None) -> list[str] | None:
    """Names of the restrictions, none for the one name ``none``."""
    if names is None or NONE not in names:
        return names
    if len(names) > 1:
        raise InputError(f"--restrict {NONE} goes with no other rule; leave one of them out.")
    return []
