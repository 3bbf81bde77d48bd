"""Malformed instances over the real schema: one named edit each, reported with file and line, found and expected."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.solver.command import KARDASHEV, ended

pytestmark = pytest.mark.slow

BASE = """\
format: 2
name: Base of all issues
case: central
horizon:
  start: 2030-01
  periods: [{count: 3, length: year}]
  discount_share_per_year: 0.1
target:
  kind: power_alive
  milestones:
    - {date: 2032-01, gw: 0.02}
    - {date: 2033-01, gw: 0.04}
objective: {kind: least_cost}
use:
  vehicles: [lorry]
  shells: [near]
  platforms: [cube]
vehicles:
  lorry:
    available_from: 2030-01
    payload_t: {near: 50, far: 10}
    volume_m3: 1000
    sites: [cape]
    flight_musd: {low: 40, central: 50, high: 60, source: book, note: page 3}
    loss_share: 0.01
    flights_per_year: {start_per_year: 10}
sites:
  cape: {pads: 2, max_pads: 4, pad_musd: 10}
shells:
  near: {orbit: dawn_dusk, altitude_km: 650, regime: low, slots: 1000}
  far: {orbit: inclined, altitude_km: 1000, inclination_deg: 53}
regimes:
  low: {slots: 5000}
technology:
  arrays:
    film: {areal_output_w_per_m2: 350, specific_power_w_per_kg: 200, cost_usd_per_w: 10}
platforms:
  cube:
    it_power_kw: 10000
    declared: {mass_t: 10, cost_musd: 5, life_years: 5}
candidate_designs: {max_designs: 3}
sources:
  book: {title: A book}
"""
DECLARED = "declared: {mass_t: 10, cost_musd: 5, life_years: 5}"
MILESTONES = "    - {date: 2032-01, gw: 0.02}\n    - {date: 2033-01, gw: 0.04}\n"
SIZED = "sized: {array: filn, radiator: film, battery: film, accelerator: film, bus: film, terminal: film}"

# Name of the edit: what is replaced, by what, the line it is reported at, a part of what is reported.
EDITS: dict[str, tuple[str, str, int, str]] = {
    "negative mass": ("mass_t: 10", "mass_t: -10", 40, "mass_t: found -10, expected a number of t from 1e-06 to 1e+06"),
    "zero mass": ("mass_t: 10", "mass_t: 0", 40, "mass_t: found 0, expected a number of t from 1e-06 to 1e+06"),
    "not a number": ("mass_t: 10", "mass_t: nan", 40, "mass_t: found nan, expected a finite number"),
    "infinite": ("mass_t: 10", "mass_t: .inf", 40, "mass_t: found .inf, expected a finite number"),
    "beyond floats": ("mass_t: 10", "mass_t: 1e400", 40, "mass_t: found 1e400, expected a finite number"),
    "text for a mass": ("mass_t: 10", "mass_t: heavy", 40, 'found "heavy", expected a number of t from 1e-06 to 1e+06'),
    "quoted mass": ("mass_t: 10", 'mass_t: "10"', 40, "t from 1e-06 to 1e+06; take away the quotes"),
    "mass with its unit": ("mass_t: 10", "mass_t: 10 t", 40, 't from 1e-06 to 1e+06; write'),
    "decimal comma": ("volume_m3: 1000", "volume_m3: 1,5", 22, 'm³ from 1e-06 to 1e+06; wri'),
    "list for a mass": ("mass_t: 10", "mass_t: [10]", 40, "mass_t: found a list, expected a number of t"),
    "true for a mass": ("mass_t: 10", "mass_t: true", 40, "mass_t: found true, expected a number of t"),
    "nothing for a mass": ("mass_t: 10", "mass_t: null", 40, "mass_t: found nothing, expected a number of t"),
    "negative payload": ("near: 50", "near: -50", 21, "found -50, expected a number of t from 0 to 10000"),
    "one payload for all": ("{near: 50, far: 10}", "50", 21, "payload_t: found 50, expected a mapping of names"),
    "zero volume": ("volume_m3: 1000", "volume_m3: 0", 22, "found 0, expected a number of m³ from 1e-06 to 1e+06"),
    "half a pad": ("pads: 2,", "pads: 2.5,", 28, "pads: found 2.5, expected a whole number at least 0"),
    "share of one": ("loss_share: 0.01", "loss_share: 1", 25, "found 1, expected a share at least 0 and less than 1"),
    "per cent for a share": ("per_year: 0.1", "per_year: 8", 7, "found 8, expected a share per year from 0 to 0.5"),
    "no period": ("count: 3", "count: 0", 6, "periods[0].count: found 0, expected a whole number from 1 to 400"),
    "half a period": ("count: 3", "count: 2.5", 6, "count: found 2.5, expected a whole number from 1 to 400"),
    "too many periods": ("count: 3", "count: 401", 6, "count: found 401, expected a whole number from 1 to 400"),
    "odd length": ("length: year", "length: years", 6, 'found "years", expected month, quarter, half_year or year'),
    "day in a date": ("start: 2030-01", "start: 2030-01-15", 5, 'found "2030-01-15", expected a month such as 2031-04'),
    "month 13": ("start: 2030-01", "start: 2030-13", 5, 'start: found "2030-13", expected a month such as 2031-04'),
    "year for a month": ("start: 2030-01", "start: 2030", 5, "start: found 2030, expected a month such as 2031-04"),
    "text for a section": (
        "candidate_designs: {max_designs: 3}", "candidate_designs: big",
        41, 'candidate_designs: found "big", expected a mapping',
    ),
    "list for names": ("  cape: {", "  - {", 27, "sites: found a list, expected a mapping of names"),
    "text for a list": ("vehicles: [lorry]", "vehicles: lorry", 15, 'use.vehicles: found "lorry", expected a list'),
    "empty list": ("vehicles: [lorry]", "vehicles: []", 15, "use.vehicles: found 0 entries, expected at least 1"),
    "capital in a name": ("  far: {orbit", "  Far: {orbit", 31, 'found the name "Far", expected a name of small lette'),
    "number as a name": ("  book: {", "  7: {", 43, "found the key 7, expected a word"),
    "unknown key": (
        "candidate_designs:", "candidate_desings:",
        41, "candidate_desings: no such key; did you mean candidate_designs?",
    ),
    "unknown key within": ("loss_share:", "loss_shar:", 25, "loss_shar: no such key; did you mean loss_share?"),
    "key missing within": ("    volume_m3: 1000\n", "", 19, "lorry.volume_m3: missing; expected a number of m³"),
    "section missing": ("regimes:\n  low: {slots: 5000}\n", "", 30, 'found "low", expected the name of a regime'),
    "no name": ("name: Base of all issues\n", "", 1, "name: missing; expected some text"),
    "no format": ("format: 2\n", "", 1, "format: missing; expected format: 2"),
    "other format": ("format: 2", "format: 3", 1, "format: found 3, expected 2"),
    "unknown case": ("case: central", "case: centrl", 3, "pessimistic or optimistic; did you mean central?"),
    "unknown kind": ("kind: power_alive", "kind: power", 9, 'kind: found "power", expected power_alive, power_added'),
    "unknown orbit": ("orbit: dawn_dusk", "orbit: polar", 30, 'orbit: found "polar", expected dawn_dusk, inclined'),
    "unknown vehicle": ("vehicles: [lorry]", "vehicles: [lory]", 15, 'found "lory", expected the name of a vehicle; d'),
    "unknown shell": ("shells: [near]", "shells: [nera]", 16, 'found "nera", expected the name of a shell; did you me'),
    "unknown platform": ("platforms: [cube]", "platforms: [box]", 17, 'found "box", expected the name of a platform;'),
    "named twice": ("[lorry]", "[lorry, lorry]", 15, 'use.vehicles[1]: found "lorry" once more, expected every'),
    "site twice": ("sites: [cape]", "sites: [cape, cape]", 23, 'sites[1]: found "cape" once more, expected every name'),
    "shell of a platform twice": (
        "life_years: 5}", "life_years: 5, shells: [near, near]}", 40, 'shells[1]: found "near" once more, expected eve'
    ),
    "unknown site": ("sites: [cape]", "sites: [cap]", 23, 'found "cap", expected the name of a launch site; did you m'),
    "unknown regime": ("regime: low", "regime: lo", 30, 'found "lo", expected the name of a regime; did you mean low?'),
    "unknown regime in a list": ("regime: low", "regime: [low, lo]", 30, '[1]: found "lo", expected the name of a'),
    "regime twice": ("regime: low", "regime: [low, low]", 30, '[1]: found "low" once more, expected every name'),
    "unknown kind of a regime": ("{slots: 5000}", "{slots: 5000, kind: file}", 33, 'found "file", expected filing, o'),
    "unknown platform of a filing": (
        "{slots: 5000}", "{slots: 5000, platforms: [cub]}", 33, "expected the name of a platform; did you mean cube?"
    ),
    "platform of a filing twice": (
        "{slots: 5000}", "{slots: 5000, platforms: [cube, cube]}", 33, 'platforms[1]: found "cube" once more, expected'
    ),
    "slots by an area that is not given": (
        "slots: 1000}", "slots: 1000, slot_area_m2: 100}", 40, "array_m2: found 0, expected the area of the node, becau"
    ),
    "unknown part": (DECLARED, SIZED, 40, 'array: found "filn", expected the name of an array in technology; did you'),
    "unknown source": ("source: book", "source: bok", 24, 'found "bok", expected a key of sources or assumption; did'),
    "unknown shell to lift to": ("far: 10", "fra: 10", 21, 'payload_t.fra: found "fra", expected the name of a shell'),
    "shell out of reach": ("near: 50", "near: 0", 16, 'found "near", which no vehicle in use reaches; expected payloa'),
    "platform for no shell in use": ("life_years: 5}", "life_years: 5, shells: [far]}", 40, "found far, expected at"),
    "ground for an orbit target": ("[cube]", "[cube]\n  ground: [here]", 18, "found here, expected none, or target.wh"),
    "nothing to compute with": ("platforms: [cube]", "platforms: []", 17, "found none, expected at least one, because"),
    "computing without a rate": ("kind: power_alive", "kind: compute_alive", 9, "expected eflops_per_gw above 0"),
    "sized and declared": (DECLARED, f"{DECLARED}\n    {SIZED}", 38, "found sized and declared, expected one of sized"),
    "neither sized nor declared": (f"    {DECLARED}\n", "", 38, "found neither sized nor declared, expected one of"),
    "developed without a line": (
        DECLARED, f"{DECLARED}\n    development_musd: 5",
        41, "found 5 and no production_line",
    ),
    "fewer pads than there are": ("max_pads: 4", "max_pads: 1", 28, "max_pads: found 1, expected at least pads, 2"),
    "no inclination": ("orbit: dawn_dusk", "orbit: inclined", 30, "inclination_deg: missing; expected it for an incli"),
    "inclination of dawn-dusk": ("650,", "650, inclination_deg: 98,", 30, "found 98, expected none: it is computed"),
    "dawn-dusk too high": ("km: 650", "km: 6000", 30, "altitude_km: found 6000, expected at most 5500"),
    "no dose up high": ("km: 650", "km: 3000, disposal_m_per_s: 9", 30, "dose_rad_per_year: missing; expected it abov"),
    "gone before it comes": ("volume_m3", "available_until: 2029-01\n    volume_m3", 22, "found 2029-01, expected a m"),
    "target before the start": ("date: 2032-01", "date: 2029-01", 11, "found 2029-01, expected 2030-02 to 2033-01"),
    "target after the end": ("date: 2033-01", "date: 2043-01", 12, "found 2043-01, expected 2030-02 to 2033-01"),
    "milestones out of order": ("date: 2033-01", "date: 2031-01", 12, "found 2031-01, expected a month after the mile"),
    "no milestones": (f"milestones:\n{MILESTONES}", "milestones: []\n", 10, "found 0 entries, expected at least 1"),
    "unit of another kind": ("gw: 0.02", "eflops: 3", 11, "found eflops, expected gw, because target.kind is power_al"),
    "two units": ("gw: 0.02", "gw: 0.02, eflops: 3", 11, "found eflops besides gw, expected gw alone, because"),
    "no unit": (", gw: 0.02", "", 11, "milestones[0].gw: missing; expected it, because target.kind is power_alive"),
    "budget for least cost": ("least_cost}", "least_cost, budget_musd: 5}", 13, "found 5, expected none, because obje"),
    "most power without budget": ("least_cost}", "most_power}", 13, "budget_musd: missing; expected it, because objec"),
    "price for what may not be missed": (
        "objective: {kind: least_cost}", "  unmet_penalty_musd: 5\nobjective: {kind: earliest_date}",
        13, "found 5, expected no"
    ),
    "low above central": ("low: 40", "low: 55", 24, "flight_musd.low: found 55, expected at most central (50)"),
    "high below central": ("high: 60", "high: 45", 24, "flight_musd.high: found 45, expected at least central (50)"),
    "range without central": ("central: 50, ", "", 24, "flight_musd.central: missing; expected a number of MUSD"),
    "assumption without note": (
        "source: book, note: page 3", "source: assumption", 24, "note: missing; an assumption needs a note that says wh"
    ),
    "source without a name": ("source: book", "source: 7", 24, "flight_musd.source: found 7, expected text"),
    "wrong in another case only": ("low: 40", "low: -40", 24, "flight_musd.low: found -40, expected a number of MUSD"),
    "choice twice": (
        "max_designs: 3", "life_years: [5, 5]",
        41, "candidate_designs.life_years[1]: found 5 once more, expected every choi",
    ),
    "terminals twice": (
        "max_designs: 3", "terminals: [4, 4]", 41, "candidate_designs.terminals[1]: found 4 once more, expected ever"
    ),
    "claim without its source": (
        "case: central", "claim: {statement: s, source: bok, expected: feasible}", 3, "expected the name of a source; d"
    ),
    "key twice": (
        "candidate_designs: {max_designs: 3}",
        "candidate_designs: {max_designs: 3}\ncandidate_designs: {max_designs: 4}",
        42, "found again in line 42, first given in",
    ),
    "tab": ("    volume_m3", "\tvolume_m3", 22, "found a tab, expected spaces"),
    "tag": ("A book", "!!python/object/apply:os.system [ls]", 43, "python/object/apply:o…\", expected a value without"),
    "anchor": (
        "candidate_designs: {max_designs", "candidate_designs: &m {max_designs",
        41, "candidate_designs: found the anchor &m; expected extends",
    ),
    "alias": (
        "candidate_designs: {max_designs: 3}", "candidate_designs: *m",
        41, "candidate_designs: found the alias *m; expected extends",
    ),
    "merge key": (
        "candidate_designs: {max_designs: 3}", "candidate_designs: {<<: {max_designs: 3}}",
        41, "candidate_designs: found the merge key <<; expected extends",
    ),
    "lists in lists": ("{max_designs: 3}", "[" * 5000 + "]" * 5000, 41, "found more than 40 levels, expected fewer"),
    "mappings in mappings": (
        "{max_designs: 3}", "{a: " * 5000 + "1" + "}" * 5000,
        41, "found more than 40 levels, expected",
    ),
    "indented too far": ("    volume_m3", "      volume_m3", 22, "found a line that fits no key above it; check the i"),
    "bracket left open": ("far: 10}", "far: 10", 22, "expected ',' or '}' for the bracket opened in line 21"),
    "quote left open": ("title: A book", 'title: "A book', 43, "found a quote that is never closed"),
    "two documents": (
        "candidate_designs: {", "---\ncandidate_designs: {",
        41, "found a second document (---), expected one in a file",
    ),
    "unseen letter": ("A book", "A\0book", 43, "found the unseen character U+0000, expected plain text"),
    "extends nothing": ("case: central", "extends:", 3, "extends: found nothing, expected the path of a file"),
    "extends a number": ("case: central", "extends: 5", 3, "extends: found 5, expected the path of a file"),
    "extends a missing file": ("case: central", "extends: gone.yaml", 3, "extends: no such file: gone.yaml"),
    "extends a directory": ("case: central", "extends: .", 3, "extends: a directory, expected a file: ."),
    "extends itself": ("case: central", "extends: try.yaml", 3, "extends in a loop: try.yaml -> try.yaml"),
}  # fmt: skip

FILES: dict[str, tuple[bytes | None, int, str]] = {
    # content (none: no file), line (0: of the whole file), part of what is reported
    "missing": (None, 0, "no such file"),
    "empty": (b"", 1, "found an empty file, expected keys and values such as format: 2"),
    "only a comment": (b"# to be written\n", 1, "found an empty file, expected keys and values"),
    "a word": (b"gigawatt\n", 1, "found a single value, expected keys and values"),
    "a list": (b"- format: 2\n", 1, "found a list, expected keys and values"),
    "binary": (bytes(range(255, -1, -1)) * 8, 1, "found bytes that are no UTF-8 text, expected UTF-8"),
    "another encoding": (b"format: 2\nname: caf\xe9\n", 2, "found bytes that are no UTF-8 text, expected UTF-8"),
    "a plan in JSON": (b'{"designs": [], "decisions": {}}', 1, "format: missing; expected format: 2"),
    "much too large": (b"# much\n" * 800_000, 1, "found more than 2 MB, expected a smaller file"),
}


def _printed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The issues a command tells, after which it must have ended with 2 and an empty standard output."""
    assert ended(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    *issues, last = (line for line in said.err.splitlines() if not re.match(r"\d\d:\d\d  reading ", line))
    assert last.split(";")[0] == f"{len(issues)} error{'s' if len(issues) > 1 else ''}"
    return issues


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_edit(edit: tuple[str, str, int, str], capsys: pytest.CaptureFixture[str]) -> None:
    """A file with one mistake is refused by validate and solve alike, at its line, in short words."""
    old, new, line, part = edit
    assert BASE.count(old) >= 1
    Path("try.yaml").write_text(BASE.replace(old, new, 1), encoding="utf-8")
    issues = _printed(["validate", "try.yaml"], capsys)
    here = [issue for issue in issues if issue.startswith(f"try.yaml:{line}  ") and part in issue]
    assert here, issues
    assert all(len(issue) < 220 for issue in issues)
    assert len(issues) <= 7
    assert _printed(["solve", "try.yaml"], capsys) == issues
    assert not Path("results").exists()


@pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())
def test_file(file: tuple[bytes | None, int, str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is no instance at all, or not there, is refused the same way."""
    content, line, part = file
    if content is not None:
        Path("try.yaml").write_bytes(content)
    issues = _printed(["validate", "try.yaml"], capsys)
    at = f"try.yaml:{line}  " if line else "try.yaml: "
    assert any(issue.startswith(at) and part in issue for issue in issues), issues
    assert _printed(["solve", "try.yaml"], capsys) == issues


def test_a_name_of_two_lines_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A line feed in the name of a file begins no line of its own, in which anything could stand."""
    Path("two\nlines.yaml").write_text("format: 2\n", encoding="utf-8")
    issues = _printed(["validate", "two\nlines.yaml"], capsys)
    assert all(issue.startswith("two\\nlines.yaml:1  ") for issue in issues)


def test_the_base_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    """The text that all edits start from is valid and has a plan."""
    Path("try.yaml").write_text(BASE, encoding="utf-8")
    assert ended("validate", "try.yaml") == 0
    assert "try.yaml: valid; Base of all issues, case central" in capsys.readouterr().out
    assert ended("solve", "try.yaml", "--out", "run") == 0


def test_a_directory_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    """A directory in place of the file is called one."""
    Path("try.yaml").mkdir()
    assert _printed(["validate", "try.yaml"], capsys) == ["try.yaml: a directory, expected a file"]


def test_a_loop_over_files(capsys: pytest.CaptureFixture[str]) -> None:
    """A loop of extends names its files in order, and the file that was given."""
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        Path(f"{name}.yaml").write_text(f"format: 2\nname: {name}\nextends: {other}.yaml\n", encoding="utf-8")
    (issue,) = _printed(["validate", "a.yaml"], capsys)
    assert issue.startswith("c.yaml:3  extends: extends in a loop: a.yaml -> b.yaml -> c.yaml -> a.yaml")
    assert "(extended by a.yaml)" in issue


def test_an_issue_in_an_extended_file(capsys: pytest.CaptureFixture[str]) -> None:
    """An issue that is inherited is reported where it stands, with the file that was given."""
    Path("deep").mkdir()
    Path("deep/base.yaml").write_text(BASE.replace("mass_t: 10", "mass_t: -10"), encoding="utf-8")
    Path("try.yaml").write_text("format: 2\nname: Over it\nextends: deep/base.yaml\n", encoding="utf-8")
    (issue,) = _printed(["validate", "try.yaml"], capsys)
    assert issue.startswith("deep/base.yaml:40  platforms.cube.declared.mass_t: found -10")
    assert issue.endswith("(extended by try.yaml)")


def test_all_issues_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Faults of several kinds are reported in one go, in the order of their lines."""
    text = BASE.replace("start: 2030-01", "start: soon").replace("pads: 2,", "pads: many,")
    text = text.replace("mass_t: 10", "mass_t: nan").replace("low: 40", "low: 70") + "wishes: []\n"
    Path("try.yaml").write_text(text, encoding="utf-8")
    issues = _printed(["validate", "try.yaml"], capsys)
    assert [int(issue.split("  ")[0].removeprefix("try.yaml:")) for issue in issues] == [5, 24, 28, 40, 44]


@pytest.mark.parametrize("command", ["show", "design", "batch"])
def test_other_commands_refuse_it_too(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever command reads a bad file, it names the issue and ends with 2."""
    Path("try.yaml").write_text(BASE.replace("mass_t: 10", "mass_t: -10"), encoding="utf-8")
    assert ended(command, "try.yaml") == 2
    said = capsys.readouterr()
    assert "try.yaml:40  platforms.cube.declared.mass_t: found -10, expected" in said.out + said.err


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("available_from: 2030-01", "available_from: 2032-01", ".available_from"),
        ("km: 650", "km: 650, transfer_years: 2", ".transfer_years"),
        ("mass_t: 10", "mass_t: 51", ".payload_t."),
    ],
    ids=["vehicle too late", "node on its way", "node too heavy"],
)
def test_target_before_any_delivery(old: str, new: str, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A target that nothing can meet in time is not bad input: exit code 1, with the key and the period."""
    Path("try.yaml").write_text(BASE.replace(old, new, 1), encoding="utf-8")
    assert ended("validate", "try.yaml") == 0
    assert ended("solve", "try.yaml", "--out", "run") == 1
    output = capsys.readouterr().out
    assert "Infeasible" in output
    assert key in output
    assert "2031" in output


@pytest.mark.parametrize("name", ["negative mass", "tag", "lists in lists", "extends itself"])
def test_the_installed_command(name: str) -> None:
    """The command as a user runs it ends the same way, without a traceback."""
    old, new, line, part = EDITS[name]
    Path("try.yaml").write_text(BASE.replace(old, new, 1), encoding="utf-8")
    done = subprocess.run([KARDASHEV, "validate", "try.yaml"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"try.yaml:{line}  ")
    assert part in first
    assert "Traceback" not in done.stderr


def test_an_internal_error_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An unforeseen error ends in one line with its place, a request to report it, and 5."""

    def broken(_path: Path, **_options: object) -> NoReturn:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("solver.instance.read.read", broken)
    assert ended("validate", "try.yaml") == 5
    said = capsys.readouterr().err
    assert said.startswith("internal error: ZeroDivisionError: division by zero (")
    assert "please report" in said
    assert "Traceback" not in said
