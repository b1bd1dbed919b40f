"""What verifying the bundled homeworks takes, beside what it took at an earlier commit: CPU seconds of both, in turns.

    python benchmarks/verifying.py COMMIT               # all homeworks
    python benchmarks/verifying.py COMMIT layers        # one of them

Each is read as it stands at its own commit, where its checks are; so answers that were added since count as well.
Modules are compiled once before that. Of several runs the fastest counts, since whatever else runs makes them slower.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent.parent
RUNS = 2
MOST = 1.5
"""How many times the earlier time a homework may take."""
COMMAND = "import sys; sys.argv[0] = 'gradsheet'; from answers.command import main; main()"


def seconds(tree: Path, compiled: str, homework: str) -> float:
    """The CPU seconds that ``verify`` takes in a tree, with its child processes; infinite where it fails."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    before = _used()
    command = [sys.executable, "-c", COMMAND, "verify", homework]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
    return _used() - before if done.returncode == 0 else float("inf")


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print a line for each homework that there was already, and one for all of them together."""
    commit, *wanted = sys.argv[1:]
    with TemporaryDirectory() as folder:
        earlier, compiled = Path(folder) / "earlier", str(Path(folder) / "compiled")
        git = ["git", "-C", str(HERE), "worktree"]
        subprocess.run([*git, "add", "--detach", str(earlier), commit], check=True, capture_output=True)
        try:
            known = sorted(path.stem for path in (earlier / "answers" / "homeworks").glob("*.yaml"))
            _print([name for name in known if not wanted or name in wanted], earlier, compiled)
        finally:
            subprocess.run([*git, "remove", "--force", str(earlier)], check=True)


def _print(names: list[str], earlier: Path, compiled: str) -> None:
    for tree in (earlier, HERE):
        seconds(tree, compiled, names[0])
    totals = [0.0, 0.0]
    for name in names:
        runs = [(seconds(earlier, compiled, name), seconds(HERE, compiled, name)) for _ in range(RUNS)]
        fastest = [min(times) for times in zip(*runs, strict=True)]
        totals = [total + time for total, time in zip(totals, fastest, strict=True)]
        print(_line(name, *fastest), flush=True)
    print(_line("all", *totals))


def _line(name: str, before: float, now: float) -> str:
    mark = "" if now <= MOST * before else "  (too much)"
    return f"{name:16} {before:6.1f} s before, {now:6.1f} s now: {now / before:.2f} times{mark}"


if __name__ == "__main__":
    main()
