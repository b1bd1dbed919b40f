"""What code under test tries, and the kernel refuses.

All statements run in one process, in the sandbox, in the way that files of students do. They pass by what Python says
itself: they call the C library, or take away the hook's reasons first.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from answers.sandbox import Ended, Limits, begin, frames, landlock
from tests.answers.sandbox import trial

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel can refuse what is tried here")

C = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
FAILED = "\nif result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))"
REFUSED = ("PermissionError", "OSError", "ValueError: not allowed", "ModuleNotFoundError", "BlockingIOError")


def calling(call: str) -> str:
    """A call of the C library, which fails if the kernel refuses it."""
    return f"{C}result = {call}{FAILED}"


def by_number(x86_64: int, aarch64: int, arguments: str) -> str:
    """A call that the C library has no name for."""
    number = x86_64 if os.uname().machine == "x86_64" else aarch64
    return calling(f"libc.syscall({number}, {arguments})")


READS = {
    "passwords of the system": "open('/etc/passwd').read()",
    "passwords, by the C library": calling("libc.open(b'/etc/passwd', 0)"),
    "the parent's environment": "open(f'/proc/{__import__(\"os\").getppid()}/environ', 'rb').read()",
    "the parent's environment, by the C library": calling("libc.open(b'/proc/%d/environ' % os.getppid(), 0)"),
    "the parent's memory": "open(f'/proc/{__import__(\"os\").getppid()}/mem', 'rb').read(1)",
    "its own table of memory": "open('/proc/self/maps').read()",
    "a file beside its folder": "open('{outside}/secret').read()",
    "a file beside its folder, through a link": "import os; os.symlink('{outside}/secret', 'l'); open('l').read()",
    "the folder above its own": "import os; os.listdir('..')",
    "what a folder holds": "import os; os.listdir('{outside}')",
    "what the root holds": "import os; os.listdir('/')",
    "the home of the user": "import os, pathlib; os.listdir(pathlib.Path('{home}'))",
    "the source of the solution": "open('{answers}/code/templates/mlp/lines.py').read()",
    "its own program": "open('{answers}/code/runner.py').read()",
    "another package": "open('{site}/pytest/__init__.py').read()",
    "a disk": "open('/dev/vda', 'rb').read(1)",
    "the kernel's messages": calling("libc.klogctl(3, ctypes.create_string_buffer(99), 99)"),
    "the memory of another process": calling("libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0)"),
    "a file by its number": calling("libc.open_by_handle_at(-100, ctypes.create_string_buffer(99), 0)"),
    "the keys of the kernel": calling("libc.syscall(250, 0, -3, 0, 0, 0)"),
    "its own memory as a file": "open('/proc/self/mem', 'rb').read(1)",
    "the root, through its own entry": "open('/proc/self/root/etc/passwd').read()",
    "the memory that is free": "open('/proc/meminfo').read()",
    "the network's cards": "import os; os.listdir('/sys/class/net')",
    "a file in a folder that it went into": (
        "import os\nhere = os.getcwd()\nos.chdir('{outside}')\ntry: open('secret').read()\nfinally: os.chdir(here)"
    ),
    "a file in the newer way": calling("libc.syscall(437, -100, b'/etc/passwd', (ctypes.c_uint64 * 3)(), 24)"),
    "the number of a file": by_number(303, 264, "-100, b'/etc/passwd', None, None, 0"),
    "a folder as a mount": by_number(428, 428, "-100, b'/etc', 1"),
    "what happens to files": by_number(294, 26, "0"),
    "what happens to all files": by_number(300, 262, "0, 0"),
    "a key of the kernel": by_number(248, 217, "b'user', b'key', b'x', 1, -3"),
    "a descriptor of its parent": by_number(438, 438, "0, 0, 0"),
    "what its parent has in common with it": by_number(312, 272, "os.getpid(), os.getppid(), 0, 0, 0"),
    "the group of its parent": "import os; os.getpgid(os.getppid())",
    "the session of its parent": "import os; os.getsid(os.getppid())",
    "how important its parent is": "import os; os.getpriority(os.PRIO_PROCESS, os.getppid())",
}

CHANGES = {
    "writes a file": "open('{outside}/new', 'w').write('x')",
    "writes a file, by the C library": calling("libc.open(b'{outside}/new', 0o102, 0o600)"),
    "writes a file that is there, by the C library": calling("libc.open(b'{outside}/secret', 1)"),
    "truncates a file, by the C library": calling("libc.truncate(b'{outside}/secret', 0)"),
    "truncates a file when it opens it": calling("libc.open(b'{outside}/secret', 0o1001)"),
    "changes the rights of a file": calling("libc.chmod(b'{outside}/secret', 0)"),
    "changes the rights of a file relative to a folder": calling("libc.fchmodat(-100, b'{outside}/secret', 0, 0)"),
    "changes the owner of a file": calling("libc.chown(b'{outside}/secret', 0, 0)"),
    "changes the times of a file": calling("libc.utimensat(-100, b'{outside}/secret', None, 0)"),
    "changes attributes of a file": calling("libc.setxattr(b'{outside}/secret', b'user.a', b'1', 1, 0)"),
    "removes a file": calling("libc.unlink(b'{outside}/secret')"),
    "renames a file": calling("libc.rename(b'{outside}/secret', b'taken')"),
    "moves a file out": "import os; open('m', 'w').close(); os.rename('m', '{outside}/m')",
    "makes a second name for a file": calling("libc.link(b'{outside}/secret', b'second')"),
    "makes a second name for its own outside": "import os; open('n', 'w').close(); os.link('n', '{outside}/n')",
    "makes a folder outside": calling("libc.mkdir(b'{outside}/folder', 0o700)"),
    "makes a pipe with a name": calling("libc.mkfifo(b'fifo', 0o600)"),
    "makes a link": calling("libc.symlink(b'/dev/zero', b'results.json')"),
    "makes a device": calling("libc.mknod(b'disk', 0o060600, 0)"),
    "writes into memory that all share": "open('/dev/shm/x', 'w').write('x')",
    "makes a file in memory": calling("libc.memfd_create(b'm', 0)"),
    "writes where temporary files are": "open('/tmp/sandbox-was-here', 'w').write('x')",
    "adds to its packages": "import sys; open(next(p for p in sys.path if 'beside' in p) + '/sitecustomize.py', 'w')",
    "adds to where packages lie": calling("libc.open(b'{site}/x.pth', 0o102, 0o600)"),
    "changes a package": "import numpy; open(numpy.__file__, 'a')",
    "changes Python's library": "import os; open(os.__file__, 'a')",
    "takes the folder away that it is in": "import os; os.rmdir(os.getcwd())",
    "moves the folder that it is in": calling("libc.rename(os.getcwd().encode(), os.getcwd().encode() + b'x')"),
    "exchanges a file for one of its own": (
        f"{C}open('o', 'w').close()\nresult = libc.syscall("
        f"{316 if os.uname().machine == 'x86_64' else 276}, -100, b'o', -100, b'{{outside}}/secret', 2){FAILED}"
    ),
    "gives a file without a name one outside": (
        f"{C}file = os.open('.', os.O_TMPFILE | os.O_RDWR)\n"
        f"result = libc.linkat(file, b'', -100, b'{{outside}}/linked', 0x1000){FAILED}"
    ),
    "takes room that is not seen": (
        f"{C}file = os.open('p', os.O_CREAT | os.O_RDWR)\n"
        f"result = libc.fallocate(file, 1, ctypes.c_long(0), ctypes.c_long(10**9)){FAILED}"
    ),
    "makes a file unchangeable": (
        f"{C}file = os.open('q', os.O_CREAT | os.O_RDWR)\n"
        f"result = libc.ioctl(file, 0x40086602, ctypes.byref(ctypes.c_int(16))){FAILED}"
    ),
    "shares memory by a name": "import multiprocessing.shared_memory as m; m.SharedMemory(create=True, size=10)",
    "removes its packages": "import os, sys; os.unlink(next(p for p in sys.path if 'beside' in p) + '/numpy')",
}  # fmt: skip

STARTS = {
    "forks": "import os; os.fork()",
    "forks, by the C library": calling("libc.fork()"),
    "forks, by number": by_number(57, 220, "17, 0, 0, 0, 0"),
    "clones": by_number(56, 220, "17, 0, 0, 0, 0"),
    "clones in the newer way": calling("libc.syscall(435, None, 0)"),
    "runs a command": "import subprocess; subprocess.run(['/bin/true'])",
    "runs a command, by the C library": f"{C}\nif libc.system(b'true') != 0: raise OSError('refused')",
    "becomes another program": calling("libc.execv(b'/bin/true', (ctypes.c_char_p * 2)(b'true', None))"),
    "spawns": calling("-libc.posix_spawn((ctypes.c_int * 1)(), b'/bin/true', 0, 0, (ctypes.c_char_p * 2)(), 0)"),
    "leaves its session": calling("libc.setsid()"),
    "leaves its group": calling("libc.setpgid(0, 0)"),
    "traces its parent": calling("libc.ptrace(16, os.getppid(), None, None)"),
    "lets itself be traced": calling("libc.prctl(4, 1, 0, 0, 0)"),
    "lives longer than its parent": calling("libc.prctl(1, 0, 0, 0, 0)"),
    "has namespaces of its own": calling("libc.unshare(0x10000000)"),
    "mounts": calling("libc.mount(b'none', b'.', b'tmpfs', 0, None)"),
    "has another root": calling("libc.chroot(b'.')"),
    "becomes root": "import os; os.setuid(0)",
    "takes capabilities": calling("libc.capset((ctypes.c_uint * 2)(0x20080522), (ctypes.c_uint * 6)(1, 1))"),
    "becomes slower or faster": calling("libc.setpriority(0, os.getppid(), 19)"),
    "bounds its parent": calling("libc.prlimit(os.getppid(), 0, (ctypes.c_ulong * 2)(1, 1), None)"),
    "queues work with the kernel": calling("libc.syscall(425, 8, ctypes.create_string_buffer(240))"),
    "handles faults of memory": by_number(323, 282, "0"),
    "runs programs in the kernel": by_number(321, 280, "0, None, 0"),
    "becomes a program without a name": by_number(322, 281, "0, b'', None, None, 0x1000"),
    "calls by the numbers of another interface": calling("libc.syscall(0x40000000 + 57)"),
    "goes into another namespace": calling("libc.setns(0, 0)"),
    "has a namespace in a thread": by_number(56, 220, "0x10010f00, 0, 0, 0, 0"),
    "changes how it is run": calling("libc.personality(0x0040000)"),
    "goes where it likes on the processors": "import os; os.sched_setaffinity(0, {0})",
    "comes first": "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
    "may have more": "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (9999, 9999))",
    "takes memory of all others": calling("libc.swapon(b'x', 0)"),
    "sets the clock": "import time; time.clock_settime(time.CLOCK_REALTIME, 0)",
    "loads into the kernel": by_number(175, 105, "None, 0, b''"),
    "measures others": by_number(298, 241, "ctypes.create_string_buffer(128), os.getppid(), -1, -1, 0"),
}  # fmt: skip

SIGNALS = {
    "kills its parent": "import os; os.kill(os.getppid(), 9)",
    "kills its parent, by the C library": calling("libc.kill(os.getppid(), 9)"),
    "kills everybody": calling("libc.kill(-1, 9)"),
    "kills its group": calling("libc.killpg(os.getpgrp(), 9)"),
    "kills a thread of its parent": by_number(234, 131, "os.getppid(), os.getppid(), 9"),
    "kills its parent by a descriptor": calling("libc.syscall(434, os.getppid(), 0)"),
    "queues a signal for its parent": by_number(129, 138, "os.getppid(), 9, ctypes.create_string_buffer(128)"),
    "kills the group of its parent": calling("libc.kill(-os.getppid(), 9)"),
    "has a timer signal": by_number(222, 107, "0, None, ctypes.create_string_buffer(8)"),
    "has folders signal": f"{C}result = libc.fcntl(os.open('.', 0), 1026, 2){FAILED}",
    "has its parent signalled": calling("libc.fcntl(2, 8, os.getppid())"),
    "types into a terminal": calling("libc.ioctl(0, 0x5412, ctypes.create_string_buffer(b'x'))"),
}  # fmt: skip

SPEAKS = {
    "connects": "import socket; socket.create_connection(('127.0.0.1', {port}), 1)",
    "makes a socket, by the C library": calling("libc.socket(2, 1, 0)"),
    "sends a datagram": "import socket as s; s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
    "makes a socket with a name": "import socket; socket.socket(socket.AF_UNIX)",
    "speaks with the kernel": calling("libc.socket(16, 3, 0)"),
    "makes a pair of sockets": calling("libc.socketpair(1, 1, 0, (ctypes.c_int * 2)())"),
    "asks for a name": "import socket; socket.getaddrinfo('localhost', 80)",
    "shares memory": calling("libc.shmget(1234, 4096, 0o1600)"),
    "sends messages": calling("libc.msgget(1234, 0o1600)"),
}  # fmt: skip

IMPORTS = {
    "Gradsheet": "import gradsheet",
    "its answers": "import answers.code.templates.mlp",
    "its derivations": "import derive.network",
    "Gradsheet from its folder": "import sys; sys.path.insert(0, '{top}'); import derive.network",
    "Gradsheet by its path": "import runpy; runpy.run_path('{answers}/version.py')",
    "Gradsheet by its machinery": (
        "import importlib.machinery as m; m.SourceFileLoader('v', '{answers}/files.py').load_module()"
    ),
    "a package that is not allowed": "import sympy",
    "a package from the folder of all": "import sys; sys.path.append('{site}'); import sympy",
}  # fmt: skip

EVERYTHING = {**READS, **CHANGES, **STARTS, **SIGNALS, **SPEAKS, **IMPORTS}

ALLOWED = {
    "reads and writes its folder": "open('a', 'w').write('x'); assert open('a').read() == 'x'",
    "reads what it is given": "assert open('given').read() == 'here'",
    "renames and removes there": "import os; open('b', 'w'); os.rename('b', 'c'); os.unlink('c'); os.listdir('.')",
    "uses its packages": "import numpy.linalg, numpy.fft; numpy.linalg.svd(numpy.ones((3, 3)))",
    "uses Python's library": "import json, random, sqlite3, decimal, asyncio, email, unittest, ssl, lzma",
    "has threads": "import threading; t = threading.Thread(target=int); t.start(); t.join()",
    "saves arrays": "import numpy; numpy.savez('d.npz', a=numpy.ones(3)); assert numpy.load('d.npz')['a'].sum() == 3",
    "maps a file": "import numpy; numpy.memmap('e', dtype='f8', mode='w+', shape=(9,))[:] = 1",
    "uses temporary files": "import tempfile as t; t.TemporaryFile().write(b'x'); t.NamedTemporaryFile().write(b'x')",
    "sleeps and asks the time": "import time; time.sleep(0.01); time.localtime(); time.process_time()",
    "signals itself": "import signal; signal.signal(10, lambda *a: None); signal.raise_signal(10)",
    "draws what is random": "import os, secrets; os.urandom(3); secrets.token_hex(); open('/dev/urandom', 'rb')",
    "makes folders": "import os; os.makedirs('f/g'); open('f/g/h', 'w'); os.rename('f/g/h', 'i'); os.removedirs('f/g')",
    "takes room": "import os; f = open('r', 'wb'); os.posix_fallocate(f.fileno(), 0, 1000); os.unlink('r')",
    "asks for its own group": "import os; os.getpgid(0); os.getsid(os.getpid()); os.getpriority(os.PRIO_PROCESS, 0)",
    "throws output away": "open('/dev/null', 'w').write('x')",
}  # fmt: skip


@dataclass(frozen=True)
class Tried:
    outcomes: Mapping[str, str]
    lacks: tuple[str, ...]
    outside: Path
    received: int


def run(
    statements: Mapping[str, str], files: Mapping[str, bytes] = {}
) -> tuple[dict[str, str], tuple[str, ...], Ended]:
    plan = {"statements": list(statements.values())}
    ended = begin(Path(trial.__file__), files, ("numpy",), plan, Limits(60, 1000)).ended()
    found = list(frames(ended.output))
    outcomes = dict(zip(statements, [frame.text or "" for frame in found if frame.name == "outcome"], strict=False))
    return outcomes, tuple(frame.text or "" for frame in found if frame.name == "lacks"), ended


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    import numpy

    import answers

    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret").write_text("mine", encoding="utf-8")
    source = Path(answers.__file__).parent
    places = {
        "outside": outside,
        "home": Path.home(),
        "answers": source,
        "top": source.parent,
        "site": Path(numpy.__file__).parents[1],
    }
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        words = {**{name: str(path) for name, path in places.items()}, "port": str(listener.getsockname()[1])}
        statements = {}
        for name, statement in {**EVERYTHING, **ALLOWED}.items():
            for word, value in words.items():
                statement = statement.replace(f"{{{word}}}", value)
            statements[name] = statement
        outcomes, lacks, ended = run(statements, {"given": b"here"})
        assert ended.problem == ""
        assert outcomes.keys() == statements.keys()
        received = 0
        with suppress(BlockingIOError):
            received = len(listener.recv(10))
        yield Tried(outcomes, lacks, outside, received)


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_is_not_allowed_is_refused(name: str, tried: Tried) -> None:
    if tried.lacks:
        pytest.skip(f"this system lacks {', '.join(tried.lacks)}")
    assert tried.outcomes[name].startswith(REFUSED), tried.outcomes[name]


@pytest.mark.parametrize("name", ALLOWED)
def test_what_programs_do_works(name: str, tried: Tried) -> None:
    assert tried.outcomes[name] == trial.DONE


def test_nothing_outside_was_touched_and_nothing_was_sent(tried: Tried) -> None:
    if tried.lacks:
        pytest.skip(f"this system lacks {', '.join(tried.lacks)}")
    assert [path.name for path in tried.outside.iterdir()] == ["secret"]
    assert (tried.outside / "secret").read_text(encoding="utf-8") == "mine"
    assert (tried.outside / "secret").stat().st_mode & 0o777 != 0
    assert tried.received == 0


def test_on_a_kernel_with_all_of_it_nothing_is_lacking(tried: Tried) -> None:
    if landlock.version() == 0:
        pytest.skip("this kernel has no Landlock")
    assert tried.lacks == ()
