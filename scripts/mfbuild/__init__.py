# SPDX-License-Identifier: GPL-2.0
"""The port tool: from a minifilter's project directory to a kernel module.

    text.py      bytes of a Windows text file to lines
    report.py    messages with file and line
    inf.py       an .inf file as sections of fields
    service.py   the service key, instances and names an .inf describes
    project.py   which sources, includes and defines make up the driver
    prep.py      the lower-cased, LF, UTF-8 copy of the sources
    clex.py      tokens of preprocessed C
    rewrite.py   exception handling, long, __FUNCTION__ in the driver's text
    cxx.py       the same for C++
    kbuild.py    generated Kbuild and glue, the make run, its diagnostics
    check.py     what a driver needs that fltshim does not have
    cli.py       the commands

It uses the Python standard library only, and treats everything that it reads as data: no text
from a driver's files ever reaches a shell or a make variable unescaped.
"""
