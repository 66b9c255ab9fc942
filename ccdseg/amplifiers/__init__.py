"""Sections of a frame that different amplifiers read: found or told, and levelled."""

from ccdseg.amplifiers.finding import find_sections
from ccdseg.amplifiers.levelling import level
from ccdseg.amplifiers.section import Section, Sections, parse_sections

__all__ = ["Section", "Sections", "find_sections", "level", "parse_sections"]
