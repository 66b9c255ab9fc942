"""Segmentation of one frame: from its pixels to mask and events."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import numpy as np

from ccdseg import postprocessing
from ccdseg.arrays import strips
from ccdseg.arrays.nddata import is_nddata
from ccdseg.classes import CLASSES
from ccdseg.events import add_amplifiers, add_distances, add_sky_positions, map_events
from ccdseg.fits_io import Frame, frame_of_ccddata
from ccdseg.identification import (
    add_recoil_candidates,
    estimate_depth,
    identify,
    separate_light,
)
from ccdseg.normalization.amplifiers import Sections, level
from ccdseg.workflows.segment.false_rate import chosen_thresholds, read_false_rates
from ccdseg.workflows.segment.frame_result import FrameResult
from ccdseg.workflows.segment.live_exposure import measure_exposure
from ccdseg.workflows.segment.prediction import predict_mask
from ccdseg.workflows.segment.quality import without_defects
from ccdseg.workflows.segment.steps import Choices, Steps
from ccdseg.workflows.segment.thresholds import expected_scores, with_thresholds

if TYPE_CHECKING:
    from astropy.nddata import CCDData

    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter


def segment_frame(
    frame: Frame | np.ndarray | CCDData,
    segmenter: Segmenter | LazySegmenter,
    *,
    progress: bool = False,
    **choices: Unpack[Choices],
) -> FrameResult:
    """Segment a frame, restrict and grow its mask, and measure and identify its events.

    Parameters
    ----------
    frame : Frame, ndarray or CCDData
        Frame as from `ccdseg.fits_io.read_frame`, signal (ADU) of shape (H, W), or a CCDData, as
        `ccdseg.fits_io.frame_of_ccddata` takes it.
    segmenter : Segmenter or LazySegmenter
        Model.
    progress : bool
        Whether to show progress bars.
    detector : Detector, str or Path, optional
        Detector for energies: itself, a preset's name, a TOML or JSON file, or ``"auto"``, by which
        pedestal, noise and gain come from the peaks of single electrons in the frame. Without it
        the gain of the header gives energies, but neither kinds of particles nor depths, which
        depend on the silicon; without that, too, events have signals alone.
    restrict : sequence of Rule or str, optional
        Geometric restrictions, themselves or their names, applied in this order; empty for none. By
        default those of `ccdseg.postprocessing.default_rules`.
    grow : int, default 0
        Distance by which particles grow (px).
    amplifiers : str, sequence of str, tuple of Section, or None, default "auto"
        Sections of amplifiers, brought to one pedestal and noise for the network, and to one
        pedestal for the events: ``"auto"`` for those that are found, ``"2x2"`` or FITS sections of
        the frame for those that are told, None for one amplifier.
    photons : float, "auto" or None, default "auto"
        Signal of one photon (ADU), for models of cosmics: estimated from the isolated photons of
        the frame, told, or None for no light. Where there are single photons, they are events too,
        and what photons explain is no cosmic; see `ccdseg.identification.separate_light`.
    thresholds : dict of str to float, optional
        Probability, beside the background, from which a pixel is of a class, by the name of the
        class, in place of the model's operating point.
    false_rate : float, optional
        False clusters per image that noise and dark charge may leave, which gives the threshold of
        the particles by the noise of the frame and the table in the model's report; see
        `ccdseg.evaluation.FalseRates`.
    defects : DefectMaps, DefectMap, str or Path, optional
        Known defects of the detector, themselves or their file: what stays in all exposures is
        subtracted, and no particle; see `ccdseg.calibration.defects.mark_defects`.
    separate : bool, default True
        Whether particles that touch are events of their own, where kinds of particles are told.
    bright : float, default 100
        Charge of its brightest pixel (e⁻) from which an event is bright, for the column
        ``bright_distance``.
    exposure_time, readout_time : float, optional
        Exposure time, and time that reading a frame takes (s), in the place of those of the header,
        for the live exposure; see `ccdseg.workflows.segment.live_exposure`.
    event_pixels : bool, default False
        Whether the result keeps the pixels over which the charge of each event is summed.
    probabilities : bool, default False
        Whether the result keeps the probability of each class, before any of these steps.

    Returns
    -------
    FrameResult

    Raises
    ------
    InputError
        If the frame is no image, there is no such detector or restriction, the amplifiers do not
        fit the frame, or the model lacks the class that a step needs.
    """
    if is_nddata(frame):
        frame = frame_of_ccddata(frame)
    elif not isinstance(frame, Frame):
        frame = Frame.from_array(frame)
    steps = choose_steps(segmenter, **choices)
    return apply_steps(frame, segmenter, steps, progress=progress)


def choose_steps(segmenter: Segmenter | LazySegmenter, **choices: Unpack[Choices]) -> Steps:
    """Steps as `Steps.choose`, which raises, for a model that has what they need."""
    steps = Steps.choose(segmenter.classes, **choices)
    if steps.false_rate is not None:
        read_false_rates(segmenter)
    return steps


def apply_steps(
    frame: Frame, segmenter: Segmenter | LazySegmenter, steps: Steps, *, progress: bool = False
) -> FrameResult:
    """Predict the mask of a frame and apply the steps to it; see `segment_frame`."""
    defects = None if steps.defects is None else steps.defects.of(frame)
    frame = without_defects(frame, defects)
    classes = segmenter.classes
    start = time.perf_counter()
    sections = steps.find_sections(frame)
    thresholds, false_rate = chosen_thresholds(
        steps.thresholds,
        steps.false_rate,
        frame=frame,
        segmenter=segmenter,
        sections=sections,
        detector=steps.detector,
    )
    segmenter = with_thresholds(segmenter, thresholds)
    mask, probabilities = predict_mask(
        frame,
        segmenter,
        sections=sections,
        defects=defects,
        probabilities=steps.probabilities,
        progress=progress,
    )
    seconds = time.perf_counter() - start
    restricted = postprocessing.restrict(mask, steps.rules, classes=classes)
    mask = restricted.mask
    events, event_map = None, None
    detector, estimate, photons = steps.detector, None, None
    if classes.particles is not None:
        detector, estimate, sections = steps.find_detector(frame, mask, sections)
    levelled = _levelled(frame, sections)
    if classes.particles is not None:
        photons = steps.find_photons(levelled, classes)
        measuring = {
            "detector": detector,
            "classes": classes,
            "hdu": frame.label,
            "origin": frame.origin,
            "saturation": frame.saturation,
            "unit": frame.unit,
        }
        if photons is not None:
            separated = separate_light(levelled.data, mask, photons, **measuring)
            mask, events = separated.mask, separated.events
    if steps.grow:
        mask = postprocessing.grow(mask, steps.grow, classes=classes)
    if classes.particles is not None and events is None:
        known = steps.knows_silicon and detector is not None
        known &= classes.particles.name == CLASSES.particles.name
        separate = known and steps.separate
        event_map = map_events(
            levelled.data, mask, **measuring, separate=separate, list_pixels=steps.event_pixels
        )
        events = event_map.table
        if known:
            events = estimate_depth(identify(events), detector=detector)
            events = add_recoil_candidates(events)
    if events is not None and (len(sections) > 1 or sections[0].name):
        events = add_amplifiers(events, sections, origin=frame.origin)
    if events is not None:
        events = add_distances(
            events,
            mask,
            pixels=event_map and event_map.pixels,
            classes=classes,
            origin=frame.origin,
            gain=detector and detector.gain,
            bright=steps.bright,
            hot_columns=() if defects is None else defects.hot_columns,
        )
        where = f"{frame.path}, {frame.label}"
        events = add_sky_positions(events, frame.header, where=where)
    live = None
    if classes.particles is not None:
        live = measure_exposure(
            frame,
            mask,
            classes=classes,
            sections=sections,
            silicon=steps.silicon,
            defects=defects,
            exposure_time=steps.exposure_time,
            readout_time=steps.readout_time,
        )
    return FrameResult(
        frame=frame,
        sections=sections,
        levelled=levelled,
        mask=mask,
        events=events,
        event_map=event_map,
        detector=detector,
        estimate=estimate,
        photons=photons,
        live=live,
        changes=restricted.changes,
        seconds=seconds,
        classes=classes,
        model=segmenter.name,
        thresholds=thresholds and expected_scores(segmenter, thresholds, false_rate=false_rate),
        defects=defects,
        probabilities=probabilities,
    )


def _levelled(frame: Frame, sections: Sections) -> Frame:
    """The frame with all sections at one pedestal; saturated pixels stay saturated."""
    if len(sections) < 2:
        return frame
    data = level(frame.data, sections, equal_noise=False)
    for rows in strips(frame.data, data):
        saturated = frame.data[rows] >= frame.saturation
        if saturated.any():
            data[rows] = np.where(saturated, np.maximum(data[rows], frame.data[rows]), data[rows])
    return replace(frame, data=data)
