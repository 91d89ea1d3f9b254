"""The table of switches says all there is to say about each."""

from __future__ import annotations

import pytest

from integrations.sandbox import switches
from integrations.sandbox.switches import Source, Switches, Topic


@pytest.mark.parametrize("name", switches.names())
def test_every_switch_says_what_it_is_and_where_its_default_comes_from(name: str) -> None:
    about = switches.about(name)
    assert about.topic in Topic
    assert about.source in Source
    assert about.meaning


def test_a_switch_read_back_from_json_is_the_same() -> None:
    changed = switches.change(Switches(), {"mangling": "trims", "down": True, "activity_seconds": 3})
    assert switches.change(Switches(), switches.as_json(changed)) == changed


def test_changing_one_switch_leaves_the_others() -> None:
    changed = switches.as_json(switches.change(Switches(), {"down": True}))
    assert changed == switches.as_json(Switches()) | {"down": True}
