"""The certificate of a key: what was checked by number, in half a page for students, and all of it as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from answers.contract.methods import FAMILIES, SLOPES, VALUES, Family
from answers.homework.verify import Checked, CheckLine
from answers.latex import sheet
from answers.latex.escape import escape
from answers.version import version

FILE = "certificate.json"
"""Where all checks are listed, beside the key."""

DIGITS = 16
"""So many digits of a digest are printed."""

TRIED = (
    "The steps above prove the formulas. To see that they fit the forward pass as it is printed, and that nothing was "
    "misprinted, {count} were tried by number as well. What was done, you can do too:"
)
MEANING = (
    "This shows that what is printed agrees with the forward pass at these points; that it does so everywhere, only a "
    r"derivation can show. Each check with its error and its points, drawn from the seed 0, is in \texttt{{{listing}}}."
    " The key was made by Gradsheet {version}{file}."
)
OF_FILE = r" from the file whose SHA-256 digest begins with \texttt{{{digest}}}"

Outcome = tuple[str, bool | None]
"""Against what a claim was compared, and whether it holds; None, and why, for what could not be tried."""


def certificate(checked: Sequence[Checked], digest: str = "") -> tuple[sheet.Block, ...]:
    """What was done, a sentence for each family of checks, and what did not pass, if something did not."""
    passed = [entry for entry in checked if _outcome(entry)[1]]
    others = [entry for entry in checked if not _outcome(entry)[1]]
    file = OF_FILE.format(digest=digest[:DIGITS]) if digest else ""
    blocks: list[sheet.Block] = []
    if passed:
        count = f"{len(passed)} statement{'' if len(passed) == 1 else 's'}"
        entries = tuple(_told(family, found) for family, found in _by_family(passed))
        blocks += [sheet.Text(TRIED.format(count=count)), sheet.ItemList(entries)]
    if others:
        blocks += [sheet.Text("These did not pass, or could not be tried:"), table(others)]
    return (*blocks, sheet.Text(MEANING.format(listing=FILE, version=escape(version()), file=file)))


def certificate_file(checked: Iterable[Checked], digest: str = "") -> str:
    """All checks as a JSON document, in the order of the parts, with what the methods' words mean."""
    entries = list(checked)
    methods = {method.words: method.meaning for entry in entries for method in entry.claim.methods if method.meaning}
    document = {
        "gradsheet": version(),
        "homework_sha256": digest or None,
        "seed": 0,
        "methods": methods,
        "checks": [CheckLine.of(entry).document() for entry in entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def table(checked: Sequence[Checked], *, parts: bool = True) -> sheet.Certificate:
    """A row for the quantities that were checked in the same way with the same outcome, part by part if ``parts``."""
    alike: dict[tuple[str, Outcome], list[Checked]] = {}
    for entry in checked:
        alike.setdefault((entry.part if parts else "", _outcome(entry)), []).append(entry)
    rows: list[sheet.CertificateRow] = []
    labelled: set[str] = set()
    for (part, (method, ok)), entries in alike.items():
        rows.append(_row("" if part in labelled else part, method, ok, entries))
        labelled.add(part)
    return sheet.Certificate(tuple(rows), parts=parts)


def _by_family(checked: Sequence[Checked]) -> Iterator[tuple[Family, list[Checked]]]:
    """What was checked by the methods of each family that occurs; what says nothing of its methods is a value."""
    of = [({method.family for method in entry.claim.methods if method.meaning} or {VALUES}, entry) for entry in checked]
    for family in FAMILIES:
        found = [entry for families, entry in of if family in families]
        if found:
            yield family, found


def _told(family: Family, checked: Sequence[Checked]) -> str:
    """A family in a sentence: how many, of which parts, what was done, and for derivatives how well it agreed."""
    parts = list(dict.fromkeys(entry.part for entry in checked if entry.part)) or [""]
    where = f"part {escape(parts[0])}" if len(parts) == 1 else f"parts {escape(parts[0])} to {escape(parts[-1])}"
    return rf"\emph{{{family.words}}} ({len(checked)}, {where}): {family.done}{_agreement(family, checked)}."


def _agreement(family: Family, checked: Sequence[Checked]) -> str:
    if family is not SLOPES:
        return ""
    points = sorted({entry.verdict.points for entry in checked})
    dimensions = sorted({number for entry in checked for at in entry.verdict.sizes for _, number in at})
    at = f"; at {_span(points)} random points for each, away from kinks"
    at += f", with dimensions from {dimensions[0]} to {dimensions[-1]}" if dimensions else ""
    return f"{at}, the two agree to a relative {_error(max(entry.verdict.error for entry in checked))} or better"


def _outcome(entry: Checked) -> Outcome:
    if entry.verdict.unchecked:
        return entry.verdict.note, None
    return entry.claim.method, entry.verdict.ok


def _row(part: str, method: str, ok: bool | None, entries: Sequence[Checked]) -> sheet.CertificateRow:
    points = sorted({entry.verdict.points for entry in entries})
    return sheet.CertificateRow(
        escape(part),
        ", ".join(entry.claim.latex for entry in entries),
        escape(method),
        "" if ok is None else _span(points, "--"),
        "" if ok is None else _error(max(entry.verdict.error for entry in entries)),
        ok,
    )


def _span(numbers: Sequence[int], between: str = " to ") -> str:
    return between.join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))


def _error(error: float) -> str:
    return "0" if error == 0 else f"${_power(error)}$"


def _power(error: float) -> str:
    if error == float("inf"):
        return r"\infty"
    mantissa, exponent = f"{error:.1e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
