"""Hits that the readout cut at a row."""
