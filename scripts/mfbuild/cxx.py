# SPDX-License-Identifier: GPL-2.0
"""Step 3 for C++ (SRC-140 to SRC-149): what is different there from rewrite.py.

Functions stand in classes, namespaces and templates. A finally block is a lambda, which an object
runs when the body is left, since there are no nested functions. And all integers of 64 bits are
one type, as they are for the compiler that the driver was written for: overloads, templates and
pointers would tell them apart.
"""
import re

from .prep import c_string
from .rewrite import EXACT, Rewriter, is_linkage

LONG_SUFFIX = re.compile(r'([0-9a-fA-FxX\']+[uU]?)(?:ll|LL)([uU]?)')
ACCESS = ('public', 'protected', 'private')
# Words with brackets that are neither parameters nor a condition.
WITH_BRACKETS = ('__attribute__', '__attribute', 'alignas', 'decltype', '__declspec', 'noexcept',
                 'explicit')


class CxxRewriter(Rewriter):
    """One unit of C++."""

    def tags(self):
        """C++ declares what it first sees in a prototype where it should."""
        return ''

    def edit_words(self):
        super().edit_words()
        before = ''
        for tok in self.toks:
            if tok.blank or not tok.text:
                continue
            if tok.text == 'long' and before == 'long':
                tok.text = ''
                continue
            if tok.kind == 'number':
                match = LONG_SUFFIX.fullmatch(tok.text)
                if match:
                    tok.text = match.group(1) + 'L' + match.group(2)
            before = tok.text

    def kind_of_block(self, head):
        words = bare(head)
        if is_linkage(head) or 'namespace' in words[:2]:
            return 'scope'
        if '=' in words and 'operator' not in words:
            return 'other'
        if ')' not in words:
            return 'scope' if {'class', 'struct', 'union'} & set(words) else 'other'
        if in_initialisers(words) and (words[-1] == '>' or re.fullmatch(r'\w+', words[-1])):
            return 'other'
        return 'function'

    def ends_declaration(self, head):
        if head[-1].text == ':' and len(head) == 2 and head[0].text in ACCESS:
            return True
        return super().ends_declaration(head)

    def one_linkage(self, start, end, head):
        """The compiler that the driver was written for is strict here, too."""

    def place_of_attribute(self, start, end):
        """After template <...> and extern "C"."""
        place, depth, brackets, header = start, 0, 0, False
        for index in range(start, end):
            text = self.out[index]
            if not text or text.isspace() or text.lstrip().startswith('#'):
                continue
            if depth or (header and text == '<'):
                brackets += {'(': 1, ')': -1}.get(text, 0)
                depth += 0 if brackets else {'<': 1, '>': -1, '>>': -2}.get(text, 0)
                header = False
            elif text in ('template', 'extern'):
                header = text == 'template'
            elif not text.startswith('"'):
                return index
            place = index
        return place

    def marker(self, tok):
        """Makes the text after it be on the line of a token."""
        self.out.append(f'\n# {tok.line} {c_string(tok.file)}\n')

    def finally_statement(self, n, at, body, body_end, word):
        block = self.next(word + 1)
        if self.toks[block].text != '{':
            self.report.fail(self.toks[word].where, 'expected { after __finally')
        block_end = self.match(block)
        uninitialized = '__attribute__((__uninitialized__))'
        self.out.append(f'{{ struct fsh_x __fsh_x{n} {uninitialized}; '
                        f'auto __fsh_fin{n} = [&](int __fsh_ab) {EXACT} -> void {{ '
                        '(void)__fsh_ab; ')
        self.marker(self.toks[block])
        self.region('finally', n, block, block_end + 1, self.labels(block, block_end))
        self.out.append(' };')
        self.marker(self.toks[at])
        self.out.append(
            f'{{ struct fsh_frame __fsh_f{n} {uninitialized}; '
            f'fsh_seh_push(&__fsh_f{n}, &__fsh_x{n}, {self.enclosing()}); '
            f'fsh_finally<decltype(__fsh_fin{n})> __fsh_g{n}(&__fsh_f{n}, __fsh_fin{n}); '
            f'if (fsh_setjmp(&__fsh_f{n})) goto __fsh_end{n};')
        self.blanks(at + 1, body)
        self.region('body', n, body, body_end + 1)
        self.out.append(f' __fsh_leave{n}:; __fsh_f{n}.normal = 1; __fsh_end{n}:; }} }}')
        self.marker(self.toks[block_end])
        return block_end + 1


def bare(head):
    """The words of a declaration without attributes and template parameters."""
    words, at = [], 0
    texts = [tok.text for tok in head]
    while at < len(texts):
        if texts[at] in WITH_BRACKETS and texts[at + 1:at + 2] == ['(']:
            at += 3
            continue
        if texts[at] == 'template' and texts[at + 1:at + 2] == ['<']:
            depth = 0
            while at < len(texts):
                depth += {'<': 1, '>': -1, '>>': -2}.get(texts[at], 0)
                at += 1
                if texts[at - 1][:1] == '>' and depth <= 0:
                    break
            continue
        words.append(texts[at])
        at += 1
    return words


def in_initialisers(words):
    """Does the list of a constructor's members come after the parameters?"""
    after = words[words.index(')') + 1:]
    return after[:1] == [':'] and after[1:2] != [':']
