"""From the events of a run to a rate: selection by expressions, spectrum per mass, time, energy."""

from ccdseg.events.rates.expressions import select
from ccdseg.events.rates.spectrum import bin_efficiency, choose_edges, rate_spectrum

__all__ = ["bin_efficiency", "choose_edges", "rate_spectrum", "select"]
