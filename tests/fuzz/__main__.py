"""``python -m tests.fuzz COUNT [FIRST]``: so many inputs; what is wrong with one is printed with its number."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from itertools import count, islice

from tests.fuzz.inputs import drawn
from tests.fuzz.running import ended


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the inputs; the number of those that something is wrong with."""
    numbers = [int(argument) for argument in sys.argv[1:]]
    inputs, first = (*numbers, 0)[:2] if numbers else (1000, 0)
    codes: Counter[int | None] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number in islice(count(first), inputs):
            found = ended(drawn(number))
            codes[found.code] += 1
            if found.complaint:
                wrong += 1
                say(f"{number} {drawn(number).arguments} {found.complaint[:2000]}")
        os.chdir(os.path.sep)
    say(f"{inputs} inputs, by exit code {dict(codes)}, {wrong} wrong")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
