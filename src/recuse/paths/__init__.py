"""Nodes, edges that carry a reason, and the shortest escape path. Knows no database."""

from recuse.paths.graph import Graph
from recuse.paths.places import ANYONE, FILTERED, Edge, Path, Place
from recuse.paths.search import Reached, Search

__all__ = ["ANYONE", "FILTERED", "Edge", "Graph", "Path", "Place", "Reached", "Search"]
