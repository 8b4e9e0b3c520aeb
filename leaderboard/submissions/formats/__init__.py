"""The formats of prediction files, whose readers server and command share: `spinebench.formats`.

The form, the messages and the documents of the API follow from them. The page of documents is
docs/prediction-files.md, which has a section for each.
"""

from spinebench.formats.file import File
from spinebench.formats.format import (
    NO_OUTPUT,
    Extras,
    FileFacts,
    Format,
    Row,
    Rows,
    Shown,
    describe_failed,
)
from spinebench.formats.problem import Unreadable
from spinebench.formats.reading import (
    ENDINGS,
    FORMAT_WORDS,
    FORMATS,
    TOOLS,
    Opened,
    find_format,
    open_file,
)

__all__ = [
    "ENDINGS",
    "FORMATS",
    "FORMAT_WORDS",
    "NO_OUTPUT",
    "TOOLS",
    "Extras",
    "File",
    "FileFacts",
    "Format",
    "Opened",
    "Row",
    "Rows",
    "Shown",
    "Unreadable",
    "describe_failed",
    "find_format",
    "open_file",
]
