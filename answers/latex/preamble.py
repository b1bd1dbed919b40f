"""What a homework adds to the preamble of its sheets: TeX of its author's, which opens no files and runs nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from answers.errors import HomeworkContentError

READS = "it reads or writes files; a sheet reads its pictures and its packages only"
RUNS = "it runs other programs, or Lua"
MAKES = "it makes commands of their letters, or gives characters another meaning, behind which others may hide"
WHOLE = "the sheet has it already"

REFUSED: Mapping[str, str] = {
    **dict.fromkeys(
        """input include includeonly openin openout read readline write immediate closein closeout InputIfFileExists
        IfFileExists verbatiminput VerbatimInput lstinputlisting pdffiledump pdffilesize pdffilemoddate pdfmdfivesum
        pdfximage pdfobj pdfmapfile pdfmapline typein special pdfliteral pdfannot pdfcatalog includepdf filedump
        filesize mdfivesum subfile import subimport CatchFileDef XeTeXpicfile XeTeXpdffile endinput file_input
        AddToHookFile saveimageresource useimageresource saveboxresource pdfextension pdffeedback pdfvariable font
        externalfigure bibliography addbibresource includestandalone inputminted pgfplotstableread""".split(),
        READS,
    ),
    **dict.fromkeys(
        """write18 ShellEscape directlua latelua luafunction luafunctioncall luadef luaexec luadirect luacode
        luacodestar lateluafunction luabytecode luabytecodecall luaescapestring newluafunction newluabytecode
        newluachunkname sysshell""".split(),
        RUNS,
    ),
    **dict.fromkeys(
        """csname endcsname begincsname lastnamedcs catcode lowercase uppercase scantokens scantextokens endlinechar
        escapechar ExplSyntaxOn ExplSyntaxOff UseName csuse csdef csgdef cslet letcs nameuse namedef primitive
        pdfprimitive catcodetable initcatcodetable savecatcodetable active luatexalloc everyeof expandafter
        makeatletter everyjob""".split(),
        MAKES,
    ),
    **dict.fromkeys("documentclass documentstyle".split(), WHOLE),
}
"""The commands that have no place in a preamble, with the reason."""
PACKAGES: Mapping[str, str] = dict.fromkeys(
    "luacode shellesc minted catchfile bashful pythontex sagetex embedfile attachfile pdfpages".split(), RUNS
)
COMMAND = re.compile(r"\\([A-Za-z@_:]+)")
NAMED = re.compile(r"\\(?:begin|end)\s*\{([^{}]*)\}")
LOADED = re.compile(r"\\(?:usepackage|RequirePackage)\s*(?:\[[^\]]*\])?\s*\{([^{}]*)\}")
PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")


def preamble(text: str) -> str:
    """The TeX of a preamble, as it was written.

    Whatever else it may do, TeX runs without a shell, and where the kernel can see to that it reads nothing but its own
    folder and its installation.

    Raises:
        HomeworkContentError: a command of it reads files, runs programs, or could hide one that does; or braces do not
            pair up.
    """
    shown = COMMENT.sub(r"\1", text)
    if "^^" in shown:
        raise HomeworkContentError(
            "^^ is how TeX writes characters by their number; write them as they are", excerpt="^^"
        )
    for name in [match[1] for match in COMMAND.finditer(shown)] + [match[1] for match in NAMED.finditer(shown)]:
        plain = name.strip().lstrip("@")
        if plain in REFUSED:
            raise HomeworkContentError(rf"\{name} has no place in a preamble: {REFUSED[plain]}", excerpt=rf"\{name}")
        if plain == "document":
            raise HomeworkContentError(f"the document is not a part of a preamble: {WHOLE}", excerpt="{document}")
    for match in LOADED.finditer(shown):
        for package in map(str.strip, match[1].split(",")):
            _require_package(package)
    _require_pairs(shown)
    return text.strip("\n")


def _require_package(name: str) -> None:
    if PACKAGE.fullmatch(name) is None:
        raise HomeworkContentError(f"the package {name}: expected its name, such as booktabs", excerpt=name)
    if name in PACKAGES:
        raise HomeworkContentError(f"the package {name} has no place in a preamble: {PACKAGES[name]}", excerpt=name)


def _require_pairs(text: str) -> None:
    depth = 0
    for brace in re.findall(r"(?<!\\)(?:\\\\)*([{}])", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            break
    if depth:
        raise HomeworkContentError("the braces of the preamble do not pair up", excerpt="{")
