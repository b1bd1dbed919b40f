"""Gradients, derived from the forward definition and checked by number: all that a user imports.

>>> import gradsheet
>>> print(gradsheet.layer("Tanh").vjp("z").unicode())
∂ℓ/∂z = dy ⊙ (𝟏 − y ⊙ y)
"""

from gradsheet.neighbours import explain, require_own_packages

require_own_packages()

# Only once it is certain that these are our packages.
try:
    from answers.marking import Mark, mark
    from derive import (
        Activation,
        Conventions,
        DefinitionError,
        Derivation,
        DeriveError,
        Layer,
        LayerDefinition,
        LossDefinition,
        Network,
        NetworkError,
        Recurrence,
        ScalarGraph,
        VocabularyError,
        equations,
        layer,
        network,
        recurrence,
        scalar_graph,
        toeplitz,
        with_ranges,
        written_out,
    )
    from gradsheet.caches import clear_caches
    from numeric import (
        ArrayError,
        Check,
        CheckError,
        Compiled,
        CompileError,
        ExpressionError,
        GradientError,
        assert_gradients,
        assert_hessian,
        assert_jvp,
        check,
        checked,
        compile,
        evaluate,
        strategies,
    )
except ImportError as error:
    explain(error)
    raise

__all__ = [
    "Activation",
    "ArrayError",
    "Check",
    "CheckError",
    "CompileError",
    "Compiled",
    "Conventions",
    "DefinitionError",
    "Derivation",
    "DeriveError",
    "ExpressionError",
    "GradientError",
    "Layer",
    "LayerDefinition",
    "LossDefinition",
    "Mark",
    "Network",
    "NetworkError",
    "Recurrence",
    "ScalarGraph",
    "VocabularyError",
    "assert_gradients",
    "assert_hessian",
    "assert_jvp",
    "check",
    "checked",
    "clear_caches",
    "compile",
    "equations",
    "evaluate",
    "layer",
    "mark",
    "network",
    "recurrence",
    "scalar_graph",
    "strategies",
    "toeplitz",
    "with_ranges",
    "written_out",
]
