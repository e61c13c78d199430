// SPDX-License-Identifier: GPL-2.0
/* suppress.h: for other compilers' checkers; says nothing here. */
