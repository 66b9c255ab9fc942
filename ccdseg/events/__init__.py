"""From a mask to events: one row per cluster, with its position, charge, energy and shape."""

from ccdseg.events.amplifier_columns import add_amplifiers
from ccdseg.events.columns import stack_events
from ccdseg.events.finding import find_events

__all__ = ["add_amplifiers", "find_events", "stack_events"]
