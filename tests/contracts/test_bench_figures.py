"""Figures of the benchmark in the documentation: they are those of ``results/tables/bench.csv``."""

from __future__ import annotations

import pytest

from docs.developers.bench_figures import PAGES, laid_in, read


@pytest.mark.parametrize(("path", "name", "table"), PAGES, ids=[name for _, name, _ in PAGES])
def test_pages_hold_the_table_as_it_is(path, name, table) -> None:  # type: ignore[no-untyped-def]
    """A table of an older benchmark is found; ``python -m docs.developers.bench_figures`` mends it."""
    page = path.read_text(encoding="utf-8")
    assert laid_in(page, name, table(read())) == page, f"{path}: out of date"


def test_page_without_its_comments_is_refused() -> None:
    """A page that lost its comments would never be updated again."""
    with pytest.raises(ValueError, match="the comments of speed are missing"):
        laid_in("<!-- speed -->\n", "speed", "|\n")
