"""Validates bills of materials: validate.py FILE..."""

import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

validator = JsonStrictValidator(SchemaVersion.V1_6)
for name in sys.argv[1:]:
    error = validator.validate_str(Path(name).read_text())
    if error is not None:
        sys.exit(f"{name}: {error}")
    print(f"{name}: valid")
