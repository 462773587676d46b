"""An example of each answer, for the OpenAPI document, from ``examples.json`` beside this.

Lists are cut to their first entries, and long texts to their beginning.
"""

import json
from importlib.resources import files
from typing import Any

_FILE = files("archive.web.api") / "examples.json"

ANSWERS: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
"""By the path of the operation, without its prefix."""
