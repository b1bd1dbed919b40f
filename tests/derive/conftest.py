"""Settings of the tests of ``numeric``."""

from hypothesis import settings

# The first example of a property compiles its expressions, and imports SciPy, which a deadline would count.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")
