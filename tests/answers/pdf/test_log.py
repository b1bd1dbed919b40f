from __future__ import annotations

from answers.pdf.log import Error, Log
from tests.answers.pdf.typeset import Overfull, Shrunk, missing_characters, overfull, shrunk, undefined_references

STOPPED = r"""(./sheet.tex
! Undefined control sequence.
<recently read> \fooo

l.14 \section{Hello \fooo
                         } and more
!  ==> Fatal error occurred, no output PDF file produced!
"""


def test_an_error_has_its_message_line_and_source() -> None:
    assert Log(STOPPED).errors == (Error("Undefined control sequence.", 14, r"\section{Hello \fooo"),)


def test_an_error_of_the_program_itself_has_no_line() -> None:
    log = Log("!pdfTeX error: pdflatex (file cmr10.pfb): cannot open Type 1 font file for reading\n")
    assert [error.line for error in log.errors] == [None]
    assert "cmr10" in log.errors[0].message


def test_an_error_does_not_take_the_line_of_the_next() -> None:
    first, second = Log("! One.\n! Two.\nl.7 \\x\n").errors
    assert (first.line, second.line) == (None, 7)


def test_a_missing_package_is_named() -> None:
    assert Log("! LaTeX Error: File `booktabs.sty' not found.\n").missing_file == "booktabs.sty"
    assert Log(STOPPED).missing_file is None


def test_boxes_that_stick_out() -> None:
    log = Log(
        "Overfull \\hbox (5.25pt too wide) in paragraph at lines 12--15\n"
        "Overfull \\vbox (20.0pt too high) has occurred while \\output is active []\n"
        "Underfull \\hbox (badness 10000) in paragraph at lines 3--4\n"
    )
    assert overfull(log) == (Overfull("h", 5.25, 12), Overfull("v", 20.0, None))


def test_missing_characters_references_and_shrunk_formulas() -> None:
    log = Log(
        "Missing character: There is no ^^e9 in font lmr10!\n"
        "LaTeX Warning: Reference `eq:1' on page 1 undefined on input line 9.\n"
        "Gradsheet: shrunk to 0.63 on line 40\n"
    )
    assert missing_characters(log) == ("^^e9 in lmr10",)
    assert undefined_references(log) == ("eq:1",)
    assert shrunk(log) == (Shrunk(0.63, 40),)


def test_a_clean_log_has_nothing() -> None:
    log = Log("This is pdfTeX\nOutput written on sheet.pdf (1 page).\n")
    found = (log.errors, overfull(log), missing_characters(log), undefined_references(log), shrunk(log))
    assert found == ((),) * 5
    assert not log.wants_another_run


def test_another_run_is_asked_for() -> None:
    assert Log("LaTeX Warning: Label(s) may have changed. Rerun to get cross-references right.").wants_another_run
    assert Log("Package longtable Warning: Table widths have changed. Rerun LaTeX.").wants_another_run
