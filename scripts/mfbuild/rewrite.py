# SPDX-License-Identifier: GPL-2.0
"""Step 3 of the pipeline: rewrites the driver's own text in a preprocessed unit (SRC-03 to 18,
SRC-68, SRC-80 to 82, SRC-101). Text that comes from fltshim's headers is left alone.

What it changes: structured exception handling becomes frames and labels, `long` becomes 32 bits
wide, integer suffixes of MSVC become gcc's, __FUNCTION__ becomes a literal, and a second storage
class of one declaration goes. Lines stay where they are, so messages and debug information name
the user's lines. Needs tokens and matching braces only, no C parser.
"""
import re

from .clex import Token, tokens

TRY = ('__try', '_try')
EXCEPT = ('__except', '_except')
FINALLY = ('__finally', '_finally')
LEAVE = ('__leave', '_leave')
FUNCTION = ('__FUNCTION__', '__func__', '__FUNCDNAME__', '__FUNCSIG__')
WIDE_FUNCTION = ('L__FUNCTION__', '__FUNCTIONW__')

# Words that may stand around `long` in one list of declaration specifiers.
SPECIFIERS = frozenset('''long int short signed unsigned char double float __signed __signed__
    const volatile __const __volatile__ static extern register typedef inline __inline __inline__
    __extension__ auto'''.split())

INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([A-Za-z][A-Za-z0-9]*)")
SIZED_SUFFIX = re.compile(r'([uU]?)[iI](8|16|32|64)')

# Of functions with a try: a handler sees every assignment of the body, after a fault as well.
EXACT = '__attribute__((__optimize__("O0")))'

OPEN, CLOSE = '([{', ')]}'

# Machinery that a filter cannot be given: reaching into kernel structures or the processor.
REFUSED = {
    'KeServiceDescriptorTable': 'system calls cannot be hooked',
    'KeServiceDescriptorTableShadow': 'system calls cannot be hooked',
    'PsLoadedModuleList': 'the list of kernel modules is not a Windows one',
    'MmCopyVirtualMemory': 'it is undocumented',
    '__readmsr': 'drivers may not touch model-specific registers',
    '__writemsr': 'drivers may not touch model-specific registers',
    '__writecr0': 'drivers may not touch control registers',
    '__writecr3': 'drivers may not touch control registers',
    '__writecr4': 'drivers may not touch control registers',
    '__readcr3': 'drivers may not touch control registers',
    '__readcr4': 'drivers may not touch control registers',
    '__asm': 'assembly in the syntax of another compiler',
    '_asm': 'assembly in the syntax of another compiler',
}


class Region:
    """Where a statement stands: the body, filter or handler of a try, or a finally block."""

    def __init__(self, kind, number, labels=()):
        self.kind, self.number, self.labels = kind, number, labels


class Rewriter:
    """One unit. `identifiers` maps each name of the driver's text to its first place;
    `disagreeing` are functions that gcc found declared in one way and defined in another."""

    def __init__(self, text, first_file, system_dir, report, disagreeing=()):
        self.system = system_dir.rstrip('/') + '/'
        self.report = report
        self.toks = tokens(text, first_file)
        self.identifiers = {}
        self.has_try = False
        self.count = 0
        self.out = []
        self.regions = []
        self.disagreeing = set(disagreeing)
        self.declared = {}          # function: where out has its declarations without static
        self.informed = set()       # numbers of statements with GetExceptionInformation()
        self.function = None

    def own(self, tok):
        """Is this the driver's own text?"""
        return not tok.file.startswith(self.system) and not tok.file.startswith('<')

    def rewrite(self):
        """The new text; errors are in the report."""
        self.edit_words()
        self.file_scope()
        return self.tags() + ''.join(self.out)

    def tags(self):
        """A tag that a prototype mentions first is known to MSVC everywhere, to gcc only there."""
        found = {}
        before = None
        attribute, depth = False, 0     # between the word and the tag: __attribute__((...))
        for tok in self.toks:
            if tok.blank:
                continue
            if attribute:
                depth += {'(': 1, ')': -1}.get(tok.text, 0)
                attribute = depth > 0
                continue
            if before in ('struct', 'union'):
                attribute = tok.text == '__attribute__'
                if attribute:
                    continue
                if tok.kind == 'ident' and self.own(tok):
                    found.setdefault(tok.text, before)
            before = tok.text
        return ' '.join(f'{kind} {tag};' for tag, kind in found.items()) + '\n' if found else ''

    # Words and constants

    def edit_words(self):
        run = []
        for tok in self.toks:
            if tok.blank:
                continue
            if not self.own(tok):
                self.edit_run(run)
                run = []
                continue
            if tok.kind == 'ident':
                self.note_identifier(tok)
                if tok.text in SPECIFIERS:
                    run.append(tok)
                    continue
            elif tok.kind == 'number':
                tok.text = gcc_number(tok.text)
            self.edit_run(run)
            run = []
        self.edit_run(run)

    def note_identifier(self, tok):
        if tok.text in self.identifiers:
            return
        self.identifiers[tok.text] = tok.where
        if tok.text in REFUSED:
            self.report.error(tok.where, f'{tok.text} is refused: {REFUSED[tok.text]}')

    @staticmethod
    def edit_run(run):
        """`long` is 32 bits in a Windows source, unless it is doubled or belongs to double."""
        words = [tok.text for tok in run]
        if words.count('long') != 1 or 'double' in words:
            return
        for tok in run:
            if tok.text == 'int':
                tok.text = ''
            elif tok.text == 'long':
                tok.text = 'int'

    # Structure

    def file_scope(self):
        """Finds function definitions between declarations."""
        at = 0
        start = None            # index into out where the present declaration begins
        head = []               # its significant tokens at depth 0
        while at < len(self.toks):
            tok = self.toks[at]
            if tok.blank:
                self.out.append(tok.text)
                at += 1
                continue
            if start is None:
                start = len(self.out)
                self.out.append('')
                head = []
            if tok.text in ('(', '['):
                end = self.match(at)
                self.copy(at, end + 1)
                head.append(tok)
                head.append(self.toks[end])
                at = end + 1
                continue
            if tok.text == '{':
                end = self.match(at)
                kind = self.kind_of_block(head)
                if kind == 'function':
                    self.define(start, head, at, end)
                    start = None
                elif kind == 'scope':
                    self.out.append('{')
                    at += 1
                    start = None
                    continue
                else:
                    self.copy(at, end + 1)
                    head.append(self.toks[end])
                at = end + 1
                continue
            self.out.append(tok.text)
            head.append(tok)
            if self.ends_declaration(head):
                self.one_storage_class(start, head)
                self.declare(start, head)
                start = None
            at += 1

    def kind_of_block(self, head):
        """What { begins after these tokens: a 'function', a 'scope' of declarations, 'other'."""
        if head and head[-1].text == ')' and not any(t.text == '=' for t in head):
            return 'function'
        return 'scope' if is_linkage(head) else 'other'

    def ends_declaration(self, head):
        return head[-1].text in (';', '}')

    def place_of_attribute(self, start, _end):
        """Where in out an attribute of the function that begins at start may stand."""
        return start

    def copy(self, start, end):
        self.out += [tok.text for tok in self.toks[start:end]]

    def match(self, at):
        """Index of the token that closes the bracket at `at`."""
        depth = 0
        for index in range(at, len(self.toks)):
            text = self.toks[index].text
            if text in OPEN and self.toks[index].kind == 'punct':
                depth += 1
            elif text in CLOSE and self.toks[index].kind == 'punct':
                depth -= 1
                if not depth:
                    return index
        tok = self.toks[at]
        self.report.fail(tok.where, f'"{tok.text}" is never closed')

    def one_storage_class(self, start, head):
        """MSVC takes `static FORCEINLINE`, in which the storage class stands twice (SRC-68)."""
        words = [tok for tok in declaration_words(head) if tok.text in ('static', 'extern')]
        if len(words) < 2 or not any(tok.text == 'static' for tok in words):
            return
        keep = next(tok for tok in words if tok.text == 'static')
        drop = {id(tok) for tok in words if tok is not keep and self.own(tok)}
        text = iter([tok for tok in head if tok.text in ('static', 'extern')])
        for index in range(start, len(self.out)):
            if self.out[index] in ('static', 'extern'):
                tok = next(text, None)
                if tok is not None and id(tok) in drop:
                    self.out[index] = ''

    def define(self, start, head, at, end):
        """A function definition whose body is the tokens at..end."""
        self.one_storage_class(start, head)
        self.function = function_name(head)
        before = self.count
        head_end = len(self.out)
        self.one_linkage(start, head_end, head)
        self.statements(at, end + 1)
        inexact = self.count != before
        if inexact:
            for index in range(start, head_end):
                if self.out[index] in ('always_inline', '__always_inline__'):
                    self.out[index] = 'noinline'
        if self.function in self.disagreeing and self.own(head[0]):
            self.define_aside(start, head_end)
        if inexact:
            place = self.place_of_attribute(start, head_end)
            self.out[place] = f'{EXACT} {self.out[place]}'
        self.function = None

    def declare(self, start, head):
        """A declaration at file scope; function prototypes are noted."""
        if len(head) < 3 or head[-1].text != ';' or head[-2].text != ')':
            return
        words = [tok.text for tok in declaration_words(head)]
        if not words or 'typedef' in words or '=' in words:
            return
        name = function_name(head)
        if name in self.disagreeing:
            if name in self.declared and self.own(head[0]):
                for index in range(start, len(self.out)):
                    if not self.out[index].isspace() and not self.out[index].startswith('#'):
                        self.out[index] = ''
                return
            self.declared.setdefault(name, [])
        if 'static' not in words and self.own(head[0]):
            self.declared.setdefault(name, []).append(start)

    def one_linkage(self, start, end, head):
        """MSVC lets a function be static only where it is defined, and gives one that is
        __forceinline and declared without static its external linkage."""
        places = self.declared.get(self.function)
        if not places or not any(t.text == 'static' for t in declaration_words(head)):
            return
        if 'always_inline' in self.out[start:end]:
            for index in range(start, end):
                if self.out[index] == 'static':
                    self.out[index] = ''
        else:
            for index in places:
                if 'static ' not in self.out[index]:
                    self.out[index] = 'static ' + self.out[index]

    def define_aside(self, start, end):
        """Gives the definition a name of its own in C and the right one for the linker, so that
        it need not agree with its declaration (as with void * for a pointer to a structure)."""
        alias = '__fsh_def_' + self.function
        for index in range(start, end):
            if self.out[index] == self.function:
                self.out[index] = alias
                break
        head = ' '.join(text for text in self.out[start:end]
                        if not text.isspace() and not text.lstrip().startswith('#'))
        self.out[start] = (f'__attribute__((__used__)) {head} __asm__("{self.function}"); '
                           + self.out[start])

    def statements(self, at, end):
        """Copies tokens at..end of a function body, rewriting on the way."""
        while at < end:
            tok = self.toks[at]
            if tok.kind != 'ident' or not self.own(tok):
                self.out.append(tok.text)
                at += 1
                continue
            if tok.text in TRY:
                at = self.try_statement(at)
                continue
            self.word(tok, at)
            at += 1

    def word(self, tok, at):
        text = tok.text
        if text in LEAVE:
            text = self.leave(tok)
        elif text in EXCEPT or text in FINALLY:
            self.report.error(tok.where, f'{text} without __try before it')
        elif text in ('__fsh_x', '__fsh_i'):
            text = self.exception(tok)
        elif text == '__fsh_ab':
            if not any(region.kind == 'finally' for region in self.regions):
                self.report.error(tok.where, 'AbnormalTermination() outside a finally block')
        elif text == 'return':
            if any(region.kind == 'finally' for region in self.regions):
                self.report.error(tok.where, 'return out of a finally block is not supported')
        elif text == 'goto':
            self.check_goto(tok, at)
        elif text in FUNCTION:
            text = f'"{self.function}"'
        elif text in WIDE_FUNCTION:
            text = f'L"{self.function}"'
        self.out.append(text)

    def leave(self, tok):
        for region in reversed(self.regions):
            if region.kind == 'body':
                return f'goto __fsh_leave{region.number}'
            if region.kind == 'finally':
                self.report.error(tok.where, '__leave out of a finally block is not supported')
                return tok.text
        self.report.error(tok.where, '__leave outside a __try body')
        return tok.text

    def exception(self, tok):
        """GetExceptionCode() and its like mean the exception of the filter or handler around."""
        for region in reversed(self.regions):
            if region.kind in ('filter', 'handler'):
                if tok.text == '__fsh_i':
                    self.informed.add(region.number)
                return f'{tok.text}{region.number}'
        self.report.error(tok.where, 'GetExceptionCode() or GetExceptionInformation() outside an '
                                     'exception filter or handler')
        return tok.text

    def check_goto(self, tok, at):
        label = self.next(at + 1)
        for region in reversed(self.regions):
            if self.toks[label].text in region.labels:
                return
            if region.kind == 'finally':
                self.report.error(tok.where, 'goto out of a finally block is not supported')
                return

    def enclosing(self):
        """The frame of the try around, in the same function of the rewritten text."""
        for region in reversed(self.regions):
            if region.kind == 'body':
                return f'&__fsh_f{region.number}'
            if region.kind == 'finally':
                break
        return '0'

    def next(self, at):
        """Index of the next token that is not blank."""
        while at < len(self.toks) - 1 and self.toks[at].blank:
            at += 1
        return at

    def blanks(self, at, end):
        """Copies the blanks at..end, line ends included."""
        self.copy(at, end)

    def try_statement(self, at):
        """Rewrites the statement whose __try is at `at`; returns the index after it."""
        self.count += 1
        number = self.count
        tok = self.toks[at]
        body = self.next(at + 1)
        if self.toks[body].text != '{':
            self.report.fail(tok.where, 'expected { after __try')
        body_end = self.match(body)
        word = self.next(body_end + 1)
        if self.toks[word].text in EXCEPT:
            return self.except_statement(number, at, body, body_end, word)
        if self.toks[word].text in FINALLY:
            return self.finally_statement(number, at, body, body_end, word)
        self.report.fail(tok.where, '__try is followed by neither __except nor __finally')

    def region(self, kind, number, start, end, labels=()):
        self.regions.append(Region(kind, number, labels))
        self.statements(start, end)
        self.regions.pop()

    def except_statement(self, n, at, body, body_end, word):
        opening = self.next(word + 1)
        if self.toks[opening].text != '(':
            self.report.fail(self.toks[word].where, 'expected ( after __except')
        closing = self.match(opening)
        handler = self.next(closing + 1)
        if self.toks[handler].text != '{':
            self.report.fail(self.toks[word].where, 'expected { after __except (...)')
        handler_end = self.match(handler)
        self.out.append(f'{{ struct fsh_x __fsh_x{n} __attribute__((__uninitialized__)); ')
        info = len(self.out)
        self.out.append('')
        self.out.append(
            f'{{ struct fsh_frame __fsh_f{n} '
            '__attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); '
            f'fsh_seh_push(&__fsh_f{n}, &__fsh_x{n}, {self.enclosing()}); '
            f'if (fsh_setjmp(&__fsh_f{n})) goto __fsh_exc{n};')
        self.blanks(at + 1, body)
        self.region('body', n, body, body_end + 1)
        self.out.append(f' }} goto __fsh_leave{n}; __fsh_exc{n}:;')
        self.blanks(body_end + 1, word)
        self.out.append(f'{{ int __fsh_d{n} =')
        self.blanks(word + 1, opening)
        self.region('filter', n, opening, closing + 1)
        self.out.append(f'; if (__fsh_d{n} <= 0) fsh_seh_continue(&__fsh_x{n}, __fsh_d{n}); }}')
        self.blanks(closing + 1, handler)
        self.region('handler', n, handler, handler_end + 1)
        self.out.append(f' __fsh_leave{n}:; }}')
        if n in self.informed:
            self.out[info] = f'struct fsh_x_info __fsh_i{n} __attribute__((__uninitialized__)); '
        return handler_end + 1

    def finally_statement(self, n, at, body, body_end, word):
        block = self.next(word + 1)
        if self.toks[block].text != '{':
            self.report.fail(self.toks[word].where, 'expected { after __finally')
        block_end = self.match(block)
        self.out.append(
            f'{{ auto void {EXACT} __fsh_fin{n}(struct fsh_frame *); '
            f'struct fsh_x __fsh_x{n} __attribute__((__uninitialized__)); '
            f'{{ struct fsh_frame __fsh_f{n} '
            f'__attribute__((__cleanup__(__fsh_fin{n}), __uninitialized__)); '
            f'fsh_seh_push(&__fsh_f{n}, &__fsh_x{n}, {self.enclosing()}); '
            f'if (fsh_setjmp(&__fsh_f{n})) goto __fsh_end{n};')
        self.blanks(at + 1, body)
        self.region('body', n, body, body_end + 1)
        self.out.append(f' __fsh_leave{n}:; __fsh_f{n}.normal = 1; __fsh_end{n}:; }}')
        self.blanks(body_end + 1, word)
        self.out.append(
            f'{EXACT} void __fsh_fin{n}(struct fsh_frame *__fsh_p{n}) '
            f'{{ int __fsh_ab = fsh_seh_pop_fin(__fsh_p{n});')
        self.blanks(word + 1, block)
        self.region('finally', n, block, block_end + 1, self.labels(block, block_end))
        self.out.append(f' fsh_seh_resume(__fsh_p{n}); }} }}')
        return block_end + 1

    def labels(self, start, end):
        """Names of the labels defined between two tokens."""
        found = set()
        before = None
        for index in range(start, end):
            tok = self.toks[index]
            if tok.blank:
                continue
            if tok.kind == 'ident' and before in (';', '{', '}', ':', ')'):
                if self.toks[self.next(index + 1)].text == ':':
                    found.add(tok.text)
            before = tok.text
        return found


def gcc_number(text):
    """An integer constant of MSVC as gcc means it: L is 32 bits, i64 is LL."""
    match = INTEGER.fullmatch(text)
    if not match:
        return text
    digits, suffix = match.groups()
    sized = SIZED_SUFFIX.fullmatch(suffix)
    if sized:
        return digits + sized.group(1) + ('LL' if sized.group(2) == '64' else '')
    if suffix.lower().count('l') == 1 and set(suffix.lower()) <= {'u', 'l'}:
        return digits + suffix.replace('l', '').replace('L', '')
    return text


def declaration_words(head):
    """The tokens of a declaration before its declarator: up to a name followed by (."""
    words = []
    for index, tok in enumerate(head):
        following = head[index + 1].text if index + 1 < len(head) else ''
        if tok.text in ('=', ';', '{'):
            break
        if tok.kind == 'ident' and following == '(' and not tok.text.startswith('__attribute'):
            break
        words.append(tok)
    return words


def function_name(head):
    for index, tok in enumerate(head[:-1]):
        if (tok.kind == 'ident' and head[index + 1].text == '('
                and tok.text not in ('__attribute__', '__attribute', '__typeof__', 'typeof',
                                     '__declspec', '_Alignas')):
            return tok.text
    return '?'


def is_linkage(head):
    return (len(head) >= 2 and head[-2].text == 'extern' and head[-1].kind == 'string')


def rewrite(text, first_file, system_dir, report):
    """Convenience for tests: the new text of one unit."""
    return Rewriter(text, first_file, system_dir, report).rewrite()


__all__ = ['EXACT', 'Region', 'Rewriter', 'is_linkage', 'rewrite', 'Token']
