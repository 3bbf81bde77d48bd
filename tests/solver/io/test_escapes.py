"""Text of files at each exit: nothing of it commands a terminal, a browser, a spreadsheet, Markdown or a renderer."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from solver.bench.best import BestKnown, read_best, write_best
from solver.errors import InstanceError, ValidationIssue
from solver.io import escapes
from solver.io.terminal import drawn, print_issues, print_line
from solver.report.plot import rendered
from solver.tune.table import TuningPair, read_pairs, write_pairs

Capture = pytest.CaptureFixture[str]
HOSTILE = "a\tb\x1b[31mred\nnew\x07\x9b\u202e\u2066"


def test_a_line_is_one_printable_line() -> None:
    """Controls, bidi controls and line separators are escaped; every printable letter stays."""
    assert escapes.line(HOSTILE) == "a\\tb\\x1b[31mred\\nnew\\x07\\x9b\\u202e\\u2066"
    assert escapes.line("\u2028\u2029\ufeff\U000e0041\udce9") == "\\u2028\\u2029\\ufeff\\U000e0041\\udce9"
    plain = "Ünïcödé 電力 · עברית नमस्ते 👩\u200d🚀 [red] <b> | \\"
    assert escapes.line(plain) == plain


def test_terminal_text_keeps_its_lines() -> None:
    """Line feeds and tabs of a message stay, all that could move a cursor goes."""
    assert escapes.terminal("one\n\ttwo\r\x1b[2J") == "one\n\ttwo\\r\\x1b[2J"


@pytest.mark.parametrize("colours", [False, True])
def test_tables_take_text_as_it_is(colours: bool) -> None:
    """Rich markup in a cell or title is no markup, and controls in them are escaped, also in a table with colours."""
    table = Table("name", title=":rocket: [bold]t\x1b[0K", title_style="" if colours else None)
    table.add_row("[red]x[/red] [/nothing] \x1b[31m \u202e")
    table.add_row(Text("\x9b2J"))
    shown = drawn(table, colours=colours)
    for text in (":rocket: [bold]t\\x1b[0K", "[red]x[/red] [/nothing] \\x1b[31m \\u202e", "\\x9b2J"):
        assert text in shown
    assert ("\x1b[31m" in shown, "\x9b" in shown) == (False, False)


def test_messages_cannot_add_lines(capsys: Capture) -> None:
    """An issue of a file is one line, whatever the file calls its keys."""
    print_issues(InstanceError([ValidationIssue("a\x1b.yaml", 1, "x\ny.yaml: valid", "bad")]), "nothing was done")
    assert capsys.readouterr().err == "a\\x1b.yaml:1  x\\ny.yaml: valid: bad\n1 error; nothing was done.\n"
    print_line("\x1b[31m")
    assert capsys.readouterr().out == "\\x1b[31m\n"


def test_bytes_pass_unless_a_terminal_shows_them(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """What ``migrate`` prints is the file byte for byte in a pipe, and escaped on a terminal."""
    print_line("\u202e\n".encode(), newline=False)
    assert capsys.readouterr().out == "\u202e\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_line("\u202e\n".encode(), newline=False)
    assert capsys.readouterr().out == "\\u202e\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1 2", "'+1 2"), ("-x", "'-x"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\uff1d1", "'\uff1d1"),
        ("\r=1", "\\x0d=1"), ("'=1", "''=1"), ("a\x1b", "a\\x1b"),
        ("-5.5e3", "-5.5e3"), ("+1", "+1"), ("it's", "it's"), ("'quoted'", "'quoted'"), ("a=b", "a=b"), ("", ""),
    ],
)  # fmt: skip
def test_cells_of_csv_are_text(text: str, written: str) -> None:
    """Text that a spreadsheet would compute gets an apostrophe, numbers stay, and our readers get the text back."""
    assert escapes.csv(text) == written
    assert escapes.from_csv(written) == text
    assert escapes.csv(-5.5) == -5.5
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow([escapes.csv(text)])
    assert [escapes.from_csv(cell) for row in csv.reader(io.StringIO(out.getvalue())) for cell in row] in ([text], [])


def test_our_tables_are_read_back(tmp_path: Path) -> None:
    """Names like formulas come back from the tables of the benchmark and of the tuning as they were."""
    name = "=1+1"
    best = {name: BestKnown(name, "h", 1, 1, 0, -2.0, "-by", 1.0, "solver", "@by")}
    write_best(tmp_path / "best.csv", best)
    assert read_best(tmp_path / "best.csv") == best
    pairs = [TuningPair("-study", "S", name, 0, "gap", "1 s", 0.25, 0.125)]
    write_pairs(tmp_path, pairs)
    assert read_pairs(tmp_path / "tuning.csv") == pairs


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b\nc", "a\\|b\\\\nc"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("[x](javascript:y)", "\\[x\\](javascript:y)"),
        ("*b* _i_ `c` ~~d~~ $m$", "\\*b\\* \\_i\\_ \\`c\\` \\~\\~d\\~\\~ \\$m\\$"),
        ("# head", "\\# head"), ("snake_case", "snake_case"), ("-5", "-5"), ("-", "-"), ("\x1b", "\\\\x1b"),
    ],
)  # fmt: skip
def test_markdown_is_literal(text: str, written: str) -> None:
    """Pipes, HTML, links and emphasis of a file are shown, not obeyed, and a cell stays one line."""
    assert escapes.markdown(text) == written


SPEC = {
    "data": {"values": [{"what": "</script><script>alert(1)</script>"}]},
    "mark": "point",
    "title": f"{HOSTILE} & <img src=x onerror=alert(2)>",
    "encoding": {"y": {"field": "what", "type": "nominal"}},
}


@pytest.mark.slow
def test_a_page_holds_names_as_data() -> None:
    """No name of a chart can end the script of its page; a page without hostile names has as many tags."""
    tame = {**SPEC, "data": {"values": [{"what": "a"}]}, "title": "b"}
    page, plain = (rendered(spec, "html").decode() for spec in (SPEC, tame))
    assert page.lower().count("</script") == plain.lower().count("</script")
    assert page.lower().count("<script") == plain.lower().count("<script")
    assert page.count("<img") == plain.count("<img")
    assert json.dumps("alert(1)")[1:-1] + "\\u003c/script\\u003e" in page


def test_stand_ins_of_a_file_are_escaped() -> None:
    """Noncharacters that stand for tags within a page cannot be smuggled in."""
    assert "\\\\ufdd0b\\\\ufdd1" in escapes.html(escapes.script({"a": "\ufdd0b\ufdd1"}))


@pytest.mark.slow
def test_pictures_show_controls_escaped() -> None:
    """A renderer gets no control character: SVG and PNG are drawn, and the SVG shows the escape."""
    svg = rendered(SPEC, "svg").decode()
    assert "\\x1b[31mred\\nnew" in svg
    assert ("\x1b" in svg, "<script" in svg, "<img" in svg) == (False, False, False)
    assert rendered(SPEC, "png").startswith(b"\x89PNG")
