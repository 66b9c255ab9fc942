"""Workflows: what the scripts, the command and a notebook call alike."""
