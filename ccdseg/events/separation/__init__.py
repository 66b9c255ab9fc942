"""Clusters that several particles left, divided into them."""

from ccdseg.events.separation.canvas import ClusterCharges
from ccdseg.events.separation.dividing import divide_clusters
from ccdseg.events.separation.division import Division

__all__ = ["ClusterCharges", "Division", "divide_clusters"]
