"""Evaluation of a model: sets of frames, scores of each, and the report."""
