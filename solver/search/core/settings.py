"""Settings of a search: tuning parameters outside the model, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

FIRST = ("rounding", "phase_one", "sequential_fixing", "investment_mip")


@dataclass(frozen=True, slots=True)
class Settings:
    """Shares of time and gap for the steps of a search; the modules of the strategies describe each."""

    first: str = "rounding"
    """Strategy that seeks the first plan: rounding, phase_one, sequential_fixing or investment_mip."""
    investment_share: float = 0.15
    """Share of the time left for the first investments."""
    investment_gap_share: float = 0.3
    """Share of the gap within which investments are solved."""
    stage_gap_share: float = 0.2
    """Share of the gap allowed to one stage of staged rounding."""
    stage_share: float = 0.15
    """Share of the time left allowed to one stage of staged rounding."""
    cut_passes: int = 3
    """Rounds of flight cuts at the optimum of the LP; none at 0."""
    tree_share: float = 0.03
    """Share of the time left for one run of the tree over developments."""
    bound_share: float = 0.5
    """Share of the time left for one run of branch and bound for a better bound."""
    bound_expected_gain: float = 0.5
    """Share of the open gap that the first such run is expected to close: a larger one makes it come earlier."""
    step_share: float = 0.1
    """Share of the time left allowed to one neighbourhood."""
    window_columns: int = 300
    """Integer columns freed by the first window of periods."""
    grow: float = 1.5
    """Factor by which a neighbourhood grows when it was solved with time to spare, and shrinks when it was not."""
    investment_weight: float = 1.0
    """Weight of the neighbourhood of investments, against one for windows."""
    around_weight: float = 1.0
    """Weight of the neighbourhood that moves counts by one or two, against one for windows."""
    tree_weight: float = 1.0
    """Weight of the search for a plan in the tree, against one for windows."""
    extra_kinds: int = 8
    """Kinds of loads and flights, besides those of LP and plan, opened at random in each window."""
    heuristic_effort: float = 0.05
    """HiGHS option ``mip_heuristic_effort`` of every branch and bound of the search."""
    age_limit: int = 10
    """HiGHS option ``mip_lp_age_limit`` there: LPs after which a slack cut is dropped."""

    @property
    def highs(self) -> dict[str, object]:
        """HiGHS options of every branch and bound of the search."""
        return {"mip_heuristic_effort": self.heuristic_effort, "mip_lp_age_limit": self.age_limit}


DEFAULT = Settings()
