# SPDX-License-Identifier: GPL-2.0
"""The chart: for each operation a panel of bars, one for each contender, as SVG.

A bar is the ratio to the lower file system; a stroke across it is the goal.
"""

from xml.sax.saxutils import escape

from bench.contenders import CONTENDERS, goal, met

PANEL, BAR, GAP, HEAD = 400, 13, 3, 26
LABEL, NUMBER = 92, 52
PER_ROW = 3
# Bars end here; the number tells the rest.
LONGEST = 4.0
PEER, OURS, MISSED = "#9aa5b1", "#2f6db5", "#c8553d"
STYLE = ("text{font:11px sans-serif;fill:#222}.t{font:bold 13px sans-serif}"
         ".h{font:bold 17px sans-serif}.e{text-anchor:end}.s{fill:#666}")


def _colour(report, lower, contender, name):
    if not contender.startswith(("fltfs", "swapbuf")):
        return PEER
    return MISSED if met(report.figures, lower, contender, name) is False else OURS


def _text(x, y, text, kind=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}">{escape(text)}</text>'


def _panel(report, lower, name, left, top):
    """One operation's bars, with 1.00 as a thin line."""
    base = report.figures.get((lower, "native", name))
    out = [_text(left, top + 13, name, "t"),
           _text(left + PANEL - 20, top + 13,
                 f"{base:,.0f} instructions" if base else "refused by the file system", "e s")]
    if not base:
        return out
    room = PANEL - LABEL - NUMBER - 20
    scale, start = room / LONGEST, left + LABEL
    shown = report.contenders()[1:]
    for number, contender in enumerate(shown):
        y = top + HEAD + number * (BAR + GAP)
        value = report.figures.get((lower, contender, name))
        out.append(_text(start - 6, y + 10, CONTENDERS[contender].head, "e"))
        if value is None:
            failed = (lower, contender) in report.failed
            out.append(_text(start + 4, y + 10, "not measured" if failed else "refused", "s"))
            continue
        ratio = value / base
        width = min(ratio, LONGEST) * scale
        out.append(f'<rect x="{start}" y="{y}" width="{width:.1f}" height="{BAR}" '
                   f'fill="{_colour(report, lower, contender, name)}"/>')
        if ratio > LONGEST:
            # a bar that is cut off looks so
            out.append(f'<path d="M{start + width - 14:.1f} {y + BAR} l5 -{BAR} h4 l-5 {BAR}z" '
                       'fill="#fff"/>')
        end = start + width
        limit = goal(report.figures, lower, contender, name)
        if limit is not None:
            x = start + min((base + limit) / base, LONGEST) * scale
            out.append(f'<path d="M{x:.1f} {y - 1} v{BAR + 2}" stroke="#000" stroke-width="1.6"/>')
            end = max(end, x)
        out.append(_text(end + 5, y + 10, f"{ratio:.2f}"))
    one = start + scale
    bottom = top + HEAD + len(shown) * (BAR + GAP)
    out.append(f'<path d="M{one:.1f} {top + HEAD - 4} V{bottom}" stroke="#444" '
               'stroke-width="0.7" stroke-dasharray="2 2"/>')
    return out


def svg(report):
    """The whole chart."""
    height = HEAD + (len(report.contenders()) - 1) * (BAR + GAP) + 24
    out, top = [], 66
    for lower in report.lowers():
        out.append(_text(20, top + 16, f"on {lower}", "h"))
        top += 30
        names = report.operations(lower)
        for number, name in enumerate(names):
            column, row = number % PER_ROW, number // PER_ROW
            out += _panel(report, lower, name, 20 + column * PANEL, top + row * height)
        top += -(-len(names) // PER_ROW) * height + 20
    wide = 20 + PER_ROW * PANEL
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{top}" '
            f'viewBox="0 0 {wide} {top}">', f"<style>{STYLE}</style>",
            f'<rect width="{wide}" height="{top}" fill="#fff"/>',
            _text(20, 26, "Cost of an operation, relative to the file system itself "
                  "(dashed line: 1.00)", "h"),
            _text(20, 46, f"{report.title()}. Grey: what else there is; blue: fltfs; red: fltfs, goal "
                  "missed; black stroke: the goal.", "s")]
    return "\n".join(head + out) + "\n</svg>\n"
