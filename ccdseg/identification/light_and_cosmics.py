"""Photons told from cosmics by the photon of the frame, the yardstick that no single pixel has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.table import QTable
from scipy import ndimage
from scipy.special import gammaln

from ccdseg.classes import COSMICS, ClassCatalogue
from ccdseg.estimation.photon_estimate import PhotonEstimate, signal_above_dark
from ccdseg.events import map_events
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.normalization import filled

PHOTON, PILE_UP, COSMIC = LIGHT_KINDS = ("photon", "pile-up", "cosmic")
"""What a cluster of a frame with single photons can be."""

COSMIC_RATE = 3e-6
"""Cosmics per pixel that leave about as much as a given number of photons: some twenty in a
megapixel over all charges."""

MOST_COSMICS = 1e-4
"""Compact cosmics per pixel that a frame may have: twice what a camera on a rocket sees in 10 s.
More of them come from the source of the light, as X-rays of other energies."""

AREA = 16.0
"""Area (px) within which two photons are one cluster; twice its pixels for a larger one."""

PEAK_AREA = 1.5
"""Area (px) within which two photons have their brightest pixel in common."""

_SEED, _SUPPORT = 5.0, 3.0
"""Least signal of a cluster's brightest pixel, and of its others (σ of the noise)."""

_NEAR = 65
"""Edge of the box around an event in which photons are counted (px)."""

_MORE = 0.4
"""What a cluster may have beyond a whole number of photons (photons)."""

_MOST_SHARE, _LEAST_SHARE = 0.98, 0.1
"""Quantile of the share of a photon's charge in its brightest pixel, and the least that counts."""

_FEWEST_PIXELS, _HOT_SHARE = 4, 0.9
"""Pixels of the smallest cluster that is not a hot pixel, and the share of a hot pixel in its."""

_CALLED, _BRIGHTEST = 0.5, 5.0
"""Least share of a cluster that the network calls cosmic, and photons that its brightest pixel
needs, of a cosmic among many that photons do not explain."""

_LENGTH = 6.0
"""Longest edge of the cluster of one photon (px)."""


@dataclass(frozen=True, eq=False)
class LightAndCosmics:
    """Clusters of a frame, told apart.

    Attributes
    ----------
    mask : ndarray
        Class indices, uint8 (H, W): cosmics alone.
    events : astropy.table.QTable
        All clusters as from `ccdseg.events.find_events`, with ``n_photons``, their signal in
        photons, and ``particle``: photon, pile-up or cosmic.
    """

    mask: np.ndarray
    events: QTable


def separate_light(
    image: np.ndarray,
    mask: np.ndarray,
    photons: PhotonEstimate,
    *,
    classes: ClassCatalogue = COSMICS,
    cosmic_rate: float = COSMIC_RATE,
    **measuring,  # noqa: ANN003
) -> LightAndCosmics:
    """Find the photons of a frame, and take those that were called cosmics for what they are.

    A thin CCD gets from a muon what it gets from one photon of X-rays, so that no pixel tells them
    apart; the frame does. A cluster of the charge of n photons, no longer than n photons are, is
    light where photons alone make such a cluster more often than cosmics do: with d photons per
    pixel around it, that is d (d A)^(n − 1) / (n − 1)! per pixel for an area A. The same must hold
    for the photons that its brightest pixel needs, which fall into a smaller area. A short cluster
    that photons do not explain is a cosmic even where the network overlooked it; where there are
    more of these than cosmics can be, they too are light, of other energies, but for those that
    the network calls cosmics and whose brightest pixel needs more than five photons.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W); what is not finite is filled from its neighbours.
    mask : ndarray
        Class indices of the same shape, as a network gives them.
    photons : PhotonEstimate
        Photon of the frame, as from `ccdseg.estimation.estimate_photons`.
    classes : ClassCatalogue
        Meaning of the indices.
    cosmic_rate : float
        Cosmics per pixel that leave about as much as a given number of photons.
    **measuring
        Passed to `ccdseg.events.find_events`; clusters stay whole.

    Returns
    -------
    LightAndCosmics
    """
    particles = classes.need_particles().index
    signal, noise = signal_above_dark(filled(image))
    called = mask == particles
    clusters = called | _bright(signal, noise, np.isfinite(image))
    found = map_events(
        image,
        np.where(clusters, np.uint8(particles), np.uint8(0)),
        classes=classes,
        separate=False,
        **measuring,
    )
    events, labels, n = found.table, found.labels, len(found.table)
    numbers = np.arange(1, n + 1)
    share = ndimage.mean(called, labels, numbers) if n else np.zeros(0)
    top = ndimage.sum_labels(np.maximum(signal, 0), labels, numbers) if n else np.zeros(0)
    number = events["signal"].value / photons.charge
    density = _density_around(signal, labels, top, photons)
    compact = _edges(events) <= _LENGTH + 2 * (np.sqrt(np.maximum(number, 1)) - 1)
    peak_share = events["peak"].value / events["signal"].value
    in_peak = _photons_in_peak(events, number, peak_share, photons)
    area = np.maximum(AREA, 2 * events["n_pixels"].value)
    explained = _is_frequent(number, density, area, cosmic_rate)
    explained &= _is_frequent(in_peak, density, PEAK_AREA, cosmic_rate)
    overlooked = compact & ~explained & ~_is_hot(events, peak_share)
    cosmic = np.where(share > 0, ~(compact & explained), overlooked)
    if np.count_nonzero(cosmic & compact) > MOST_COSMICS * image.size:
        cosmic &= ~compact | ((share > _CALLED) & (in_peak > _BRIGHTEST))
    events["n_photons"] = number
    events["n_photons"].info.description = "signal over that of one photon of the frame"
    events["particle"] = np.where(cosmic, COSMIC, np.where(number < 1.5, PHOTON, PILE_UP))
    events["particle"].info.description = "photon, pile-up of photons, or cosmic"
    kept = np.concatenate([[False], cosmic])[labels]
    added = np.concatenate([[False], cosmic & (share == 0)])[labels]
    told = np.where(called & ~kept, 0, np.where(added, particles, mask))
    return LightAndCosmics(told.astype(np.uint8), events)


def _bright(signal: np.ndarray, noise: float, finite: np.ndarray) -> np.ndarray:
    """Clusters that rise clearly above the noise, by two thresholds; the higher needs `finite`."""
    above = signal > _SUPPORT * noise
    labels, n = ndimage.label(above, EIGHT_CONNECTED)
    seeded = np.zeros(n + 1, dtype=bool)
    seeded[labels[(signal > _SEED * noise) & finite]] = True
    seeded[0] = False
    return seeded[labels]


def _edges(events: QTable) -> np.ndarray:
    """Longer edge of the bounding box of each event (px)."""
    sizes = [events[f"{axis}_max"] - events[f"{axis}_min"] for axis in ("row", "column")]
    return np.maximum(*(size.value for size in sizes)) + 1


def _density_around(
    signal: np.ndarray, labels: np.ndarray, own: np.ndarray, photons: PhotonEstimate
) -> np.ndarray:
    """Photons per pixel in the box around each event, the event itself left out."""
    box = [min(_NEAR, length) for length in signal.shape]
    total = ndimage.uniform_filter(np.maximum(signal, 0) * (labels > 0), box, mode="reflect")
    places = ndimage.maximum_position(signal, labels, np.arange(1, len(own) + 1))
    around = np.array([total[place] for place in places]) * np.prod(box) - own
    least = 0.5 * photons.charge  # where there is no other photon, half a one is to be expected
    return np.maximum(around, least) / photons.charge / np.prod(box)


def _photons_in_peak(
    events: QTable, number: np.ndarray, share: np.ndarray, photons: PhotonEstimate
) -> np.ndarray:
    """Photons that the brightest pixel of each event, of a share of its signal, needs at least."""
    single = np.abs(number - 1) < _MORE
    most = np.quantile(share[single], _MOST_SHARE) if single.any() else 1.0
    return events["peak"].value / (photons.charge * min(max(most, _LEAST_SHARE), 1.0))


def _is_hot(events: QTable, share: np.ndarray) -> np.ndarray:
    """Whether nearly all charge is in one or two pixels, as that of hot pixels."""
    return (events["n_pixels"].value < _FEWEST_PIXELS) | (share > _HOT_SHARE)


def _is_frequent(
    number: np.ndarray, density: np.ndarray, area: np.ndarray | float, cosmic_rate: float
) -> np.ndarray:
    """Whether so many photons fall into an area more often than cosmics do."""
    n = np.maximum(np.ceil(number - _MORE), 1)
    log_rate = np.log(density) + (n - 1) * np.log(density * area) - gammaln(n)
    return log_rate > np.log(cosmic_rate)
