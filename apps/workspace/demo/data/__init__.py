"""What the demo company is made of, in Chinese: people, departments, clients, texts."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def read(name: str) -> dict[str, Any]:
    """One of the files beside this one."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
