"""The settings of a fresh installation."""

import json
from pathlib import Path
from typing import Any

DEFAULTS: dict[str, Any] = json.loads(
    Path(__file__).with_name("default_settings.json").read_text("utf-8")
)
