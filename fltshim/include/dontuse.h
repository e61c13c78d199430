// SPDX-License-Identifier: GPL-2.0
/* dontuse.h: for other compilers' checkers; says nothing here. */
