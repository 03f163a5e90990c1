"""Ids as other systems make them, each with something that a table's key or an address cannot hold as it is."""

import pytest

TRICKY_KEYS = [
    pytest.param("a/b", id="slash"),
    pytest.param("a\\b", id="backslash"),
    pytest.param("a#b", id="hash"),
    pytest.param("a?b", id="question mark"),
    pytest.param("a|b", id="bar"),
    pytest.param("a+b c", id="plus and space"),
    pytest.param("a%2Fb%", id="percent"),
    pytest.param("a=2Fb=", id="equals, as the encoding writes it"),
    pytest.param("a'b\"c", id="quotes"),
    pytest.param("a\tb\nc\x00d\x7fe\x9ff", id="controls"),
    pytest.param("ä-会-😀", id="beyond ASCII"),
    pytest.param("...", id="dots"),
    pytest.param("x" * 250, id="long"),
]
