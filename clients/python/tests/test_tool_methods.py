"""Methods made of tools."""

import inspect
from typing import Any, Literal, get_type_hints

import pytest

import stepgym
from stepgym.adapters.tool_methods import tool_methods, type_of

BOOK = {
    "name": "book-flight",
    "description": "Books a flight.\n  At once.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "note": {"type": "string"},
            "from": {"type": "string", "description": "Where it\nstarts."},
            "seats": {"type": "array", "items": {"type": "integer"}},
            "class": {"enum": ["first", "second"], "description": "Class."},
        },
        "required": ["from", "class"],
    },
}


def made(*tools: dict[str, Any]) -> Any:
    calls: list[tuple[str, dict[str, Any]]] = []

    def call(instance: Any, name: str, arguments: dict[str, Any]) -> str:
        calls.append((name, arguments))
        return "booked"

    return type("Tools", (), {**tool_methods(tools, call), "calls": calls})()


def test_a_method_has_the_types_and_the_documentation_of_its_tool() -> None:
    method = made(BOOK).book_flight
    assert str(inspect.signature(method)) == (
        "(from_: str, class_: Literal['first', 'second'], note: str | None = None, seats: list[int] | None = None)"
        " -> str"
    )
    assert get_type_hints(method) == {
        "from_": str,
        "class_": Literal["first", "second"],
        "note": str | None,
        "seats": list[int] | None,
        "return": str,
    }
    assert inspect.getdoc(method) == (
        "Books a flight. At once.\n\nArgs:\n    note: note\n    from_: Where it starts.\n    seats: seats\n"
        "    class_: Class.\n\nReturns:\n    What the environment answers."
    )


def test_a_call_has_the_names_of_the_tool_and_no_argument_that_was_left_out() -> None:
    tools = made(BOOK, {"name": "7 up", "description": "", "inputSchema": {"type": "object"}})
    assert tools.book_flight("Rome", class_="first", seats=[1]) == "booked"
    assert tools.tool_7_up() == "booked"
    assert tools.calls == [("book-flight", {"from": "Rome", "class": "first", "seats": [1]}), ("7 up", {})]
    with pytest.raises(TypeError, match="missing a required argument"):
        tools.book_flight("Rome")


def test_tools_whose_names_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(stepgym.RefusedError, match="would be called book_flight"):
        made(BOOK, {**BOOK, "name": "book_flight"})


def test_a_schema_without_a_single_type_is_anything() -> None:
    schemas: list[Any] = [True, {}, {"type": ["string", "null"]}, {"oneOf": [{"type": "string"}]}]
    assert [type_of(schema) for schema in schemas] == [Any] * 4
    assert [type_of({"type": "array"}), type_of({"type": "object"})] == [list, dict]
