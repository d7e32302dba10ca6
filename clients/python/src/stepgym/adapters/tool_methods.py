"""Methods of a class made of the tools of an environment: typed, documented, callable by name."""

from __future__ import annotations

import inspect
import keyword
import re
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from ..errors import invalid

Call = Callable[[Any, str, dict[str, Any]], Any]
"""Calls a tool by its name with its arguments, on an instance."""

_TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "object": dict,
    "null": type(None),
}


def tool_methods(tools: Sequence[Mapping[str, Any]], call: Call) -> dict[str, Callable[..., Any]]:
    """Methods for tools, by names that Python can have.

    Args:
        tools: Each with ``name``, ``description`` and ``inputSchema`` (a JSON Schema of type ``object``).
        call: What a call of a method does.

    Raises:
        RefusedError: ``CONFIG_INVALID`` if two tools would get the same name.
    """
    methods: dict[str, Callable[..., Any]] = {}
    for tool in tools:
        name = _identifier(tool["name"])
        if name in methods:
            raise invalid(f"two tools of the environment would be called {name} in Python")
        methods[name] = _method(name, tool, call)
    return methods


def _method(name: str, tool: Mapping[str, Any], call: Call) -> Callable[..., Any]:
    schema = tool["inputSchema"]
    parameters = _parameters(schema)
    names = {_identifier(key): key for key in schema.get("properties", {})}

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs).arguments
        arguments = {names[key]: value for key, value in given.items() if key in names and value is not None}
        return call(self, tool["name"], arguments)

    instance = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    signature = inspect.Signature([instance, *parameters], return_annotation=str)
    method.__name__ = method.__qualname__ = name
    method.__signature__ = signature  # type: ignore[attr-defined]
    method.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": str}
    method.__doc__ = _documentation(tool)
    return method


def _parameters(schema: Mapping[str, Any]) -> list[inspect.Parameter]:
    """Parameters, those that are needed first."""
    required = schema.get("required", [])
    properties = schema.get("properties", {})
    needed = [_parameter(key, properties[key], inspect.Parameter.empty) for key in properties if key in required]
    return needed + [_parameter(key, properties[key], None) for key in properties if key not in required]


def _parameter(key: str, schema: Any, default: Any) -> inspect.Parameter:
    annotation = type_of(schema)
    return inspect.Parameter(
        _identifier(key),
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=default,
        annotation=annotation | None if default is None and annotation is not Any else annotation,
    )


def type_of(schema: Any) -> Any:
    """Type of Python that a JSON Schema describes; ``Any`` where it describes no single one."""
    if not isinstance(schema, Mapping):
        return Any
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if schema.get("type") == "array":
        item = type_of(schema.get("items"))
        return list if item is Any else types.GenericAlias(list, (item,))
    kind = schema.get("type")
    return _TYPES.get(kind, Any) if isinstance(kind, str) else Any


def _documentation(tool: Mapping[str, Any]) -> str:
    """Docstring in Google's style, as chat templates need it."""
    properties = tool["inputSchema"].get("properties", {})
    lines = [_line(tool.get("description")) or tool["name"]]
    if properties:
        lines += ["", "Args:"]
        lines += [f"    {_identifier(key)}: {_line(_described(schema)) or key}" for key, schema in properties.items()]
    return "\n".join([*lines, "", "Returns:", "    What the environment answers."])


def _described(schema: Any) -> Any:
    return schema.get("description") if isinstance(schema, Mapping) else None


def _line(text: Any) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""


def _identifier(name: str) -> str:
    """Name that Python can have and that does not begin with an underscore."""
    plain = re.sub(r"\W", "_", name).lstrip("_") or "tool"
    plain = f"tool_{plain}" if plain[0].isdigit() else plain
    return f"{plain}_" if keyword.iskeyword(plain) else plain
