"""Clusters that several particles left, divided into them."""

from ccdseg.events.separation.dividing import divide_clusters
from ccdseg.events.separation.division import Division

__all__ = ["Division", "divide_clusters"]
