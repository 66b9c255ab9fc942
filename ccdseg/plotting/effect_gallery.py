"""Gallery of the simulated effects of a CCD and its readout, one picture each."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

import numpy as np
from matplotlib.figure import Figure

from ccdseg.plotting.gallery import Panel, show_gallery
from ccdseg.simulation import effects

_SHAPE = (128, 128)
_NOISE = 1.0
_DAY = np.full(_SHAPE, effects.SECONDS_PER_DAY)
_UNITS = {
    "amplitude": "ADU",
    "angle": "deg",
    "beam_halo level": "photons/px",
    "centre": "px",
    "charge": "e⁻",
    "column": "px",
    "columns": "px",
    "dark_columns depth": "ADU",
    "depth": "px",
    "end": "px",
    "factor": "px",
    "first": "e⁻/px",
    "first_column": "px",
    "first_row": "px",
    "first_rows": "px",
    "baseline_step first": "px",
    "full_well": "e⁻",
    "height": "ADU",
    "last": "e⁻/px",
    "last_column": "px",
    "last_row": "px",
    "length": "px",
    "lengths": "px",
    "level": "e⁻",
    "levels": "photons/px",
    "overscan": "px",
    "period": "px",
    "phase": "rad",
    "prescan": "px",
    "radii": "px",
    "radius": "px",
    "rate": "e⁻/px/day",
    "row": "px",
    "rows": "px",
    "saturate level": "ADU",
    "scale": "px",
    "sigma": "ADU",
    "size": "px",
    "slope_columns": "ADU",
    "slope_rows": "ADU",
    "tail": "px",
    "width": "px",
    "widths": "px",
}
"""Unit of a parameter by its name, after that of the function where names are shared; parameters
without one are not listed."""


def show_effects(*, seed: int = 0) -> Figure:
    """Show every function of `ccdseg.simulation.effects`, at a gain of 1 ADU/e⁻.

    Functions that give no image (times, profiles and changes of unit) are left out.

    Parameters
    ----------
    seed : int
        Seed of everything random.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return show_gallery(
        effect_panels(np.random.default_rng(seed)),
        title=f"Effects of the CCD and its readout (gain 1 ADU/e⁻, read noise {_NOISE:g} ADU)",
    )


def effect_panels(rng: np.random.Generator) -> list[Panel]:
    """Draw the pictures of `show_effects`, in the order of the charge on its way."""
    return [
        *_dark(rng),
        *_glow(rng),
        *_hot(rng),
        *_scattering(rng),
        *_transfer(rng),
        *_readout(rng),
        *_column_structure(rng),
    ]


def _dark(rng: np.random.Generator) -> list[Panel]:
    ramp = effects.dark_charge_ramp(_SHAPE, 0.0, 3.0)
    return [
        _panel(effects.mean_dark_charge, 4.0, _DAY, rng=rng, note="one day"),
        _panel(effects.dark_charge_ramp, _SHAPE, 0.0, 20.0, rng=rng),
        _panel(effects.poisson_charge, ramp, rng=rng, noise=0.1, note="mean 0 to 3 e⁻/px"),
    ]


def _glow(rng: np.random.Generator) -> list[Panel]:
    edge, corner = effects.edge_glow, effects.corner_glow
    bright = corner(_SHAPE, 150.0, (60.0, 90.0), corner="top left", profile="linear")
    return [
        _panel(effects.glowing, _SHAPE, 60.0, first_column=4, width=40, rng=rng),
        _panel(edge, _SHAPE, 60.0, 25.0, edge="left", profile="exponential", rng=rng),
        _panel(edge, _SHAPE, 60.0, 30.0, edge="top", profile="gaussian", rng=rng),
        _panel(edge, _SHAPE, 60.0, 70.0, edge="right", profile="linear", rng=rng),
        *(
            _panel(
                corner, _SHAPE, 100.0, scale, corner=where, profile="gaussian", exponent=p, rng=rng
            )
            for scale, where, p in [
                ((40.0, 40.0), "top left", 2.0),
                ((30.0, 60.0), "top right", 1.0),
                ((50.0, 30.0), "bottom left", 6.0),
            ]
        ),
        _panel(effects.terraced, bright, 6, rng=rng, note="a corner of 150 e⁻, linear"),
    ]


def _hot(rng: np.random.Generator) -> list[Panel]:
    rows, columns = rng.integers(0, _SHAPE[0], (2, 40))
    starts, lengths = rng.integers(0, 100, (2, 10)), rng.integers(20, 60, 10)
    rough = {"width": 5.0, "tail": 6.0, "roughness": 0.3}
    return [
        _panel(effects.hot_lines, _SHAPE, 80.0, *starts, lengths, vertical=starts[0] > 50, rng=rng),
        _panel(
            effects.hot_column,
            _SHAPE,
            80.0,
            column=70,
            first_row=20,
            last_row=128,
            rng=rng,
            **rough,
        ),
        _panel(
            effects.hot_row, _SHAPE, 80.0, row=40, first_column=0, last_column=90, rng=rng, **rough
        ),
        _panel(effects.hot_pixels, _SHAPE, rng.uniform(20, 200, 40), rows, columns, rng=rng),
        _panel(effects.bad_edge, _SHAPE, 80.0, edge="top", depth=5, rng=rng),
    ]


def _scattering(rng: np.random.Generator) -> list[Panel]:
    distance = effects.distance_from(_SHAPE, (20.0, 30.0))
    radii, widths, levels = (np.array(values) for values in ([40, 75], [3, 6], [60, 30]))
    rings = effects.scattering_rings(distance, radii, widths, levels / 20)
    places = rng.uniform(10, 118, (12, 2))
    sizes, heights = rng.uniform(1.5, 4, 12), rng.uniform(20, 90, 12)
    gaps = [slice(60, 66)], [slice(30, 36), slice(90, 96)]
    photons = np.array([40.0]), np.array([0.3]), 0.119
    return [
        _panel(effects.beam_halo, distance, 60.0, radius=15.0, exponent=2.0, rng=rng),
        _panel(effects.scattering_rings, distance, radii, widths, levels, rng=rng),
        _panel(effects.spots, _SHAPE, places, sizes, heights, rng=rng),
        _panel(effects.speckles, _SHAPE, 3.0, contrast=1.0, rng=rng, noise=0.05),
        _panel(effects.photon_charge, rings, *photons, rng=rng, note="rings of 1 to 3 photons/px"),
        _panel(
            effects.module_gaps, _SHAPE, *gaps, rng=rng, noise=0.05, note="1: sensitive, 0: gap"
        ),
    ]


def _transfer(rng: np.random.Generator) -> list[Panel]:
    places = np.mgrid[10:128:20, 10:128:20].reshape(2, -1)
    hits = effects.hot_pixels(_SHAPE, np.float32(400), *places) + _track()
    flood = np.full(_SHAPE, 60.0)
    spot = 4e4 * np.exp(-(np.hypot(*(np.indices(_SHAPE) - 64)) ** 2) / 8)
    lost = effects.transfer_losses(_SHAPE, 0.15, rng=rng)
    event = {"row": 60, "first_column": 15, "length": 90, "brightest": 25, "roughness": 0.3}
    return [
        _panel(effects.blooming, spot, 2000.0, rng=rng, note="a spot of 40000 e⁻"),
        _panel(effects.serial_register_event, _SHAPE, 80.0, rng=rng, **event),
        _panel(effects.charge_transfer_loss, flood, lost, rng=rng, note="flat 60 e⁻/px, CTI 0.15"),
        _panel(effects.charge_trails, hits, 8e-3, 2e-3, rng=rng, note="points and a track"),
        _panel(effects.bin_columns, _track(), 4, rng=rng, note="a track"),
        _panel(effects.inactive_columns, flood, 8, 24, rng=rng, note="flat 60 e⁻/px"),
        _panel(effects.overscan_between, flood, 2, 8, rng=rng, note="flat 60 e⁻/px"),
    ]


def _readout(rng: np.random.Generator) -> list[Panel]:
    bright = effects.edge_glow(_SHAPE, 100.0, 40.0, edge="left", profile="exponential")
    bright += effects.readout_noise(_SHAPE, _NOISE, rng=rng)
    plane = effects.background_plane(_SHAPE, 3.0, 3.0)
    plane += effects.readout_noise(_SHAPE, 0.2, rng=rng)
    pedestals = np.array([[0.0, 10.0], [20.0, 5.0]])
    fringes = {"period": 14.0, "angle": 30.0, "phase": 0.0}
    return [
        _panel(effects.readout_noise, _SHAPE, 20.0, 4, rng=rng, noise=0),
        _panel(effects.telegraph_noise, _SHAPE, 20.0, 0.05, rng=rng),
        _panel(effects.row_offsets, _SHAPE, 2.0, rng=rng),
        _panel(effects.column_transient, _SHAPE, -30.0, 10.0, rng=rng),
        _panel(effects.background_plane, _SHAPE, 10.0, 5.0, rng=rng),
        _panel(effects.section_map, _SHAPE, pedestals, rng=rng, note="pedestals of 0 to 20 ADU"),
        _panel(effects.correlated_fringes, _SHAPE, 1.0, rng=rng, **fringes),
        _panel(effects.saturate, bright, 50.0, rng=rng, noise=0, note="an edge of 100 e⁻"),
        _panel(effects.quantise, plane, rng=rng, note="a slope, noise 0.2 ADU", noise=0),
    ]


def _column_structure(rng: np.random.Generator) -> list[Panel]:
    places = np.arange(12) * np.arange(1, 13) // 2 + 30
    ones, firsts = np.ones(12, dtype=int), np.where(np.arange(12) % 3, 0, 50)
    band = {"first": 40, "end": 128, "scale": 60.0, "axis": 1}
    return [
        _panel(effects.column_offsets, _SHAPE, 2.0, rng=rng),
        _panel(effects.baseline_wave, _SHAPE, 3.0, 6.0, axis=1, rng=rng),
        _panel(effects.baseline_step, _SHAPE, 8.0, rng=rng, **band),
        _panel(effects.dark_columns, _SHAPE, 20.0, places, ones, firsts, rng=rng),
    ]


def _track() -> np.ndarray:
    """Charge (e⁻) of a straight track that widens from one end to the other."""
    rows, columns = np.indices(_SHAPE)
    along = np.clip((rows + columns - 60) / 140, 0, 1)
    across = (rows - columns + 10) / 2**0.5
    sigma = 0.5 + 1.5 * along
    inside = (along > 0) & (along < 1)
    return (inside * 150 / sigma * np.exp(-((across / sigma) ** 2) / 2)).astype(np.float32)


def _panel(
    effect: Callable[..., np.ndarray],
    *values: object,
    rng: np.random.Generator,
    noise: float = _NOISE,
    note: str = "",
    **named: object,
) -> Panel:
    """Call `effect`, add read noise (ADU), and write its parameters into the caption."""
    parameters = signature(effect)
    given = parameters.bind_partial(*values, **named)
    if "rng" in parameters.parameters:
        given.arguments["rng"] = rng
    image = effect(*given.args, **given.kwargs)
    image = image + effects.readout_noise(image.shape, noise, rng=rng)
    title = effect.__name__
    words = [note, *(_words(title, name, value) for name, value in given.arguments.items())]
    return Panel(title, ", ".join(filter(None, words)), image)


def _words(title: str, name: str, value: object) -> str:
    """Name, value and unit of a parameter; nothing for frames and what is not a quantity."""
    if (
        name in ("shape", "rng", "vertical", "row_gaps", "column_gaps", "axis")
        or np.ndim(value) > 1
    ):
        return ""
    if isinstance(value, str):
        text = value
    elif isinstance(value, np.ndarray):
        text = f"{value.min():.3g} to {value.max():.3g}"
    else:
        text = " × ".join(f"{number:g}" for number in np.atleast_1d(value))
    unit = _UNITS.get(f"{title} {name}") or _UNITS.get(name, "")
    return f"{name.replace('_', ' ')} {text} {unit}".rstrip().replace("-", "−")
