"""Rates of a run: from tables of its events and frames to a spectrum."""
