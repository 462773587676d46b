"""The JSON interface described for people, from its OpenAPI document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    where: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the interface and what it gives."""

    path: str
    title: str
    text: str
    parameters: tuple[Parameter, ...]


def operations(document: Mapping[str, Any]) -> tuple[Operation, ...]:
    """Read the GET operations of an OpenAPI document.

    >>> operations({"paths": {"/api/x": {"get": {"summary": "X", "description": "Gives x."}}}})
    (Operation(path='/api/x', title='X', text='Gives x.', parameters=()),)
    """
    found = []
    for path, methods in document["paths"].items():
        get = methods["get"]
        parameters = tuple(
            Parameter(p["name"], p["in"], p.get("required", False), p.get("description", ""))
            for p in get.get("parameters", ())
        )
        found.append(Operation(path, get["summary"], get.get("description", ""), parameters))
    return tuple(found)
