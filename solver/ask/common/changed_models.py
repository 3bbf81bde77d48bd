"""Models of changed instances: patched from that of the instance as it is where entries are known, or else built.

Candidate designs are chosen again only where something differs that they depend on.
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.derive import Derived, derive
from solver.design.candidates import selected_designs
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.matrix import Matrix
from solver.milp.node_patch import PatchableModel
from solver.plan import Design
from solver.run.gap import Conversion
from solver.run.outcome import conversion_of

DESIGN_PARTS = (
    "candidate_designs", "moon", "network", "platforms", "shells", "target", "technology", "use",
)  # fmt: skip
"""Sections of an instance on which its candidate designs depend."""


@dataclass(frozen=True, slots=True, eq=False)
class ChangedModels:
    """Models of one instance with some of its values changed."""

    instance: Instance
    designs: tuple[Design, ...]
    base: PatchableModel

    @classmethod
    def of(cls, instance: Instance) -> ChangedModels:
        """Return the models around an instance as it is."""
        designs = selected_designs(instance)[0]
        return cls(instance, designs, PatchableModel.of(derive(instance, designs).coefficients))

    def derived(self, changed: Instance) -> Derived:
        """Return the coefficients of a changed instance."""
        same = all(getattr(changed, part) == getattr(self.instance, part) for part in DESIGN_PARTS)
        return derive(changed, self.designs if same else selected_designs(changed)[0])

    def model(self, changed: Instance) -> tuple[Matrix, Conversion]:
        """Return the compiled matrix of a changed instance, and the unit of its objective."""
        derived = self.derived(changed)
        known = self.base.patched(derived.coefficients)
        # Many small models are built: in arrays each takes two thirds of the time.
        matrix = compile_model(derived.coefficients, arrays_from=0) if known is None else known
        return matrix, conversion_of(changed, derived)
