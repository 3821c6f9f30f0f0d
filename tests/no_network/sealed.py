"""Runs a command that is killed by the kernel as soon as it makes a socket.

    python3 sealed.py COMMAND ARGUMENT...

A seccomp filter on the process and all that it starts: `socket` of any kind (internet, Unix, netlink) and
`io_uring_setup`, which could make one, end the process with SIGSYS. `socketpair` is left alone: it leads nowhere.
Exits with 77 where such a filter cannot be set up. Needs nothing but Python, and no rights.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

# <linux/audit.h>, and the numbers of `socket` and `io_uring_setup`.
MACHINES = {"x86_64": (0xC000003E, 41, 425), "aarch64": (0xC00000B7, 198, 425)}

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
KILL, ALLOW = 0x8000_0000, 0x7FFF_0000
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, MACHINE = 0, 4  # offsets in `struct seccomp_data`
OTHER_ABI = 0x4000_0000  # x32, whose numbers are others

CANNOT = 77


class Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def instructions(machine: int, socket: int, ring: int) -> bytes:
    steps = [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 0, 5, machine),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 3, 0, OTHER_ABI),
        (EQUAL, 2, 0, socket),
        (EQUAL, 1, 0, ring),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, KILL),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def seal() -> None:
    known = MACHINES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        sys.exit(CANNOT)
    code = ctypes.create_string_buffer(instructions(*known))
    program = Program(len(code) // 8, ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        sys.exit(CANNOT)


if __name__ == "__main__":
    seal()
    os.execvp(sys.argv[1], sys.argv[1:])
