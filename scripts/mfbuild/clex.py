# SPDX-License-Identifier: GPL-2.0
"""Tokens of preprocessed C, with the file and line that each came from.

It knows line markers, so that a token tells whether it stands in the driver's own text or in a
header of fltshim's. Joining all token texts gives the input back.
"""
import re

TOKEN = re.compile(r'''
    (?P<line>   ^[ \t]*\#[^\n]*\n? )                          # line marker or pragma
  | (?P<nl>     \n )
  | (?P<space>  [ \t\f\v\r]+ )
  | (?P<raw>    (?:u8|u|U|L)?R"(?P<delimiter>[^()\\\s"]{0,16})\((?s:.)*?\)(?P=delimiter)" )
  | (?P<string> (?:u8|u|U|L)?"(?:[^"\\\n]|\\.)*" )
  | (?P<char>   (?:u|U|L)?'(?:[^'\\\n]|\\.)*' )
  | (?P<number> \.?[0-9](?:[eEpP][+-]|'[0-9A-Za-z_]|[0-9A-Za-z_.])* )
  | (?P<ident>  [A-Za-z_$\u0080-\U0010ffff][0-9A-Za-z_$\u0080-\U0010ffff]* )
  | (?P<punct>  \.\.\.|->|\+\+|--|<<=?|>>=?|[<>=!+\-*/%&|^]=|&&|\|\||\#\#|. )
''', re.VERBOSE | re.MULTILINE)

MARKER = re.compile(r'\s*#\s*(?:line\s+)?(\d+)\s+"((?:[^"\\]|\\.)*)"')
BLANK = ('nl', 'space', 'line')


class Token:
    __slots__ = ('kind', 'text', 'file', 'line')

    def __init__(self, kind, text, file, line):
        self.kind, self.text, self.file, self.line = kind, text, file, line

    @property
    def where(self):
        return (self.file, self.line)

    @property
    def blank(self):
        return self.kind in BLANK

    def __repr__(self):
        return f'{self.text!r}@{self.line}'


def tokens(text, first_file):
    """The tokens of preprocessed text, as a list."""
    result = []
    file, line = first_file, 1
    for match in TOKEN.finditer(text):
        kind, body = match.lastgroup, match.group()
        if kind == 'line':
            marker = MARKER.match(body)
            result.append(Token(kind, body, file, line))
            if marker:
                line = int(marker.group(1))
                file = unescape(marker.group(2))
            else:
                line += body.count('\n')
            continue
        result.append(Token(kind, body, file, line))
        if kind in ('nl', 'raw'):
            line += body.count('\n')
    return result


def unescape(text):
    if '\\' not in text:
        return text
    raw = re.sub(rb'\\([0-7]{3})|\\(.)',
                 lambda m: bytes([int(m[1], 8) & 255]) if m[1] else m[2], text.encode())
    return raw.decode('utf-8', 'surrogateescape')
