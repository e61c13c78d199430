# SPDX-License-Identifier: GPL-2.0
"""Reads an .inf file into sections of entries (contract area INF, rows 1 to 13).

Nothing is interpreted here beyond the syntax: lines, comments, continuations, fields, and the
replacement of %strings%. What the sections mean for a filter is service.py.
"""
import re

from .text import decode, split_lines

MAX_SECTION_NAME = 255
MAX_FIELD = 4096


class Entry:
    """One logical line of a section, split into fields when somebody asks."""

    def __init__(self, inf, text, line):
        self.inf = inf
        self.text = text
        self.line = line

    @property
    def where(self):
        return (self.inf.path, self.line)

    def fields(self):
        """All comma-separated fields, for lines without a keyword (AddReg)."""
        return [self.inf.finish(f, self.where) for f in split_fields(self.text)]

    def keyed(self):
        """(keyword, fields) of `keyword = fields`; the keyword is None without an equal sign."""
        at = find_equal(self.text)
        if at is None:
            return None, self.fields()
        key = split_fields(self.text[:at])
        values = [self.inf.finish(f, self.where) for f in split_fields(self.text[at + 1:])]
        return self.inf.finish(','.join(key), self.where), values


class Section:
    def __init__(self, name, line):
        self.name = name
        self.line = line
        self.entries = []
        self.used = False

    def get(self, keyword):
        """The entries with this keyword, as (fields, entry)."""
        found = []
        for entry in self.entries:
            key, values = entry.keyed()
            if key is not None and key.lower() == keyword.lower():
                found.append((values, entry))
        return found

    def first(self, keyword, default=None):
        """The first field of the first entry with this keyword, and the entry."""
        for values, entry in self.get(keyword):
            if values:
                return values[0], entry
        return default, None


class Inf:
    """Sections by lower-cased name, in file order."""

    def __init__(self, path, report):
        self.path = path
        self.report = report
        self.strings = {}
        self.sections = {}

    @classmethod
    def read(cls, path, report):
        """Reads a file; reports what is wrong and keeps what is right."""
        inf = cls(path, report)
        try:
            with open(path, 'rb') as file:
                raw = file.read()
        except OSError as error:
            report.fail(path, f'cannot be read: {error.strerror}')
        inf.parse(decode(raw, ('cp1252', 'latin-1'))[0])
        return inf

    def parse(self, text):
        raw_sections = []
        current = None
        for line, body in logical_lines(text, self.path, self.report):
            if body.startswith('['):
                current = self.header(body, line)
                if current:
                    raw_sections.append(current)
            elif current:
                current.entries.append(Entry(self, body, line))
            else:
                self.report.error((self.path, line), 'text before the first [section]')
                current = Section('', line)
        self.read_strings(raw_sections)
        for section in raw_sections:
            name = self.finish(section.name, (self.path, section.line))
            self.check_length('section name', name, MAX_SECTION_NAME, section.line)
            known = self.sections.get(name.lower())
            if known:
                known.entries += section.entries
            else:
                section.name = name
                self.sections[name.lower()] = section

    def header(self, body, line):
        end = body.find(']')
        if end < 0:
            self.report.error((self.path, line), 'expected ] at the end of a section header')
            end = len(body)
        elif body[end + 1:].strip():
            self.report.error((self.path, line), 'expected nothing after ]')
        name = body[1:end].strip()
        if not name:
            self.report.error((self.path, line), 'expected a section name between [ and ]')
        self.check_length('section name', name, MAX_SECTION_NAME, line)
        return Section(name, line)

    def check_length(self, what, text, limit, line):
        if len(text) > limit:
            self.report.error((self.path, line),
                              f'{what} of {len(text)} characters; at most {limit} are allowed')

    def read_strings(self, sections):
        """[Strings] first, then keys that only a localised [Strings.LLLL] has."""
        ranked = []
        for order, section in enumerate(sections):
            name = section.name.lower()
            if name == 'strings':
                ranked.append((-1, order, section))
            elif re.fullmatch(r'strings\.[0-9a-f]{1,4}', name):
                ranked.append((int(name[8:], 16), order, section))
        for rank, _, section in sorted(ranked, key=lambda item: item[:2]):
            section.used = True
            for entry in section.entries:
                at = find_equal(entry.text)
                if at is None:
                    self.report.error(entry.where, 'expected key = "text" in [Strings]')
                    continue
                key = ''.join(split_fields(entry.text[:at])).lower()
                fields = split_fields(entry.text[at + 1:])
                value = ','.join(fields)
                self.check_length('string', value, MAX_FIELD, entry.line)
                if rank < 0:
                    self.strings[key] = value
                elif key not in self.strings:
                    self.strings[key] = value
                    self.report.note(entry.where, f'string "{key}" taken from [{section.name}]: '
                                                  '[Strings] does not have it')

    def finish(self, field, where):
        """Replaces %keys% of a field, once."""
        self.check_length('field', field, MAX_FIELD, where[1])

        def replace(match):
            key = match.group(1)
            if not key:
                return '%'
            if key.lower() in self.strings:
                return self.strings[key.lower()]
            if not key.isdigit() or not key.isascii():
                self.report.error(where, f'%{key}% is not defined in [Strings]')
            return match.group(0)

        if '%' not in field:
            return field
        result = re.sub(r'%([^%]*)%', replace, field)
        self.check_length('field', result, MAX_FIELD, where[1])
        return result

    def section(self, name):
        """The section of this name, marked as used, or None."""
        section = self.sections.get(name.lower())
        if section:
            section.used = True
        return section


def logical_lines(text, path, report):
    """Yields (line number, text) with comments gone and continued lines joined."""
    text = text.rstrip('\x1a')
    first, parts = 0, []        # of a line that is being continued
    for number, line in enumerate(split_lines(text), 1):
        bad = next((c for c in line if (ord(c) < 32 and c != '\t') or ord(c) == 127), None)
        if bad is not None:
            report.error((path, number), f'control character 0x{ord(bad):02x} in the file')
            line = ''.join(c for c in line if ord(c) >= 32 or c == '\t')
        body, continued = strip_comment(line, path, number, report)
        if not parts:
            first = number
        parts.append(body.strip())
        if not continued:
            body = ''.join(parts)
            parts = []
            if body:
                yield first, body
    if any(parts):
        yield first, ''.join(parts)


def strip_comment(line, path, number, report):
    """Returns (text before a comment, whether a backslash joins the next line)."""
    quoted = False
    at = 0
    end = len(line)
    last = None             # position of the last character that is not blank, outside quotes
    while at < len(line):
        c = line[at]
        if c == '"':
            quoted = not quoted
            last = None
        elif not quoted and c == '%':
            close = line.find('%', at + 1)
            if close > 0:
                at = close
            last = None
        elif not quoted and c == ';':
            end = at
            break
        elif not quoted and not c.isspace():
            last = at
        at += 1
    if quoted:
        report.warning((path, number), 'the closing quote is missing; the line is taken to its end')
        return line + '"', False
    if last is not None and line[last] == '\\' and not line[last + 1:end].strip():
        return line[:last], True
    return line[:end], False


def find_equal(text):
    """Position of the first equal sign outside quotes, or None."""
    quoted = False
    for at, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        elif c == '=' and not quoted:
            return at
    return None


def split_fields(text):
    """Fields between commas: quotes removed, doubled ones shrunk, outer blanks dropped."""
    fields = []
    chars = []              # (character, protected by quotes)
    quoted = False
    at = 0

    def flush():
        start, end = 0, len(chars)
        while start < end and not chars[start][1] and chars[start][0].isspace():
            start += 1
        while end > start and not chars[end - 1][1] and chars[end - 1][0].isspace():
            end -= 1
        fields.append(''.join(c for c, _ in chars[start:end]))
        chars.clear()

    while at < len(text):
        c = text[at]
        if c == '"':
            if quoted and text[at + 1:at + 2] == '"':
                chars.append(('"', True))
                at += 1
            else:
                quoted = not quoted
        elif c == ',' and not quoted:
            flush()
        else:
            chars.append((c, quoted))
        at += 1
    flush()
    return fields
