"""Adapters whose library is not installed."""

import importlib

import pytest

from stepgym.adapters.extras import needs


def test_a_library_that_is_missing_is_named_with_its_extra() -> None:
    advice = r"'no_such_peer': install the extra trl, as in pip install"
    with pytest.raises(ModuleNotFoundError, match=advice) as missing, needs("trl"):
        importlib.import_module("no_such_peer")
    assert missing.value.name == "no_such_peer"


def test_other_errors_of_an_import_stay_as_they_are() -> None:
    with pytest.raises(ImportError, match="cannot import name") as raised, needs("trl"):
        from stepgym import no_such_name  # type: ignore[attr-defined]  # noqa: F401
    assert not isinstance(raised.value, ModuleNotFoundError)
