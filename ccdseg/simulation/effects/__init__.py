"""Effects of a CCD and its readout: one pure function each, charge in electrons.

Every function returns a new array and takes its randomness from `rng`. Row 0 is the top of a frame
and column 0 its left; the amplifier lies beyond them, so that rows are read from the top down.
"""

from ccdseg.simulation.effects.amplifier_readout import overscan_between, section_map
from ccdseg.simulation.effects.column_structure import (
    baseline_step,
    baseline_wave,
    column_offsets,
    dark_columns,
)
from ccdseg.simulation.effects.dark import (
    SECONDS_PER_DAY,
    dark_charge_ramp,
    mean_dark_charge,
    poisson_charge,
    waiting_time,
)
from ccdseg.simulation.effects.glow import corner_glow, edge_glow, glowing, terraced
from ccdseg.simulation.effects.hot import (
    bad_edge,
    hot_column,
    hot_lines,
    hot_pixels,
    hot_row,
    line_profile,
)
from ccdseg.simulation.effects.photons import photon_charge
from ccdseg.simulation.effects.readout import (
    background_plane,
    charge_to_adu,
    column_transient,
    correlated_fringes,
    inactive_columns,
    quantise,
    readout_noise,
    row_offsets,
    saturate,
    telegraph_noise,
)
from ccdseg.simulation.effects.scattering import (
    beam_halo,
    distance_from,
    module_gaps,
    scattering_rings,
    speckles,
    spots,
)
from ccdseg.simulation.effects.serial import serial_register_event
from ccdseg.simulation.effects.transfer import (
    bin_columns,
    blooming,
    charge_trails,
    charge_transfer_loss,
    transfer_losses,
)

__all__ = [
    "SECONDS_PER_DAY",
    "background_plane",
    "bad_edge",
    "baseline_step",
    "baseline_wave",
    "beam_halo",
    "bin_columns",
    "blooming",
    "charge_to_adu",
    "charge_trails",
    "charge_transfer_loss",
    "column_offsets",
    "column_transient",
    "corner_glow",
    "correlated_fringes",
    "dark_charge_ramp",
    "dark_columns",
    "distance_from",
    "edge_glow",
    "glowing",
    "hot_column",
    "hot_lines",
    "hot_pixels",
    "hot_row",
    "inactive_columns",
    "line_profile",
    "mean_dark_charge",
    "module_gaps",
    "overscan_between",
    "photon_charge",
    "poisson_charge",
    "quantise",
    "readout_noise",
    "row_offsets",
    "saturate",
    "scattering_rings",
    "section_map",
    "serial_register_event",
    "speckles",
    "spots",
    "telegraph_noise",
    "terraced",
    "transfer_losses",
    "waiting_time",
]
