# SPDX-License-Identifier: GPL-2.0
"""Tests of what scripts/mutants does to a source: that each kind of break is made, that lines
which say nothing are left alone, and that a break keeps its name when its line moves."""
import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / 'scripts'))

import mutate  # noqa: E402

_loader = importlib.machinery.SourceFileLoader('mutants_tool', str(TOP / 'scripts/mutants'))
mutants = importlib.util.module_from_spec(
    importlib.util.spec_from_loader('mutants_tool', _loader))
_loader.exec_module(mutants)


def after(line):
    """What becomes of one line of a function."""
    return [(one.kind, one.after) for one in mutate.candidates('x.c', f'\t{line}\n')]


class Breaks(unittest.TestCase):
    """What is done to a line."""

    def test_calls_and_references(self):
        self.assertEqual(after('complete(&op->resumed);'), [('call', '\t;')])
        self.assertEqual(after('flt_stack_get(op->stack);'), [('reference', '\t;')])
        self.assertEqual(after('atomic_inc(&instance->owed);'), [('reference', '\t;')])

    def test_assignments(self):
        self.assertEqual(after('op->runner = current;'), [('assignment', '\t;')])
        self.assertEqual(after('op->waits++;'), [('assignment', '\t;')])
        self.assertIn(('assignment', '\t;'), after('op->flags |= FLT_OP_ASYNC;'))
        self.assertEqual(after('struct flt_operation *op = data->private;'), [])

    def test_conditions(self):
        self.assertEqual(after('if (a(b) && c) {'),
                         [('condition', '\tif (!(a(b) && c)) {'), ('operator', '\tif (a(b) || c) {')])
        self.assertEqual(after('if (a == b)'), [('condition', '\tif (!(a == b))')])
        self.assertEqual(after('while (x < y)'), [('operator', '\twhile (x <= y)')])

    def test_constants(self):
        self.assertEqual(after('return true;'), [('constant', '\treturn false;')])
        self.assertIn(('constant', '\treturn STATUS_UNSUCCESSFUL;'),
                      after('return STATUS_FLT_DELETING_OBJECT;'))
        self.assertIn(('constant', '\top->phase = FLT_PHASE_PRE;'),
                      after('op->phase = FLT_PHASE_POST;'))
        self.assertIn(('constant', '\treturn 1;'), after('return 0;'))

    def test_what_says_nothing_is_left_alone(self):
        for line in ('pr_warn("x", 0);', 'lockdep_assert_held(&lock);', 'case FLT_PHASE_PRE:',
                     '/* if (a && b) */', 'int i, n = 0;'.replace(' = 0', ''), 'cpu_relax();',
                     'flt_violation(filter, FLT_VIOLATION_DATA, op,'):
            self.assertEqual(after(line), [], line)
        text = '/*\n * if (a)\n\tcall(b);\n */\n'
        self.assertEqual(mutate.candidates('x.c', text), [])

    def test_names_last(self):
        first = mutate.candidates('x.c', '\tcall(a);\n\tcall(a);\n')
        moved = mutate.candidates('x.c', '\n\tother(b);\n\tcall(a);\n\tcall(a);\n')
        self.assertEqual([one.name for one in first], [one.name for one in moved[1:]])
        self.assertEqual(len({one.name for one in moved}), 3)

    def test_apply_changes_one_line(self):
        text = 'int f(void)\n{\n\tg();\n\treturn 0;\n}\n'
        call, constant = mutate.candidates('x.c', text)
        self.assertEqual(mutate.apply(call, text), text.replace('\tg();', '\t;'))
        self.assertEqual(mutate.apply(constant, text), text.replace('return 0', 'return 1'))


class Log(unittest.TestCase):
    """What a kernel log says about the one that noticed."""

    def test_row_and_case(self):
        self.assertEqual(mutants._case_of(
            '6,1,2,-;proves: PREOP-07 failed preop.preop_order preop.c:39\n'
            '6,1,2,-;    # preop_order: EXPECTATION FAILED at prove.c:32\n'),
            'preop.preop_order, which says that PREOP-07 does not hold')
        self.assertEqual(mutants._case_of('3,1,2,-;    # a_case: ASSERTION FAILED at x.c:1\n'),
                         'a_case')
        self.assertEqual(mutants._case_of('6,1,2,-;    not ok 3 b_case\n'), 'b_case')


class Verdicts(unittest.TestCase):
    """Which mutant a guest's output is about."""

    OUTPUT = (
        '6,1,1,-;mutant: aa begins\n6,1,2,-;ok 1 suite\n6,1,3,-;mutant: aa ends\n'
        '6,1,4,-;mutant: bb begins\n6,1,5,-;proves: REG-01 failed s.case s.c:1\n'
        '6,1,6,-;    # case: EXPECTATION FAILED at prove.c:1\n6,1,7,-;mutant: bb ends\n'
        '6,1,8,-;mutant: cc begins\n6,1,9,-;mutant: cc leaks\n6,1,9,-;mutant: cc ends\n'
        '6,1,9,-;mutant: dd begins\n6,1,9,-;ok 1 suite\n')

    def test_each_has_its_own(self):
        self.assertEqual(mutants.judge(self.OUTPUT), {
            'aa': '', 'bb': 'case s.case, which says that REG-01 does not hold',
            'cc': 'a memory leak', 'dd': None})

    def test_every_file_is_there(self):
        self.assertEqual([name for name in mutants.FILES
                          if not (TOP / 'fltshim' / name).exists()], [])


class Explanations(unittest.TestCase):
    """kunit/mutants.tsv."""

    def test_every_explanation_is_of_a_break_that_exists(self):
        known = {(one.path, one.kind, one.before.strip(), one.after.strip())
                 for one in mutants.all_mutants([])}
        wrong = [line for line in mutants.read(mutants.EXPLAINED)
                 if len(line) != 5 or tuple(line[:4]) not in known or not line[4]]
        self.assertEqual(wrong, [])

    def test_an_explanation_is_found(self):
        [one] = mutate.candidates('x.c', '\tcall(a);\n')
        line = ['x.c', 'call', 'call(a);', ';', 'because']
        self.assertEqual(mutants.explanation(one, [line]), 'because')
        self.assertEqual(mutants.explanation(one, [['y.c', *line[1:]]]), '')


if __name__ == '__main__':
    unittest.main()
