"""Examples at the end of each command's help."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

EXAMPLES: dict[str, tuple[str, ...]] = {
    "new": ("new my-plan", "new my-plan --with-catalogue"),
    "validate": ("validate scenario.yaml", "validate scenario.yaml --set vehicles.starship_v4.flight_musd=40"),
    "show": ("show reference:gigawatt", "show scenario.yaml --set case=low"),
    "solve": (
        "solve scenario.yaml",
        "solve scenario.yaml --gap 1% --seconds 10m --out runs/first",
        "solve scenario.yaml --set vehicles.starship_v4.flight_musd=40",
        "solve scenario.yaml --checkpoint kept",
    ),
    "check": ("check runs/first", "check runs/first --json"),
    "design": ("design scenario.yaml", "design scenario.yaml --json"),
    "batch": ("batch cheap.yaml dear.yaml --jobs 2", "batch cheap.yaml dear.yaml --gap 2% --seconds 10m"),
    "status": ("status results/runs",),
    "report": ("report runs/first",),
    "export": ("export scenario.yaml --format mps", "export runs/first --format xlsx"),
    "compare": ("compare runs/first runs/second", "compare runs/first runs/second --csv runs.csv --out runs.svg"),
    "plot": (
        "plot runs/first",
        "plot runs/first --out plan.pdf --panels power,money",
        "plot runs/first --out plan.png --theme dark --width 400",
    ),
    "levelised": ("levelised scenario.yaml --gap 1%", "levelised scenario.yaml --least-share 0.5"),
    "explain": ("explain scenario.yaml --seconds 2m", "explain runs/first"),
    "risk": ("risk runs/first --replays 10000", "risk scenario.yaml --scenarios futures.yaml --seconds 20m"),
    "pareto": (
        "pareto scenario.yaml --objectives cost,mass --points 10",
        "pareto scenario.yaml --range mass=20:30",
    ),
    "breakeven": (
        "breakeven scenario.yaml --lever vehicles.starship_v4.flight_musd=0:100 --when 'cost<50000'",
        "breakeven reference:gigawatt-anywhere --lever vehicles.starship_v4.flight_musd=0:100 --when 'orbit_share>50%'",
    ),
    "alternatives": (
        "alternatives scenario.yaml --within 3% --count 10",
        "alternatives scenario.yaml --claim shells.dawn_dusk_800,shells.dawn_dusk_1000 --seconds 10m",
    ),
    "sensitivity": (
        "sensitivity scenario.yaml --count 20 --seconds 15m",
        "sensitivity scenario.yaml --vary vehicles.*.flight_musd --range vehicles.starship_v4.flight_musd=10:90",
    ),
    "sweep": (
        "sweep scenario.yaml --set vehicles.starship_v4.flight_musd=20,40,80",
        "sweep scenario.yaml --sample 50 --vary vehicles.* --jobs 2",
    ),
    "network": ("network runs/first --year 2035", "network reference:gigawatt-network --out network.svg"),
    "migrate": ("migrate old.yaml", "migrate old.yaml --in-place"),
    "schema": ("schema > kardashev.schema.json",),
    "generate": ("generate s --seed 3",),
    "bench": ("bench --list",),
    "tune": ("tune reference:gigawatt --study mine",),
}


def epilog(command: str) -> str:
    """Return the examples of a command, on lines that are not joined and fit the terminal where words allow."""
    width = shutil.get_terminal_size().columns
    lines = [line for example in EXAMPLES.get(command, ()) for line in _folded(f"kardashev {example}", width - 6)]
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)]) if lines else ""


def _folded(command: str, width: int) -> Iterator[str]:
    """Yield a command on lines that a shell joins, parted before options."""
    line, *options = re.split(r" (?=--)", command)
    for option in options:
        if len(line) + len(option) < width:
            line += f" {option}"
        else:
            yield f"{line} \\"
            line = f"    {option}"
    yield line
