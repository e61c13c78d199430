# SPDX-License-Identifier: GPL-2.0
"""Reads text files as they come from Windows: byte order marks, code pages, mixed line ends."""
import codecs
import re

MARKS = (
    (codecs.BOM_UTF8, 'utf-8'),
    (codecs.BOM_UTF32_LE, 'utf-32-le'),
    (codecs.BOM_UTF16_LE, 'utf-16-le'),
    (codecs.BOM_UTF16_BE, 'utf-16-be'),
)


def decode(raw, fallbacks):
    """Returns (text, encoding). A mark decides; else UTF-8; else the first fallback that fits.

    The last fallback is used with replacement characters, so decoding never fails.
    """
    for mark, name in MARKS:
        if raw.startswith(mark):
            return raw[len(mark):].decode(name, 'replace'), name
    for name in ('utf-8', *fallbacks):
        try:
            return raw.decode(name), name
        except UnicodeDecodeError:
            pass
    return raw.decode(fallbacks[-1], 'replace'), fallbacks[-1]


def split_lines(text):
    """Lines without their ends; CR LF, LF and CR all end a line, a last empty one is dropped."""
    lines = re.split('\r\n|\n|\r', text)
    if lines and not lines[-1]:
        lines.pop()
    return lines
