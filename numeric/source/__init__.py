"""Matrix expressions and scalar functions as Python source, for NumPy and for PyTorch."""

from numeric.errors import SourceError
from numeric.source.function import function_code
from numeric.source.matrix import matrix_code
from numeric.source.names import Names
from numeric.source.namespace import NAMESPACES, Namespace, namespace_of

__all__ = ["NAMESPACES", "Names", "Namespace", "SourceError", "function_code", "matrix_code", "namespace_of"]
