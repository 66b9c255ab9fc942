"""Compact clusters of several particles: mixtures of round Gaussians, and who left each."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ccdseg.detector import Detector
from ccdseg.events.gaussian_profile import N_PARAMETERS
from ccdseg.events.separation.canvas import Canvas, ClusterCharges
from ccdseg.events.separation.division import Division, shares_of
from ccdseg.events.separation.first_guesses import (
    along_axis,
    covariances,
    moments,
    with_brightest,
)
from ccdseg.events.separation.mixture_fit import (
    Mixtures,
    expected_signals,
    fit_mixtures,
)
from ccdseg.events.separation.one_particle import (
    Deposits,
    electron_reach,
    width_limits,
)

EXPLAINED = 1.7
"""Reduced χ² up to which a mixture explains a cluster."""

MOST_ENERGY, _LONGEST, _MOST_GAUSSIANS = 150.0, 26, 3
"""Energy (keV), longest edge of the aperture (px) and number of Gaussians of a compact cluster."""

_CLEARLY = 1.01
"""Factor on χ² by which a later guess must be better."""

_MOST_AT_EDGE = 15.0
"""Energy (keV) up to which clusters at the edge of the frame are divided: that of a track's part in
the frame tells no range."""

_NO_TRACK = 25.0
"""Energy (keV) below which electrons leave no tracks: every Gaussian is a particle of its own."""

_HOPELESS = 100.0
"""Reduced χ² from which one more Gaussian will not explain a cluster."""

_LEAST_ENERGY = 4.0
"""Energy (keV) of the least particle beside an electron that is looked for within its range."""

_LEAST_FREEDOM, _MOST_ERROR = 4, 0.08
"""Pixels beyond the number of parameters; relative error of a charge by sharing."""

_BATCHES = (14, _LONGEST)
"""Edges (px) of the canvases on which clusters are fitted together; always the same, so that the
rounding of a fit does not depend on the other clusters."""


def divide_point_groups(
    clusters: ClusterCharges, members: np.ndarray
) -> tuple[list[Division], np.ndarray]:
    """Divide clusters that a few Gaussians explain and that no single particle can have left.

    Parameters
    ----------
    clusters : ClusterCharges
        All clusters.
    members : ndarray
        Indices of the clusters to look at, which one Gaussian does not explain.

    Returns
    -------
    divisions : list of Division
        Clusters of several particles.
    explained : ndarray of int
        Clusters that a mixture explains, of one particle or of several.
    """
    apertures, detector = clusters.apertures, clusters.detector
    boxes = clusters.boxes[members]
    edges = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)
    total = apertures.sums(clusters.charge)[members] * detector.pair_energy / 1000
    fitting = (edges <= _LONGEST) & (total <= MOST_ENERGY)
    fitting &= ~clusters.at_edge[members] | (total < _MOST_AT_EDGE)
    divisions, explained = [], []
    for least, most in zip((0, *_BATCHES[:-1]), _BATCHES, strict=True):
        batch = members[fitting & (edges > least) & (edges <= most)]
        if not len(batch):
            continue
        canvas = Canvas.of(clusters, batch, length=most)
        within = _within_range(canvas.charge, detector)
        explained += batch[within].tolist()
        batch, canvas = batch[~within], Canvas(*(part[~within] for part in canvas))
        for number, mixture in _explaining(canvas, clusters.noise[batch], detector).items():
            member = int(batch[number])
            explained.append(member)
            division = _division(mixture, clusters, member, canvas, number)
            if division is not None:
                divisions.append(division)
    return divisions, np.array(explained, dtype=int)


def _within_range(charge: np.ndarray, detector: Detector) -> np.ndarray:
    """Whether one electron reaches as far as the charge of each canvas is spread, (clusters,).

    A share f of the charge at a distance d makes the charge longer than wide: its variance along
    the major axis is f (1 − f) d² more.
    """
    total, _, covariance = covariances(charge)
    energy = total * detector.pair_energy / 1000
    across, along = np.linalg.eigvalsh(covariance).T
    share = np.clip(_LEAST_ENERGY / energy, 0.02, 0.5)
    distance = np.sqrt((along - across) / (share * (1 - share)))
    return (energy >= _NO_TRACK) & (distance <= electron_reach(energy, detector))


def _explaining(canvas: Canvas, noise: np.ndarray, detector: Detector) -> dict[int, Mixtures]:
    """The mixture of fewest Gaussians that explains each canvas, where there is one."""
    widths = width_limits(detector)
    found, left = {}, np.arange(len(noise))
    if not len(left):
        return found
    n_used = canvas.used.sum(axis=(1, 2))
    parameters = moments(canvas.charge)[:, np.newaxis]
    for n_gaussians in range(2, _MOST_GAUSSIANS + 1):
        guesses = [with_brightest(canvas, left, parameters)]
        if n_gaussians == 2:
            guesses.append(along_axis(canvas.charge))
        mixture = _fit(canvas, noise, left, guesses, widths)
        freedom = n_used[left] - N_PARAMETERS * n_gaussians
        good = (freedom >= _LEAST_FREEDOM) & (mixture.chi_square <= EXPLAINED * freedom)
        for place in np.flatnonzero(good):
            found[int(left[place])] = Mixtures(*(part[place] for part in mixture))
        going = ~good & (mixture.chi_square <= _HOPELESS * np.maximum(freedom, 1))
        left, parameters = left[going], mixture.parameters[going]
        if not len(left):
            break
    return found


def _fit(
    canvas: Canvas,
    noise: np.ndarray,
    chosen: np.ndarray,
    guesses: list[np.ndarray],
    widths: tuple[float, float],
) -> Mixtures:
    """Best fit from some guesses, with the variance of the charge that the model expects."""
    charge, used = canvas.charge[chosen], canvas.used[chosen]
    of_noise = noise[chosen, np.newaxis, np.newaxis] ** 2
    smooth = ndimage.gaussian_filter(np.maximum(charge, 0), (0, 0.5, 0.5), mode="constant")
    weights = used / (of_noise + smooth)
    n = len(guesses)
    fits = fit_mixtures(
        np.tile(charge, (n, 1, 1)),
        np.tile(weights, (n, 1, 1)),
        np.concatenate(guesses),
        widths=widths,
    )
    squares = fits.chi_square.reshape(n, -1)
    squares[1:] *= _CLEARLY  # what rounding decides is decided alike for every batch
    guess = fits.parameters.reshape(n, *guesses[0].shape)
    guess = guess[squares.argmin(axis=0), np.arange(len(charge))]
    expected = expected_signals(guess, charge.shape[1:]).sum(axis=1)
    return fit_mixtures(charge, used / (of_noise + expected), guess, widths=widths)


def _division(
    mixture: Mixtures, clusters: ClusterCharges, member: int, canvas: Canvas, number: int
) -> Division | None:
    """Particles of a mixture, (K, 4); None where they are one, or no mixture of particles."""
    deposits = Deposits.of(mixture.parameters, clusters.detector)
    particle = deposits.particles(clusters.detector)
    n_deposits = np.count_nonzero(~deposits.faint)
    is_track = deposits.energies.sum() >= _NO_TRACK
    if particle.max() < 1 or not (is_track or particle.max() + 1 == n_deposits):
        return None
    own = np.zeros(canvas.charge.shape[1:], dtype=bool)
    own[canvas.places(number, clusters.pixels, member)] = True
    if not _inside(own, mixture.parameters[~deposits.faint, :2]):
        return None
    particle, errors = _told_apart(mixture, particle)
    if particle.max() < 1:
        return None
    models = expected_signals(mixture.parameters[np.newaxis], own.shape)[0]
    expected = np.stack([models[particle == one].sum(axis=0) for one in range(len(errors))])
    places = canvas.places(number, clusters.apertures, member)
    return Division(member, shares_of(expected[:, *places].T), errors)


def _inside(own: np.ndarray, centres: np.ndarray) -> bool:
    """Whether all centres (px), (n, 2), lie in pixels of a cluster, bool (h, w)."""
    place = np.rint(centres).astype(int)
    if not ((place >= 0) & (place < own.shape)).all():
        return False
    return bool(own[tuple(place.T)].all())


def _told_apart(mixture: Mixtures, particle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Particles whose charges the fit tells, and the errors of these (e⁻).

    One whose charge it does not tell from that of its neighbours becomes a part of the nearest.
    """
    charges, places = mixture.parameters[:, 3], mixture.parameters[:, :2]
    while particle.max() > 0:
        errors = _sharing_errors(mixture.covariance, particle)
        relative = errors / np.bincount(particle, charges)
        worst = relative.argmax()
        if relative[worst] <= _MOST_ERROR:
            return particle, errors
        of_worst = particle == worst
        away = np.hypot(*(places[of_worst, np.newaxis] - places).transpose(2, 0, 1))
        away[:, of_worst] = np.inf
        particle = np.where(of_worst, particle[away.min(axis=0).argmin()], particle)
        particle = np.unique(particle, return_inverse=True)[1]
    return particle, np.zeros(1)


def _sharing_errors(covariance: np.ndarray, particle: np.ndarray) -> np.ndarray:
    """What the others add to the standard deviation of the charge of each particle (e⁻)."""
    errors = []
    for one in range(particle.max() + 1):
        own = np.repeat(particle == one, N_PARAMETERS)
        charges = np.flatnonzero(own)[N_PARAMETERS - 1 :: N_PARAMETERS]
        together = covariance[np.ix_(charges, charges)].sum()
        information = np.linalg.pinv(covariance, hermitian=True)[np.ix_(own, own)]
        alone = np.linalg.pinv(information, hermitian=True)
        signals = np.arange(N_PARAMETERS - 1, len(alone), N_PARAMETERS)
        errors.append(max(together - alone[np.ix_(signals, signals)].sum(), 0.0) ** 0.5)
    return np.array(errors)
