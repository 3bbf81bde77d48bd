"""Pages made from the code: command line, Python interface, families of the model, claims, listings of folders."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer
import yaml

ROOT = Path(__file__).parents[3]
PARAGRAPHS = ("Variables", "Parameters", "Uses", "Constraints", "Exports", "Bounds", "Tightness", "Source")


PROSE = ("Parameters", "Uses", "Exports", "Tightness", "Source")
"""Paragraphs that are set as text; the others keep their columns."""


def docstring(path: Path) -> str:
    """Return the docstring of a module; empty without one."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


FAMILIES = [path.stem for path in sorted((ROOT / "formulations").glob("*.py")) if "\nConstraints" in docstring(path)]
"""Modules of ``formulations`` whose docstring is a page of mathematics."""


def family_of(name: str) -> Callable[[], str]:
    """Return the maker of the page of one family."""
    return lambda: _family(name)


def _family(name: str) -> str:
    text = docstring(ROOT / "formulations" / f"{name}.py")
    title, _, rest = text.partition("\n")
    head = f"# `{name}`\n\n{title}\n\n"
    heads = re.compile(rf"^({'|'.join(PARAGRAPHS)})\b *", re.MULTILINE)
    parts, at = [], list(heads.finditer(rest))
    before = rest[: at[0].start()].strip() if at else rest.strip()
    for match, following in zip(at, [*at[1:], None], strict=True):
        body = rest[match.end() : following.start() if following else len(rest)].rstrip()
        written = _line(body).replace("[", "\\[") if match[1] in PROSE else f"```text\n{_dedented(body)}\n```"
        parts.append(f"## {match[1]}\n\n{written}\n")
    return (
        head
        + (f"{before}\n\n" if before else "")
        + "\n".join(parts)
        + "\nLetters and units: [the mathematics](README.md).\n"
    )


def _dedented(body: str) -> str:
    """Return the lines of a paragraph without the indent that they share; the first stands beside the head."""
    first, *lines = body.strip("\n").split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join([*([first.strip()] if first.strip() else []), *(line[indent:] for line in lines)])


def families() -> str:
    """Return the page that lists the families."""
    lines = [
        "# Families of the model",
        "",
        "Each family is one file of `formulations/`; its page is the docstring of the file, which tests hold against",
        "the rows of the model. Letters and units: [the mathematics](../formulations/README.md).",
        "",
        "| family | what it says |",
        "| --- | --- |",
    ]
    for name in FAMILIES:
        first = docstring(ROOT / "formulations" / f"{name}.py").splitlines()[0]
        lines.append(f"| [`{name}`](../formulations/{name}.md) | {first} |")
    return "\n".join([*lines, ""])


def command_line() -> str:
    """Return the page of all commands with their arguments and options, as the program itself describes them."""
    from solver.cli.app import app

    root: Any = typer.main.get_command(app)
    parts = [
        "# Command line", "",
        "Made from the program: `kardashev --help` and `kardashev COMMAND --help` print the same.",
        "[Exit codes and habits](commands.md) hold for all of them.", "",
    ]  # fmt: skip
    for name, command in root.commands.items():
        usage = " ".join(
            part for part in (_metavar(p) for p in command.params if p.param_type_name == "argument") if part
        )
        parts += [f"## {name}", "", *(command.help or "").strip().split("\n"), ""]
        parts += ["```text", f"kardashev {name} {usage} [OPTIONS]".replace("  ", " "), "```", ""]
        parts += list(_parameters(command))
    return "\n".join(parts)


def _metavar(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return f"{name}..." if parameter.nargs == -1 else str(name)


def _parameters(command: Any) -> Iterator[str]:
    yield "| option | meaning | default |"
    yield "| --- | --- | --- |"
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue
        argument = parameter.param_type_name == "argument"
        names = _metavar(parameter) if argument else ", ".join(parameter.opts)
        kind = "" if argument or parameter.type_descriptor.annotation is bool else f" {_kind(parameter)}"
        default = (
            ""
            if argument or parameter.default in (None, False, ()) or callable(parameter.default)
            else parameter.default
        )
        shown = getattr(default, "value", default)
        yield f"| `{names}{kind}` | {_cell(parameter.help or '')} | {f'`{shown}`' if shown != '' else ''} |"
    yield ""


def _kind(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "/".join(str(choice.value) for choice in annotation)
    return str(parameter.metavar or {Path: "PATH", int: "N"}.get(annotation, "TEXT"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def python() -> str:
    """Return the page of the Python interface: the text of its source, then every public name from the docstrings."""
    import kardashev

    parts = [(ROOT / "docs" / "python.md").read_text(encoding="utf-8").rstrip(), "", "## Reference", ""]
    for name in kardashev.__all__:
        if name.startswith("__"):
            continue
        value = getattr(kardashev, name)
        parts += [f"::: {value.__module__}.{value.__name__}", ""]
    return "\n".join(parts)


def claims() -> str:
    """Return the page of published claims, each with its verdict, from the files of ``instances/claims``."""
    parts = [
        "# Published claims", "",
        "Each file of `instances/claims` puts one published statement to the solver: it extends the catalogue",
        "and changes only what the statement says. Tests solve them again. Figures of each: [results](results.md).",
        "",
    ]  # fmt: skip
    sources = yaml.safe_load((ROOT / "instances" / "catalogue" / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    for path in sorted((ROOT / "instances" / "claims").glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        claim = data["claim"]
        source = sources.get(claim.get("source"), {})
        named = source.get("title", claim.get("source", "")) if isinstance(source, dict) else str(source)
        parts += [
            f"## {data['name']}", "",
            f"> {_line(claim['statement'])}", "",
            f"**{claim['expected'].capitalize()}.** {_line(claim.get('verdict', ''))}", "",
            *([f"Source: {_line(named)}.", ""] if named else []),
            _line(data.get("description", "")), "",
            f"File: [{path.name}](../instances/claims/{path.name})", "",
        ]  # fmt: skip
    return "\n".join(parts)


def _line(text: object) -> str:
    return " ".join(str(text).split()).replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def listing(folder: Path) -> str:
    """Return the page of a folder: its files, each with its first comment or sentence."""
    place = folder.relative_to(ROOT).as_posix()
    lines = [f"# `{place}/`", ""]
    for path in sorted(path for path in folder.iterdir() if path.is_file() and path.suffix in (".yaml", ".py", ".csv")):
        if path.suffix == ".py":
            lines.append(f"- `{path.name}`: {' '.join(docstring(path).split(chr(10) * 2)[0].split())}")
        else:
            first = path.read_text(encoding="utf-8").splitlines()[0]
            said = _line(first.removeprefix("#").strip()) if first.startswith("#") else ""
            lines.append(f"- [{path.name}]({path.name}) {said}".rstrip())
    return "\n".join([*lines, ""])
