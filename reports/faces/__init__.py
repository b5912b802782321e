"""The faces of one snapshot: page, PDF, spreadsheet, CSV and JSON, which agree to the last digit."""

from .document import Document
from .drawing import DRAW, TYPES, draw
from .layout import chapters, methods, title
from .reform import as_csv as reform_csv
from .reform import as_xlsx as reform_xlsx

__all__ = ["DRAW", "TYPES", "Document", "chapters", "draw", "methods", "reform_csv", "reform_xlsx", "title"]
