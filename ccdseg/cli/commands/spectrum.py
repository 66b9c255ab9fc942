"""``ccdseg spectrum``: rate of the selected events of runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ccdseg.cli.options import positive_int
from ccdseg.workflows.rates.spectrum import spectrum

DESCRIPTION = """\
Draw the rate of selected events per live mass, time and energy, from the tables of events that
'ccdseg predict --events' writes (.parquet, .h5, .root, .ecsv), and write it as a table.

  ccdseg spectrum run.parquet                              all events, 50 bins
  ccdseg spectrum run.parquet --where "particle == 'point-like' and energy < 10 keV"
  ccdseg spectrum run.parquet --where "edge_distance > 5 px and hot_line_distance > 3 px \\
                                       and bright_distance > 60 px and not saturated"
  ccdseg spectrum a.root b.root --frames "start > '2026-03' and noise < 0.5 ADU"
  ccdseg spectrum run.parquet --limits 0.05 20 --log --bins 40 --efficiency efficiency.csv

Expressions compare columns (<, <=, ==, !=, in) with numbers with units, as 10 keV, 5 px or 30 deg,
and with texts in quotes, joined by and, or, not and parentheses; they may calculate (+ - * / **),
and know abs, sqrt, log10, isfinite, isnan and inf. No code in them is run. --where cuts events and
leaves the exposure as it is; --frames chooses frames, their events and their exposure. Columns are
those of STEM_events.ecsv and of run.ecsv, with their units.

The exposure is the live one: the mass of the pixels that are neither bad, hot, glowing nor
overscan, times exposure time and waiting for the readout. Errors are central 68.27 % intervals of a
Poisson mean (Garwood). The efficiency is a table (ECSV or CSV) with the columns energy and
efficiency, or the one of point-like hits by noise that 'ccdseg physics' writes (detection.ecsv), of
the noise nearest to that of the frames: rates are then shown over it, too.

It writes the picture and, under the same name on .ecsv, the table: energy_low, energy_high (keV),
n_events, rate, rate_low, rate_high (1/(kg day keV)), efficiency, corrected and its interval."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="tables of events of runs")
    parser.add_argument("--where", metavar="EXPRESSION", help="events (default: all)")
    parser.add_argument("--frames", metavar="EXPRESSION", help="frames (default: all)")
    parser.add_argument(
        "--bins", type=positive_int, default=50, metavar="N", help="number of bins (default: 50)"
    )
    parser.add_argument(
        "--limits",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        help="limits of the spectrum in keV (default: 0, or the least energy with --log, to the "
        "greatest energy)",
    )
    parser.add_argument("--log", action="store_true", help="bins of equal ratio")
    parser.add_argument("--efficiency", metavar="FILE", help="efficiency by energy")
    parser.add_argument(
        "--exposure",
        type=float,
        metavar="KG_DAY",
        help="exposure in kg day (default: the live exposure of the frames)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("spectrum.png"),
        metavar="FILE",
        help="picture (.png); the table has the same name on .ecsv (default: spectrum.png)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing results")


def run(arguments: argparse.Namespace) -> None:
    """Select, count and write; the lines of the log tell what."""
    spectrum(
        arguments.runs,
        where=arguments.where,
        frames=arguments.frames,
        n_bins=arguments.bins,
        limits=None if arguments.limits is None else tuple(arguments.limits),
        log=arguments.log,
        efficiency=arguments.efficiency,
        exposure=arguments.exposure,
        output=arguments.output,
        overwrite=arguments.overwrite,
    )
