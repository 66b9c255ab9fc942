"""From a mask to events: one row per particle, with its position, charge, energy and shape."""

from ccdseg.events.amplifier_columns import add_amplifiers
from ccdseg.events.columns import stack_events
from ccdseg.events.distance_columns import add_distances
from ccdseg.events.event_map import EventMap
from ccdseg.events.finding import find_events, map_events
from ccdseg.events.sky_columns import add_sky_positions

__all__ = [
    "EventMap",
    "add_amplifiers",
    "add_distances",
    "add_sky_positions",
    "find_events",
    "map_events",
    "stack_events",
]
