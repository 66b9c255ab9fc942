"""Width of charge against depth, as muons and X-rays show it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccdseg.detector import DAMIC_M
from ccdseg.detector.silicon import diffusion_width, point_growth
from ccdseg.estimation.diffusion import NAMES, DiffusionEstimate
from ccdseg.plotting.style import one_panel
from ccdseg.simulation.particles.points import attenuation_length

_DRAWS = 300


def show_diffusion(estimate: DiffusionEstimate, *, ax: Axes | None = None) -> Figure:
    """Show the width of the charge against the depth at which it was freed.

    Parameters
    ----------
    estimate : DiffusionEstimate
        The curve is that of its A and B, the band one standard deviation wide. The widths of
        X-rays, without the growth of dense charge, are drawn in their order, at the depths that the
        attenuation in silicon gives to as many: those of the front face below a quarter of a pixel
        are not resolved.
    ax : matplotlib.axes.Axes, optional
        Axes to draw into, in place of a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, or that of `ax`.
    """
    figure, axes = one_panel(ax, (8, 5))
    detector = estimate.detector
    depth = np.linspace(0, detector.thickness, 200)
    width = diffusion_width(depth, detector) / detector.pixel_size
    low, high = _band(estimate, depth)
    axes.fill_between(depth, low, high, color="tab:blue", alpha=0.3)
    label = f"A = {_number(estimate, 'diffusion_a', 'µm²')}, B = " + _number(
        estimate, "diffusion_b", "1/µm"
    )
    axes.plot(depth, width, color="tab:blue", label=label)
    preset = diffusion_width(np.minimum(depth, DAMIC_M.thickness), DAMIC_M) / detector.pixel_size
    axes.plot(depth, preset, color="0.5", linestyle="--", label=f"preset {DAMIC_M.name}")
    xrays = estimate.xrays
    if estimate.uses_xrays:
        for face, chosen, colour in (
            ("back", xrays.is_back, "tab:red"),
            ("front", xrays.is_front, "tab:orange"),
        ):
            energy, found = xrays.energy[chosen], xrays.width[chosen]
            order = np.argsort(-found if face == "back" else found)
            rank = (np.arange(len(order)) + 0.5) / len(order)
            away = -attenuation_length(energy[order]) * np.log1p(-rank)
            place = detector.thickness - away if face == "back" else away
            axes.plot(
                place,
                (found / point_growth(energy, detector))[order],
                ".",
                color=colour,
                markersize=4,
                label=f"{len(order)} X-rays of iron at the {face} face",
            )
    if estimate.muons is not None:
        axes.plot([], [], " ", label=f"{len(estimate.muons.tracks)} muons fitted")
    axes.set_xlabel("depth below the gates (µm)")
    axes.set_ylabel("RMS width σ (px)")
    axes.set_xlim(0, 1.02 * detector.thickness)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
    return figure


def _band(estimate: DiffusionEstimate, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Width (px) at each depth (µm) one standard deviation below and above."""
    rng = np.random.default_rng(0)
    centre = [getattr(estimate.detector, name) for name in NAMES]
    drawn = rng.multivariate_normal(centre, estimate.covariance, _DRAWS, method="eigh")
    share, slope, _ = drawn.T[:, :, np.newaxis]
    inside = np.minimum(slope * depth, 0.999)
    widths = np.sqrt(np.maximum(-share * np.log1p(-inside), 0)) / estimate.detector.pixel_size
    return tuple(np.percentile(widths, [16, 84], axis=0))


def _number(estimate: DiffusionEstimate, name: str, unit: str) -> str:
    return f"{getattr(estimate.detector, name):.4g} ± {estimate.errors[name]:.2g} {unit}"
