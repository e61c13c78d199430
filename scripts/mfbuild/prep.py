# SPDX-License-Identifier: GPL-2.0
"""Step 1 of the pipeline: a copy of the driver's text that gcc on a case-sensitive file system
can read (SRC-01, SRC-40 to SRC-50).

Only what the sources include is copied, below the build directory, under its lower-cased path.
Line numbers stay, and a #line names the user's file, so every later message does too.
"""
import os
import re

from .text import decode, split_lines

INCLUDE = re.compile(r'^(\s*#\s*(?:include|import)\s*)(["<])([^">]+)([">])(.*)$')
MACRO_INCLUDE = re.compile(r'^\s*#\s*include\s+([A-Za-z_]\w*)')
CONTINUATION = re.compile(r'\\[ \t\f\v]+$')
# Headers of the C library, whose names a project may well give to headers of its own.
LIBRARY = frozenset('ctype.h limits.h math.h memory.h stdio.h stdlib.h string.h wchar.h'.split())


class Prep:
    """Copies files on demand; `copies` maps an original path to its copy."""

    def __init__(self, root, include_dirs, system_dir, charset, report):
        self.root = root                    # of the copies
        self.include_dirs = include_dirs    # of the project, in order
        self.system = {name.lower() for name in files_below(system_dir)}
        self.charset = charset
        self.report = report
        self.copies = {}
        self.listings = {}
        self.private_noted = set()
        self.guessed = False

    def copy(self, path):
        """Copies one file and what it includes; returns the path of the copy."""
        path = os.path.abspath(path)
        if path in self.copies:
            return self.copies[path]
        waiting = [path]
        while waiting:
            waiting += self.copy_one(waiting.pop())
        return self.copies[path]

    def copy_name(self, path):
        return os.path.join(self.root, os.path.abspath(path).lower().lstrip('/'))

    def copy_one(self, path):
        """Copies one file; returns the files that it includes and that are not copied yet."""
        if path in self.copies:
            return []
        copy = self.copy_name(path)
        for other, other_copy in self.copies.items():
            if other_copy == copy:
                self.report.fail(shown(path), f'differs from {shown(other)} only in case')
        self.copies[path] = copy
        try:
            with open(path, 'rb') as file:
                raw = file.read()
        except OSError as error:
            self.report.fail(shown(path), f'cannot be read: {error.strerror}')
        lines = self.normalise(path, raw)
        found = []
        for number, line in enumerate(lines):
            match = INCLUDE.match(line)
            if not match:
                if MACRO_INCLUDE.match(line):
                    self.report.note((shown(path), number + 1),
                                     'an include through a macro name is left as it is')
                continue
            target = self.find(path, match.group(3), match.group(2) == '"', number + 1)
            if target is None:
                name = slashes(match.group(3)).lower()
                brackets = match.group(2) + name + match.group(4)
            else:
                relative = os.path.relpath(self.copy_name(target), os.path.dirname(copy))
                brackets = f'"{relative}"'
                found.append(target)
            lines[number] = match.group(1) + brackets + match.group(5)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        text = f'#line 1 {c_string(shown(path))}\n' + ''.join(line + '\n' for line in lines)
        write_if_changed(copy, text)
        return found

    def normalise(self, path, raw):
        """The file as lines of clean text."""
        fallbacks = (self.charset,) if self.charset else ('gb18030', 'cp1252', 'latin-1')
        text, encoding = decode(raw, fallbacks)
        if encoding in fallbacks and not self.charset and not self.guessed:
            self.guessed = True
            self.report.note(shown(path), f'is not UTF-8; read as {encoding} (--charset names '
                                          'another code page)')
        end = text.find('\x1a')
        if end >= 0:
            text = text[:end]
        lines = split_lines(text)
        for number, line in enumerate(lines):
            if CONTINUATION.search(line):
                # No continuation where the driver was written: there it stands in a comment, or
                # the blank is an oversight that the editor of the file hid.
                keep = '' if '//' in line else '\\'
                lines[number] = CONTINUATION.sub(lambda _, k=keep: k, line)
            if '\0' in line:
                self.report.error((shown(path), number + 1), 'a NUL character in the source')
        return lines

    def find(self, includer, name, quoted, line):
        """The project's file that an include means, or None for a header of fltshim's."""
        name = slashes(name)
        plain = re.sub(r'^(\./)+', '', name)
        places = [os.path.dirname(includer)] if quoted else []
        places += self.include_dirs
        found = next(filter(None, (self.lookup(place, name) for place in places)), None)
        if plain.lower() in self.system and not (found and plain.lower() in LIBRARY):
            if found and found not in self.private_noted:
                self.private_noted.add(found)
                self.report.note((shown(includer), line),
                                 f'{shown(found)} is skipped: {plain.lower()} is a header that '
                                 'fltshim provides')
            return None
        return found

    def lookup(self, place, name):
        """A file below `place` whatever the case of its name."""
        path = place
        for part in name.split('/'):
            if part in ('', '.'):
                continue
            if part == '..':
                path = os.path.dirname(path)
                continue
            exact = os.path.join(path, part)
            if not os.path.exists(exact):
                real = self.listing(path).get(part.lower())
                if real is None:
                    return None
                exact = os.path.join(path, real)
            path = exact
        return path if os.path.isfile(path) else None

    def listing(self, path):
        if path not in self.listings:
            try:
                names = sorted(os.listdir(path))
            except OSError:
                names = []
            self.listings[path] = {name.lower(): name for name in names}
        return self.listings[path]


def files_below(root):
    """Paths of all files below a directory, relative to it."""
    for place, _, names in os.walk(root):
        for name in names:
            yield os.path.relpath(os.path.join(place, name), root)


def slashes(name):
    return re.sub(r'[\\/]+', '/', name.strip())


def shown(path):
    """A path as messages give it: relative to here if it lies below here."""
    relative = os.path.relpath(path)
    return path if relative.startswith('..') else relative


def c_string(text):
    """A C string literal with this UTF-8 content."""
    result = []
    for byte in text.encode('utf-8', 'surrogateescape'):
        char = chr(byte)
        if char in '"\\':
            result.append('\\' + char)
        elif 32 <= byte < 127 and char != '?':
            result.append(char)
        else:
            result.append(f'\\{byte:03o}')
    return '"' + ''.join(result) + '"'


def write_if_changed(path, text):
    """Writes a file unless it has this content, so that make builds no more than needed."""
    data = text.encode('utf-8', 'surrogateescape')
    try:
        with open(path, 'rb') as file:
            if file.read() == data:
                return
    except OSError:
        pass
    with open(path, 'wb') as file:
        file.write(data)
