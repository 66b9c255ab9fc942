"""From a mask to events: one row per cluster, with its position, charge, energy and shape."""

from ccdseg.events.columns import stack_events
from ccdseg.events.finding import find_events

__all__ = ["find_events", "stack_events"]
