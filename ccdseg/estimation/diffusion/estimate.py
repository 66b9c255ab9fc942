"""Diffusion and thickness of a detector, estimated from muons and X-rays together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logit

from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.estimation.diffusion.muon_tracks import FEWEST, fit_muons
from ccdseg.estimation.diffusion.parameters import parameters_of, with_diffusion
from ccdseg.estimation.diffusion.thickness import fit_thickness
from ccdseg.estimation.diffusion.track_fit import TrackFit
from ccdseg.estimation.diffusion.track_model import TrackPixels
from ccdseg.estimation.diffusion.xray_widths import FEWEST_XRAYS, XrayWidths

NAMES = ("diffusion_a", "diffusion_b", "thickness")
"""Fields of a detector that are estimated."""

_STEP = 0.01
_BETAS = np.linspace(0.1, 0.96, 18)
"""Values of B × thickness at which a fit of X-rays may start."""

_WEAK = 2.0
"""Standard deviation of the logarithms before anything is known: a factor of seven."""


@dataclass(frozen=True, eq=False)
class DiffusionEstimate:
    """Diffusion and thickness of a detector.

    Attributes
    ----------
    detector : Detector
        The detector with what was estimated.
    covariance : ndarray
        Of `NAMES` (µm², 1/µm, µm), (3, 3); zeros for a thickness that was told or taken over.
    muons : TrackFit or None
        Muons that were used; None where there were too few.
    xrays : XrayWidths
        All X-rays of the iron lines.
    uses_xrays : bool
        Whether those at the back face were enough to be used.
    thickness_from : str
        ``muons``, ``told``, or ``preset``.
    """

    detector: Detector
    covariance: np.ndarray
    muons: TrackFit | None
    xrays: XrayWidths
    uses_xrays: bool
    thickness_from: str

    @property
    def errors(self) -> dict[str, float]:
        """Standard deviation of each of `NAMES`, in its unit."""
        return dict(zip(NAMES, np.sqrt(np.diag(self.covariance)).tolist(), strict=True))


def estimate_diffusion(
    tracks: Sequence[TrackPixels],
    xrays: XrayWidths,
    *,
    detector: Detector,
    thickness: float | None = None,
) -> DiffusionEstimate:
    """Estimate σ²(z) = −A ln(1 − B z) and the thickness.

    Muons pass through the whole silicon: the width along their tracks gives A and B × thickness,
    and their energies the thickness. X-rays of an iron source are absorbed some 30 µm from a face:
    the widths at the back face give σ there and, as their depths vary, its slope.

    Parameters
    ----------
    tracks : sequence of TrackPixels
        Tracks that may be muons, as from `ccdseg.estimation.diffusion.muon_tracks`.
    xrays : XrayWidths
        X-rays of the iron lines.
    detector : Detector
        Gain, pair energy, pixel size, and where the fit starts.
    thickness : float, optional
        Thickness where it is known (µm). Without it, that which the muons show, or of too few that
        of `detector`.

    Returns
    -------
    DiffusionEstimate

    Raises
    ------
    InputError
        If there are too few muons and too few X-rays.
    """
    start = parameters_of(detector)
    muons = fit_muons(tracks, start[:2])
    n_back = int(xrays.is_back.sum())
    if muons is None and n_back < FEWEST_XRAYS:
        raise InputError(
            f"{len(tracks)} straight tracks and {n_back} X-rays of iron at the back face: too few. "
            f"Give more frames: {FEWEST} muons, or {FEWEST_XRAYS} such X-rays, are enough."
        )
    start, log_error, source = _thickness(start, muons, detector, thickness)
    centre = start.copy()
    weight = np.diag([_WEAK**-2, _WEAK**-2, log_error**-2])
    if muons is not None:
        centre[:2] = muons.diffusion
        weight[:2, :2] += np.linalg.inv(muons.covariance)

    def cost(parameters: np.ndarray) -> float:
        away = parameters - centre
        value = 0.5 * float(away @ weight @ away)
        if n_back >= FEWEST_XRAYS:
            value -= xrays.log_likelihood(with_diffusion(detector, parameters))
        return value

    options = {"xatol": 1e-4, "fatol": 1e-4, "maxiter": 2000}
    scale = np.diag([0.2, 0.3, min(log_error, 0.1)])
    first = min([centre, *_guesses(xrays, centre, detector)], key=cost)
    options["initial_simplex"] = np.vstack([first, first + scale])
    best = minimize(cost, first, method="Nelder-Mead", options=options).x
    inverse = np.linalg.inv(_hessian(cost, best, np.minimum(_STEP, log_error)))
    if source != "muons":
        best[2] = centre[2]
    found = with_diffusion(detector, best)
    derivatives = np.stack(
        [
            (_values(with_diffusion(detector, best + step)) - _values(found)) / 1e-5
            for step in 1e-5 * np.eye(3)
        ],
        axis=1,
    )
    covariance = derivatives @ inverse @ derivatives.T
    if source != "muons":
        covariance[2], covariance[:, 2] = 0.0, 0.0
    return DiffusionEstimate(found, covariance, muons, xrays, n_back >= FEWEST_XRAYS, source)


def _thickness(
    start: np.ndarray, muons: TrackFit | None, detector: Detector, told: float | None
) -> tuple[np.ndarray, float, str]:
    """First parameters with the thickness, the error of its logarithm, and where it is from."""
    exactly = 1e-4
    if told is not None:
        return np.array([*start[:2], np.log(told)]), exactly, "told"
    if muons is None:
        return start, exactly, "preset"
    thickness, error = fit_thickness(muons, detector=detector)
    return np.array([*start[:2], np.log(thickness)]), error, "muons"


def _guesses(xrays: XrayWidths, parameters: np.ndarray, detector: Detector) -> Iterator[np.ndarray]:
    """Parameters of that thickness with which the back face has the median width of its X-rays."""
    back = xrays.is_back
    if not back.any():
        return
    width = np.median(xrays.width[back]) * detector.pixel_size
    for beta in _BETAS:
        log_area = np.log(width**2 / -np.log1p(-beta) / detector.pixel_size**2)
        yield np.array([log_area, logit(beta), parameters[2]])


def _values(detector: Detector) -> np.ndarray:
    return np.array([getattr(detector, name) for name in NAMES])


def _hessian(
    cost: Callable[[np.ndarray], float], place: np.ndarray, steps: np.ndarray
) -> np.ndarray:
    """Second derivatives of a function of three parameters."""
    shifts = np.diag(np.broadcast_to(steps, 3))
    matrix = np.empty((3, 3))
    for i, one in enumerate(shifts):
        for j, other in enumerate(shifts):
            both = cost(place + one + other) + cost(place - one - other)
            mixed = cost(place + one - other) + cost(place - one + other)
            matrix[i, j] = (both - mixed) / (4 * one[i] * other[j])
    return matrix
