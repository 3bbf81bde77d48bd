"""What a search may be tuned by: numbers outside the model, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

FIRST = ("rounding", "sequential_fixing", "investment_mip")


@dataclass(frozen=True, slots=True)
class Settings:
    """Shares of time and gap for the steps of a search; see the modules of the strategies for what each does."""

    first: str = "rounding"
    """The strategy that seeks a plan before the others: rounded, sequential_fixing, structured."""
    investment_share: float = 0.15
    """Share of the time left for the first structure."""
    investment_gap_share: float = 0.3
    """Share of the gap asked within which a structure is settled."""
    stage_gap_share: float = 0.2
    """Share of the gap asked that making one kind of count whole may use up."""
    stage_share: float = 0.15
    """Share of the time left that making one kind of count whole may take."""
    cut_passes: int = 3
    """Times that cuts on whole flights are sought at the optimum of the LP; none at 0."""
    tree_share: float = 0.03
    """Share of the time left for opening nodes of the tree over developments in one go."""
    bound_share: float = 0.5
    """Share of the time left for one try at a better bound by branch and bound."""
    bound_expected_gain: float = 0.5
    """Share of the open gap that such a try is thought to close before the first one: more makes it come earlier."""
    step_share: float = 0.1
    """Share of the time left that one neighbourhood may take."""
    window_columns: int = 300
    """Whole columns freed by the first window of periods."""
    grow: float = 1.5
    """How much larger a neighbourhood gets when it was solved with time to spare, and smaller when it was not."""
    investment_weight: float = 1.0
    """How often the structure is sought anew, against one for windows."""
    around_weight: float = 1.0
    """How often counts are moved by one or two, against one for windows."""
    tree_weight: float = 1.0
    """How often a plan is sought in the tree, against one for windows."""
    extra_kinds: int = 8
    """Kinds of loads and flights opened beyond those that LP and plan use, drawn anew for each window."""
    heuristic_effort: float = 0.05
    """Share of its work that HiGHS gives to plans of its own in every branch and bound of the search."""
    age_limit: int = 10
    """LPs after which HiGHS drops a cut that does not bind, there too."""

    @property
    def highs(self) -> dict[str, object]:
        """Options of HiGHS in every branch and bound of the search."""
        return {"mip_heuristic_effort": self.heuristic_effort, "mip_lp_age_limit": self.age_limit}


DEFAULT = Settings()
