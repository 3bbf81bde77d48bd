"""The page on time shows the picture that the rules draw."""

from __future__ import annotations

from docs.time_picture import PICTURE, picture


def test_picture_is_the_one_that_the_rules_draw() -> None:
    """The committed picture is renewed with the rules: ``python -m docs.time_picture``."""
    assert PICTURE.read_text(encoding="utf-8") == picture()


def test_page_shows_the_picture() -> None:
    """The page has the picture beside its tables."""
    assert f"]({PICTURE.name})" in PICTURE.with_suffix(".md").read_text(encoding="utf-8")
