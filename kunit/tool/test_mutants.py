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
