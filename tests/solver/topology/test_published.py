"""Published constellations from their files: the figures of the authors, and files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.errors import UsageError
from solver.topology.published import PublishedConstellation, read_edges, read_published

DATA = Path(__file__).parents[2] / "data" / "topology"
FILES = [DATA / f"{name}.txt" for name in ("sat_positions_0", "cities", "city_pairs_rand_5K", "city_coverage_0")]


@pytest.fixture(scope="module")
def published() -> PublishedConstellation:
    """The 40 x 40 constellation at 53 degrees of Bhattacherjee and Singla."""
    return read_published(*FILES)


@pytest.mark.slow
def test_plus_grid_comes_out_as_published(published: PublishedConstellation) -> None:
    """+Grid on 40 x 40 satellites has the published stretch 1.2483452742 and 10.5748274817 hops."""
    found = published.path_statistics(published.plus_grid())
    assert (found.links, found.unreached) == (3200, 0)
    assert found.stretch == pytest.approx(1.2483452742, abs=1e-9)
    assert found.hops == pytest.approx(10.5748274817, abs=1e-9)


@pytest.mark.slow
def test_best_motif_comes_out_as_published(published: PublishedConstellation) -> None:
    """The best motif of three zones has the published stretch 1.5416966726 and 4.5923474830 hops."""
    found = published.path_statistics(read_edges(DATA / "best_motif_overall.txt", 1600))
    assert (found.links, found.unreached) == (3040, 0)
    assert found.stretch == pytest.approx(1.5416966726, abs=1e-9)
    assert found.hops == pytest.approx(4.5923474830, abs=1e-9)


def test_a_pair_without_a_path_is_counted_and_left_out(published: PublishedConstellation) -> None:
    """Without any link between satellites only cities under one satellite are joined, by two hops each."""
    found = published.path_statistics(read_edges(DATA / "best_motif_overall.txt", 1600)[:0])
    assert 0 < found.unreached < 5000
    assert found.hops == 2.0


@pytest.mark.parametrize(
    ("which", "content", "said"),
    [
        (0, "0,0,0,1.0,2.0\n", "positions.txt:1: found '0,0,0,1.0,2.0', expected numbers"),
        (0, "1,0,0,1,2,550\n", "positions.txt: satellites must be numbered 0, 1, 2"),
        (0, "", "positions.txt: found nothing"),
        (2, "10001,7,100.0\n", "pairs.txt:1: unknown city 7"),
        (3, "10001,5000,900.0\n", "coverage.txt:1: unknown satellite 5000"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(which: int, content: str, said: str, tmp_path: Path) -> None:
    """What is not a number, or names nothing, is refused with the file and the line."""
    files = [*FILES]
    files[which] = tmp_path / f"{('positions', 'cities', 'pairs', 'coverage')[which]}.txt"
    files[which].write_text(content)
    with pytest.raises(UsageError) as caught:
        read_published(*files)
    assert said in str(caught.value)


def test_a_self_link_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    """A file of links may not join a satellite to itself, and a file that is not there is named."""
    (tmp_path / "edges.txt").write_text("3,3\n")
    with pytest.raises(UsageError, match="a link of a node to itself"):
        read_edges(tmp_path / "edges.txt", 1600)
    with pytest.raises(UsageError, match="cannot be read"):
        read_edges(tmp_path / "none.txt", 1600)
