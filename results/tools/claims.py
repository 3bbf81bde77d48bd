"""Page on claims, ``docs/claims.md``: ``python -m results.tools.claims [NAME...]``.

Each claim named, or each whose files have changed since it was solved, is solved; the verdicts are kept in
``results/tables/verdicts.csv``, and the page is written from them and from the files.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from results.tools.claim_verdicts import verdict_of
from solver.instance.schema import Claim, Source
from solver.io.files import write_text

ROOT = Path(__file__).parents[2]
CLAIMS, CATALOGUE = ROOT / "instances" / "claims", ROOT / "instances" / "catalogue"
PAGE = ROOT / "docs" / "claims.md"
RECORDS = ROOT / "results" / "tables" / "verdicts.csv"
COLUMNS = ("claim", "files", "verdict", "proof", "binds", "relaxed")
SECONDS, GAPS = 180.0, {"thousand-terawatt-per-year": 0.05}
HEAD = """# Claims

Published statements put to the solver, each an instance in `instances/claims`. *Infeasible*: no plan satisfies the
limits, and the conflict names them. *Dearer*: the proven lower bound on the cost lies above the claimed price.
*Feasible*: a checked plan meets the statement, at the claimed price where one was named. A verdict holds for the case
`central` of the catalogue and for what the file says of itself; what would have to be true is a relaxation with which
the same file was solved again and found feasible.

`python -m results.tools.claims` solves the claims whose files have changed and writes this page;
`kardashev explain FILE` finds the smallest changes with which an infeasible one has a plan.

| statement | source | verdict | what binds | what would have to be true | command |
| --- | --- | --- | --- | --- | --- |
"""


def main() -> None:
    """Solve the claims named or changed, and write the records and the page."""
    records = recorded()
    for path in sorted(CLAIMS.glob("*.yaml")):
        if path.stem in sys.argv[1:] or records.get(path.stem, {}).get("files") != digest(path):
            records[path.stem] = _record(path)
            print(path.stem, records[path.stem]["verdict"], records[path.stem]["proof"], sep=": ")
            write_text(RECORDS, _csv({path.stem: records[path.stem] for path in _paths() if path.stem in records}))
    write_text(PAGE, page(records))


def recorded() -> dict[str, dict[str, str]]:
    """Return the kept verdicts by claim."""
    if not RECORDS.exists():
        return {}
    with RECORDS.open(encoding="utf-8", newline="") as file:
        return {row["claim"]: row for row in csv.DictReader(file)}


def digest(path: Path) -> str:
    """Return a digest of a claim's own files: itself and what it extends, the catalogue left out."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in _own_files(path))).hexdigest()[:16]


def page(records: Mapping[str, Mapping[str, str]]) -> str:
    """Return the page: a line for each claim."""
    return HEAD + "".join(_line(path, records[path.stem]) for path in _paths())


def _paths() -> list[Path]:
    return sorted(CLAIMS.glob("*.yaml"))


def _record(path: Path) -> dict[str, str]:
    verdict = verdict_of(path, SECONDS, GAPS.get(path.stem, 0.01))
    fields = (path.stem, digest(path), verdict.word, verdict.proof, "; ".join(verdict.binds), verdict.relaxed)
    return dict(zip(COLUMNS, fields, strict=True))


def _csv(records: Mapping[str, Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records.values())
    return out.getvalue()


def _own_files(path: Path) -> list[Path]:
    """Return a file and the files that it extends, those of the catalogue left out."""
    named = _raw(path).get("extends", [])
    below = [(path.parent / name).resolve() for name in ([named] if isinstance(named, str) else named)]
    return [path, *(file for name in below if name.parent != CATALOGUE for file in _own_files(name))]


@cache
def _raw(path: Path) -> dict[str, Any]:
    """Return a file as it stands; the reader of instances takes the whole catalogue for it."""
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


def _line(path: Path, record: Mapping[str, str]) -> str:
    claim = claim_of(path)
    needed = "; ".join(f"`{change}`" for change in claim.relaxed)
    cells = (
        claim.statement,
        _source(path, claim),
        f"**{record['verdict']}**: {record['proof']}. {claim.verdict}",
        record["binds"],
        f"{record['relaxed']} with {needed}" if needed else "",
        f"`kardashev solve instances/claims/{path.name}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def claim_of(path: Path) -> Claim:
    """Return the claim of a file."""
    return Claim.model_validate(_raw(path)["claim"])


def _source(path: Path, claim: Claim) -> str:
    files = (*_own_files(path), CATALOGUE / "sources.yaml")
    source = Source.model_validate(
        next(found for file in files if (found := _raw(file).get("sources", {}).get(claim.source)))
    )
    title = f"[{source.title}]({source.address})" if source.address.startswith("http") else source.title
    parts = [f"{source.author}: {title}" if source.author else title]
    parts += [f"“{claim.quoted}”"] if claim.quoted else []
    parts += [f"Costs: {claim.boundary or 'no price is claimed'}"]
    return ". ".join(parts)


if __name__ == "__main__":
    main()
