"""Simulated images, frames and raw runs, as files."""
