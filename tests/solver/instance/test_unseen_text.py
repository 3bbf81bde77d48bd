"""Text with control letters or marks of writing direction is refused at its line, typed or escaped."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.errors import InstanceError
from solver.instance.read import read

TINY = Path(__file__).parents[3] / "instances" / "tiny" / "one_flight.yaml"
UNSEEN = {"escape": "\x1b", "bell": "\x07", "override": "\u202e", "isolate": "\u2066", "mark": "\u200f", "byte": "\x9b"}


@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("name", UNSEEN)
def test_unseen_characters_are_refused(name: str, escaped: bool, tmp_path: Path) -> None:
    """The message names the character, and the line where it stands."""
    letter = f"\\u{ord(UNSEEN[name]):04x}" if escaped else UNSEEN[name]
    file = tmp_path / "file.yaml"
    file.write_text(
        f'format: 2\nname: n\nextends: {TINY}\nvehicles: {{big: {{title: "a{letter}b"}}}}\n', encoding="utf-8"
    )
    with pytest.raises(InstanceError) as raised:
        read(file)
    (issue,) = raised.value.issues
    assert issue.line == 4
    assert f"U+{ord(UNSEEN[name]):04X}" in issue.message


def test_words_of_other_scripts_stay(tmp_path: Path) -> None:
    """Right-to-left words need no mark, joiners belong to words, and so do signs beyond the first plane."""
    file, title = (
        tmp_path / "file.yaml",
        "\u0627\u0644\u0642\u0645\u0631 \u05d9\u05e8\u05d7 \u0646\u200c\u0647 \U0001f680",
    )
    file.write_text(f'format: 2\nname: "{title}"\nextends: {TINY}\n', encoding="utf-8")
    assert read(file).instance.name == title
