"""Pictures from scans: DICOM, NIfTI and 16-bit PNG become 8-bit pictures with their provenance.

pydicom and nibabel are loaded when a scan is read, not before.
"""

from leaderboard.pictures.concerns import Concern, Confirmed, look_at
from leaderboard.pictures.contrast import find_odd_contrast, is_inverted_against, make_fields
from leaderboard.pictures.convert import Drawn, Wishes, draw_stacks, find_scans, order_scans
from leaderboard.pictures.facts import Edges, Fact, find_edges, list_facts
from leaderboard.pictures.grey import make_window
from leaderboard.pictures.label_tables import TOOLS
from leaderboard.pictures.masks import Levels, read_levels
from leaderboard.pictures.slices import ScanFile
from leaderboard.pictures.source import PictureSource, Window
from leaderboard.pictures.text import find_text
from leaderboard.pictures.write import (
    LIST,
    SHEET,
    Shown,
    Written,
    make_sheet,
    write_list,
    write_pictures,
    write_sheet,
)

__all__ = (
    "LIST",
    "SHEET",
    "TOOLS",
    "Concern",
    "Confirmed",
    "Drawn",
    "Edges",
    "Fact",
    "Levels",
    "PictureSource",
    "ScanFile",
    "Shown",
    "Window",
    "Wishes",
    "Written",
    "draw_stacks",
    "find_edges",
    "find_odd_contrast",
    "find_scans",
    "find_text",
    "is_inverted_against",
    "list_facts",
    "look_at",
    "make_fields",
    "make_sheet",
    "make_window",
    "order_scans",
    "read_levels",
    "write_list",
    "write_pictures",
    "write_sheet",
)
