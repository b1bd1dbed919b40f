"""From LaTeX to PDF, with the TeX on the PATH or the one that came with pip."""

from answers.errors import PdfError
from answers.pdf.compile import Compiled, compile_pdf, compile_pdfs
from answers.pdf.engine import Engine, EngineName, available_engines, find_engine
from answers.pdf.log import Log

__all__ = [
    "Compiled",
    "Engine",
    "EngineName",
    "Log",
    "PdfError",
    "available_engines",
    "compile_pdf",
    "compile_pdfs",
    "find_engine",
]
