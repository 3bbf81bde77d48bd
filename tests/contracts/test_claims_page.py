"""The page on claims is in step with the instance files, and its verdicts are those of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from results.tools.claim_verdicts import verdict_of
from results.tools.claims import CLAIMS, PAGE, claim_of, digest, page, recorded

PATHS = sorted(CLAIMS.glob("*.yaml"))
QUICK = ("chenguang-credit", "four-filings", "google-370-kilotonnes", "ten-million-tonnes", "terafab")
"""Claims solved here, each in a few tenths of a second; all others are solved by the maker of the page."""


def test_page_is_the_one_that_files_and_verdicts_make() -> None:
    """The committed page is renewed with both: ``python -m results.tools.claims``."""
    assert PAGE.read_text(encoding="utf-8") == page(recorded())
    assert all(f"instances/claims/{path.name}" in PAGE.read_text(encoding="utf-8") for path in PATHS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_kept_verdict_is_of_the_file_as_it_stands(path: Path) -> None:
    """Each claim was solved since its files changed, as the file expects, and its relaxation was found feasible."""
    record, claim = recorded()[path.stem], claim_of(path)
    assert record["files"] == digest(path)
    assert record["verdict"] == claim.expected
    assert record["relaxed"] == ("feasible" if claim.relaxed else "")
    assert record["proof"]
    assert record["binds"]


def test_claims_of_2026_say_what_they_quote() -> None:
    """At least twelve claims quote a figure, and each that names a price says what costs it counts."""
    claims = [claim_of(path) for path in PATHS]
    assert sum(bool(claim.quoted) for claim in claims) >= 12
    priced = [claim for claim in claims if claim.rival or (claim.price_musd, claim.price_usd_per_kwh) != (None, None)]
    assert all(claim.boundary and claim.quoted for claim in priced)


def test_cadence_and_room_forbid_a_hundred_gigawatts_a_year() -> None:
    """Central facts have too few flights, and too few slots in shells and in low orbit as a whole."""
    binds = recorded()["hundred-gigawatt-central"]["binds"]
    assert all(key in binds for key in ("vehicles.starship_v4.flights_per_year", ".slots", "regimes.leo.slots"))


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_verdict_comes_from_solving(name: str) -> None:
    """The solver gives the kept verdict, what binds, and the verdict on the relaxed instance."""
    record = recorded()[name]
    verdict = verdict_of(CLAIMS / f"{name}.yaml")
    assert (verdict.word, "; ".join(verdict.binds), verdict.relaxed) == tuple(
        record[column] for column in ("verdict", "binds", "relaxed")
    )
