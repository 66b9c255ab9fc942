"""Muon tracks of a frame: straight, through the whole silicon, and alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from astropy import units as u
from scipy import ndimage

from ccdseg.detector import Detector
from ccdseg.estimation.diffusion.track_fit import FittedTrack, TrackFit, fit_tracks
from ccdseg.estimation.diffusion.track_model import TrackPixels
from ccdseg.events.event_map import EventMap
from ccdseg.identification import identify

FEWEST = 5
"""Fewest tracks that tell the diffusion."""

_SHORTEST, _STRAIGHT = 8.0, 0.93
"""Least length on the plane of the pixels (px), and least straightness."""

_LOSS = (0.2, 0.8)
"""Energy over the length of the track through the preset's silicon (keV/µm), least and greatest."""

_AROUND = 5.0
"""Distance from the axis up to which pixels are fitted (px)."""

_DELTA, _DELTA_AROUND = 5.0, 2.5
"""Residual (standard deviations) of a pixel that a delta ray has reached, and the distance (px)
around it that is left out."""

_LEAST_KEPT = 0.7
"""Share of the pixels of a track that delta rays leave, at least, or it is no muon."""

_MOST_MISFIT, _WORST = 1.5, 6.0
"""Reduced χ² of a muon, at most: over the median of all, and in all."""

_ROUNDS = 3


def muon_tracks(
    image: np.ndarray, events: EventMap, *, detector: Detector, origin: tuple[int, int] = (0, 0)
) -> list[TrackPixels]:
    """Pixels of the events of a frame that may be muons.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W).
    events : EventMap
        Its events, with energies.
    detector : Detector
        Gain, pixel size, and a first guess of the thickness.
    origin : tuple of int
        Row and column (px) of the first pixel of the image, from which positions of events count.

    Returns
    -------
    list of TrackPixels
        Straight and isolated events that are identified as muons.
    """
    table = events.table
    length = table["length"].to_value(u.pix)
    depth = np.hypot(length * detector.pixel_size, detector.thickness)
    loss = table["energy"].to_value(u.keV) / depth
    straight = (length >= _SHORTEST) & (table["straightness"] >= _STRAIGHT)
    chosen = straight & (loss > _LOSS[0]) & (loss < _LOSS[1])
    chosen &= identify(table)["particle"] == "muon"
    for flag in ("touches_edge", "touches_other", "saturated", "touches_bad"):
        chosen &= ~table[flag]
    _, position, shared = np.unique(table["component"], return_inverse=True, return_counts=True)
    chosen &= shared[position] == 1
    found = [
        _pixels(image, events, int(index), detector, origin) for index in np.flatnonzero(chosen)
    ]
    return [track for track in found if track is not None]


def _pixels(
    image: np.ndarray, events: EventMap, index: int, detector: Detector, origin: tuple[int, int]
) -> TrackPixels | None:
    """Pixels of one event, without those that others reach; None where it is not long enough."""
    event = events.table[index]
    reach = int(_AROUND) + 2
    bounds = [
        (int(event[f"{axis}_min"].value), int(event[f"{axis}_max"].value))
        for axis in ("row", "column")
    ]
    area = tuple(
        slice(max(low - shift - reach, 0), min(high - shift + reach + 1, length))
        for (low, high), shift, length in zip(bounds, origin, image.shape, strict=True)
    )
    labels = events.labels_in(area)
    own = np.argwhere(labels == event["id"])
    if not len(own):
        return None
    others = ndimage.binary_dilation((labels != 0) & (labels != event["id"]), iterations=3)
    charge = (image[area] - event["background"].value) / detector.gain
    weights = np.maximum(charge[tuple(own.T)], 0)
    centre = np.average(own, axis=0, weights=weights)
    angle = event["orientation"].to_value(u.rad)
    axis = np.array([np.sin(angle), np.cos(angle)])
    along = (own - centre) @ axis
    low, high = along.min() + 0.7, along.max() - 0.7
    if high - low < _SHORTEST / 2:
        return None
    rows, columns = np.mgrid[: labels.shape[0], : labels.shape[1]]
    from_centre = np.stack([rows, columns], axis=-1) - centre
    place, across = from_centre @ axis, from_centre @ np.array([axis[1], -axis[0]])
    kept = (np.abs(across) <= _AROUND) & (place >= low - _AROUND) & (place <= high + _AROUND)
    kept &= ~others & np.isfinite(charge)
    return TrackPixels(
        rows[kept] + area[0].start,
        columns[kept] + area[1].start,
        charge[kept].astype(np.float64),
        float(event["noise"].value) / detector.gain,
        centre + np.outer([low, high], axis) + [part.start for part in area],
        int(event["id"]),
        float(event["charge"].value),
    )


def fit_muons(tracks: Sequence[TrackPixels], diffusion: np.ndarray) -> TrackFit | None:
    """Fit those of the tracks together that are muons, without their delta rays.

    Parameters
    ----------
    tracks : sequence of TrackPixels
        As from `muon_tracks`, of many frames.
    diffusion : ndarray
        First guess, as `ccdseg.estimation.diffusion.track_fit.TrackFit.diffusion`.

    Returns
    -------
    TrackFit or None
        None of fewer than `FEWEST` tracks. A track that bends, or does not widen from one face to
        the other as most do, is left out.
    """
    kept = [_with_ends(_oriented(track, diffusion)) for track in tracks]
    for _ in range(_ROUNDS):
        if len(kept) < FEWEST:
            return None
        fit = fit_tracks(kept, diffusion)
        diffusion = fit.diffusion
        kept = [_without_rays(one) for one in _alike(fit.tracks)]
    return fit


def _oriented(track: TrackPixels, diffusion: np.ndarray) -> FittedTrack:
    """The fit of a track with the end at the front that fits better."""
    fits = [fit_tracks([one], diffusion, fixed=True).tracks[0] for one in (track, track.turned())]
    return min(fits, key=lambda fit: fit.misfit)


def _alike(fitted: Sequence[FittedTrack]) -> list[FittedTrack]:
    most = min(_MOST_MISFIT * np.median([one.misfit for one in fitted]), _WORST)
    return [one for one in fitted if one.misfit <= most]


def _with_ends(fitted: FittedTrack) -> TrackPixels:
    """The track, to be fitted again from its fitted ends."""
    return replace(fitted.track, ends=fitted.ends.reshape(2, 2))


def _without_rays(fitted: FittedTrack) -> TrackPixels:
    """The same without pixels near those that delta rays have reached; all where these are many."""
    track = fitted.track
    rays = fitted.residuals > _DELTA
    away = np.hypot(
        track.rows[:, np.newaxis] - track.rows[rays],
        track.columns[:, np.newaxis] - track.columns[rays],
    ).min(axis=1, initial=np.inf)
    kept = away > _DELTA_AROUND
    track = _with_ends(fitted)
    return track.where(kept) if kept.mean() > _LEAST_KEPT else track
