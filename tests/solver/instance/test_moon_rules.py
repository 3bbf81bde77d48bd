"""Malformed lunar sections over the real schema: one named edit each, reported with line, found and expected."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from solver.errors import InstanceError
from solver.horizon.substeps import calendar_lag, longest_step
from solver.instance.consistency import cross_check
from solver.instance.read import read
from solver.instance.schema import Instance
from tests.solver.command import ended
from tests.solver.instance.lunar_edits import EDITS, LUNAR, MOON

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
FILES = ["tests/data/moon.yaml", "tests/data/uses_everything.yaml", "instances/tiny/moon_transfer.yaml"]
CELLS = MOON[MOON.index("    cells:") : MOON.index("  bills:")]


def _printed(path: Path) -> list[str]:
    with pytest.raises(InstanceError) as error:
        read(path)
    return [str(fault).removeprefix(f"{path}:") for fault in error.value.issues]


@pytest.mark.parametrize(("old", "new", "line", "part"), EDITS.values(), ids=EDITS.keys())
def test_edit(old: str, new: str, line: int, part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file with one mistake about the Moon is refused with exit code 2, at its line, in short words."""
    assert LUNAR.count(old) == 1
    path = tmp_path / "try.yaml"
    path.write_text(LUNAR.replace(old, new), encoding="utf-8")
    faults = _printed(path)
    assert any(fault.startswith(f"{line}  ") and part in fault for fault in faults), faults
    assert all(len(fault) < 220 for fault in faults)
    assert len(faults) <= 3
    for command in ("validate", "solve"):
        assert ended(command, str(path)) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count(f"{path}:") == len(faults)
        assert "Traceback" not in said.err


@pytest.mark.parametrize(("old", "new"), [edit[:2] for edit in EDITS.values()], ids=EDITS.keys())
def test_a_wrong_type_hides_no_fault(old: str, new: str, tmp_path: Path) -> None:
    """Beside every such mistake a wrong type elsewhere is one more fault, and never changes what else is reported."""
    text = LUNAR.replace(old, new)
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "two.yaml").write_text(text.replace("slots: 5000", "slots: lots"), encoding="utf-8")
    alone, both = set(_printed(tmp_path / "one.yaml")), set(_printed(tmp_path / "two.yaml"))
    assert alone <= both
    assert all('regimes.low.slots: found "lots"' in fault for fault in both - alone)


def test_all_issues_at_once(tmp_path: Path) -> None:
    """All lunar rules are reported together; beside a wrong type in the lunar section they wait, the others do not."""
    text = LUNAR
    for old, new in (
        ("panels: 0.3", "panels: 0.2"),
        ("feed: {chips", "feed: {chip"),
        ("name: mill, local_share: 1", "name: mill, local_share: 0.7"),
        ("doubling_years: 0.6", "doubling_years: 0.4"),
        ("altitude_km: 650", "altitude_km: 250"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    assert _keys(_printed(tmp_path / "rules.yaml")) == [
        "shells.near.altitude_km",
        "moon.doubling_years",
        "moon.seed.mix",
        "moon.commodities.metal.unlocks[1].local_share",
        "moon.activities.works.feed.chip",
    ]
    text = text.replace("landed_t: 30", "landed_t: much").replace("node: {metal: 0.9", "node: {metal: lots")
    (tmp_path / "types.yaml").write_text(text, encoding="utf-8")
    assert _keys(_printed(tmp_path / "types.yaml")) == [
        "shells.near.altitude_km",
        "moon.landers.stays.landed_t",
        "moon.bills.node.metal",
    ]


def _keys(issues: list[str]) -> list[str]:
    return [issue.split("  ")[1].split(": ")[0] for issue in issues]


def _lunar(tmp_path: Path, *edits: tuple[str, str]) -> Instance:
    text = LUNAR
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "good.yaml").write_text(text, encoding="utf-8")
    return read(tmp_path / "good.yaml").instance


def test_the_base_is_good(tmp_path: Path) -> None:
    """The text that all edits start from is valid, and what it says of the Moon is solved."""
    assert _lunar(tmp_path).use.moon
    assert ended("solve", str(tmp_path / "good.yaml"), "--out", str(tmp_path / "run")) == 0


@pytest.mark.parametrize("edits", [(), ((CELLS, ""),)], ids=["power at night", "no power at night"])
def test_doubling_as_quick_as_the_shortest_lag(edits: tuple[tuple[str, str], ...], tmp_path: Path) -> None:
    """Robots may double plant within the shortest lag of the calendar, counted as by the clock of its steps."""
    moon = _lunar(tmp_path, ("doubling_years: 0.6", "doubling_years: 1"), *edits).moon
    assert moon is not None
    shortest = min(calendar_lag(moon, activity.lag_years) for activity in moon.activities.values())
    assert shortest == pytest.approx(0.5 if not edits else 0.5 / 0.8)
    quick = _lunar(tmp_path, ("doubling_years: 0.6", f"doubling_years: {shortest}"), *edits).moon
    assert quick is not None
    assert longest_step(quick) == pytest.approx(shortest)
    with pytest.raises(InstanceError, match="the shortest lag"):
        _lunar(tmp_path, ("doubling_years: 0.6", f"doubling_years: {shortest * 0.99}"), *edits)


def test_faults_of_a_moon_not_in_use_do_no_harm(tmp_path: Path) -> None:
    """What is described and not used is judged by its types alone."""
    unused = (("platforms: [cube, mirror]\n  moon: true", "platforms: [cube]"), ("[near, swarm]", "[near]"))
    assert not _lunar(tmp_path, *unused, ("panels: 0.3", "panels: 0.2")).use.moon
    with pytest.raises(InstanceError, match="landed_t"):
        _lunar(tmp_path, *unused, ("landed_t: 30", "landed_t: -30"))


@pytest.mark.parametrize("file", FILES)
def test_an_instance_written_out_can_be_read_again(file: str) -> None:
    """Places in deep space have no altitude: what an instance is, written out with all defaults, makes it again."""
    instance = read(ROOT / file).instance
    assert any(shell.deep_space and shell.altitude_km == 0 for shell in instance.shells.values())
    data: dict[str, Any] = instance.model_dump(by_alias=True)
    again = Instance.model_validate(copy.deepcopy(data))
    assert again == instance
    assert cross_check(again) == []
    assert Instance.model_validate_json(instance.model_dump_json(by_alias=True), strict=True) == instance
