"""Tests of ccdseg: they mirror the package."""
