"""JSON Schema of instance files, for editors that complete and check them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from solver.instance.fields import MONTH_PATTERN
from solver.instance.versions import FORMAT

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = {"$ref": "#/$defs/quantity"}
_DATED = {"$ref": "#/$defs/ranged_month"}
_NULL = {"type": "null"}
_MONTH = {"type": "string", "pattern": MONTH_PATTERN}


def schema_json(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of an instance file that ``model`` describes.

    Beyond the model, every number and month may be a quantity, ``extends`` may name files, null may remove an inherited
    key, and only ``format`` is required, because all other keys may be inherited.
    """
    schema: dict[str, Any] = _opened(model.model_json_schema())
    schema["$defs"] = {**schema.get("$defs", {}), "quantity": _quantity({"type": "number"}, "number")}
    schema["$defs"]["ranged_month"] = _quantity(_MONTH, "month") | {"title": "ranged_month"}
    version = {"const": FORMAT, "description": "version of the file format"}
    schema["properties"] = {"extends": _extends(), **schema.get("properties", {}), "format": version}
    schema["required"] = ["format"]
    title = "Instance of kardashev"
    return {"$schema": _DIALECT, **schema, "title": title}


def _quantity(number: dict[str, Any], noun: str) -> dict[str, Any]:
    return {
        "type": "object",
        "title": "quantity",
        "description": f"A {noun} with its range and where it comes from.",
        "properties": {
            "low": number,
            "central": number,
            "high": number,
            "source": {"type": "string", "description": "a key of sources, or assumption (then with a note)"},
            "note": {"type": "string"},
        },
        "required": ["central"],
        "additionalProperties": False,
    }


def _extends() -> dict[str, Any]:
    return {
        "description": "Files this one builds on, relative to it; later ones override earlier ones.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }


def _opened(schema: dict[str, Any]) -> dict[str, Any]:
    opened: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "$defs":
            opened[key] = {name: _opened(part) for name, part in value.items()}
        elif key in ("properties", "patternProperties"):
            opened[key] = {name: _removable(_opened(part)) for name, part in value.items()}
        elif key == "additionalProperties" and isinstance(value, dict):
            opened[key] = _removable(_opened(value))
        elif key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            # A part of a mapping may fit several kinds at once, so "one of" would refuse good files.
            opened["anyOf" if key == "oneOf" else key] = [_opened(part) for part in value]
        elif key == "items" and isinstance(value, dict):
            opened[key] = _opened(value)
        elif key not in ("required", "discriminator"):
            opened[key] = value
    if schema.get("type") in ("number", "integer") and "const" not in schema:
        return _either(opened, _REFERENCE)
    return _either(opened, _DATED) if schema.get("pattern") == _MONTH["pattern"] else opened


def _removable(schema: dict[str, Any]) -> dict[str, Any]:
    return schema if _NULL in schema.get("anyOf", []) else _either(schema, _NULL)


def _either(schema: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key in ("title", "description", "default")}
    rest = {key: value for key, value in schema.items() if key not in kept}
    options = rest["anyOf"] if rest.keys() == {"anyOf"} else [rest]
    return {**kept, "anyOf": [*options, other]}
