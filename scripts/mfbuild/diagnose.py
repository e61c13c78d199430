# SPDX-License-Identifier: GPL-2.0
"""What the compiler and the linker of the kernel's build say, in terms of the driver's files
(SRC-07, SRC-121, SRC-122)."""
import os
import re
import subprocess

from .prep import shown

MESSAGE = re.compile(r'^(.+?):(\d+):(?:\d+:)? (fatal error|error|warning|note): (.*)$')
IMPLICIT = re.compile(r"implicit declaration of function '(\w+)'")
NO_HEADER = re.compile(r'^([^:]+): No such file or directory')
UNDEFINED = re.compile(r'modpost: "\w+" \[[^\]]*\] undefined!')
CONFLICT = re.compile(r"conflicting types for '(\w+)'")
POINTER = re.compile(r"passing argument \d+ of '.*' from incompatible pointer type")
# A routine gives out an object of the driver's through PVOID *.
OUT_POINTER = re.compile(r"^expected '(?:PVOID \*|PFLT_CONTEXT \*|void \*\*)'.* but argument is "
                         r"of type '\w[^']*\*\*?'")
# Belongs to make, not to a source.
NOT_SOURCES = ('scripts/', 'Makefile', 'make')


def messages(output):
    """(file, line, kind, text, text of the note after it) for each message about a source."""
    found = []
    for line in output.splitlines():
        match = MESSAGE.match(line)
        if not match or match.group(1).startswith(NOT_SOURCES):
            continue
        file, number, kind, text = match.groups()
        if kind != 'note':
            found.append([file, number, kind, text, ''])
        elif found and not found[-1][4]:
            found[-1][4] = text
    return found


def conflicts(output):
    """Functions that are declared in one way and defined in another: {name: place}."""
    return {m.group(1): (file, number)
            for file, number, kind, text, _ in messages(output) if kind == 'error'
            for m in [CONFLICT.search(text)] if m}


class Diagnosis:
    """Puts messages into a report. `identifiers` maps the driver's words to their places."""

    def __init__(self, report, sources, identifiers):
        self.report, self.sources, self.identifiers = report, sources, identifiers

    def explain(self, output):
        """Repeats the messages that concern the driver."""
        for file, number, kind, text, note in messages(output):
            where = (file, number)
            implicit = IMPLICIT.search(text)
            header = NO_HEADER.match(text)
            if implicit:
                self.missing(implicit.group(1), where)
            elif header:
                self.report.error(where, f'header {header.group(1)} is neither in the project nor '
                                         'one that fltshim provides')
            elif POINTER.match(text) and OUT_POINTER.match(note):
                continue
            elif kind == 'warning':
                self.report.warning(where, text)
            else:
                self.report.error(where, text)

    def missing(self, name, where):
        if name == 'DriverEntry':
            self.report.error(None, 'there is no DriverEntry in the sources: '
                              + ', '.join(shown(path) for path in self.sources))
        else:
            shown_name = demangled(name)
            word = re.match(r'\w+', shown_name)
            self.report.error(where or self.identifiers.get(name)
                              or (word and self.identifiers.get(word.group())),
                              f'routine {shown_name} is not provided by fltshim')

    def all_missing(self, target, known):
        """Every symbol that nobody has; modpost stops after ten."""
        for name in sorted(undefined(target)[0] - known - {'__this_module'}):
            self.missing(name, None)


def demangled(name):
    """The name of a C++ function as the source has it."""
    if not name.startswith('_Z'):
        return name
    run = subprocess.run(['c++filt', name], capture_output=True, text=True, check=False)
    return run.stdout.strip() or name


def undefined(target):
    """(names that an object leaves to others, names that it defines)."""
    listing = subprocess.run(['nm', target], capture_output=True, text=True, check=False).stdout
    needed, defined = set(), set()
    for line in listing.splitlines():
        kind, name = line.split()[-2:]
        (needed if kind == 'U' else defined).add(name)
    return needed, defined


def exported(path):
    """The symbols of a Module.symvers."""
    try:
        with open(path, encoding='utf-8') as file:
            return {line.split('\t')[1] for line in file if line.count('\t') > 1}
    except OSError:
        return set()


def plain_environment():
    """The environment without a calling make's flags, and with messages in English."""
    drop = ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'GNUMAKEFLAGS',
            'C_INCLUDE_PATH', 'CPATH', 'CPLUS_INCLUDE_PATH', 'LANGUAGE')
    env = {key: value for key, value in os.environ.items()
           if key not in drop and not key.startswith('LC_')}
    env.update(LANG='C', LC_ALL='C')        # the kernel's makefiles drop LC_ALL
    return env
