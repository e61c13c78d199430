#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A C project is built on the mount, with both samples loaded, and through swapbuf: library, program
# and a test of it, two processes at a time. What comes of it is the same to the byte as below, and
# after a change only what depends on that is built anew.
# needs: kernels= long-kernels=6.1,6.12 lower=ext4 filters=passthru,spy,swapbuf
# needs: programs=gcc,make,libc6-dev time=900 parallel=yes
. /t/lib.sh

make_project() {
	mkdir -p "$1/lib" "$1/include"
	for n in $(seq 20); do
		printf '#ifndef PART%s_H\n#define PART%s_H\nint part%s(int value);\n#endif\n' $n $n $n \
			>"$1/include/part$n.h"
		printf '#include <stdio.h>\n#include "part%s.h"\n\nint part%s(int value)\n{\n\treturn value * %s + %s;\n}\n' \
			$n $n $n $n >"$1/lib/part$n.c"
	done
	{
		echo '#include <stdio.h>'
		for n in $(seq 20); do echo "#include \"part$n.h\""; done
		echo 'int main(void)'
		echo '{'
		echo '	int value = 1;'
		for n in $(seq 20); do echo "	value = part$n(value) % 1000003;"; done
		echo '	printf("%d\n", value);'
		echo '	return 0;'
		echo '}'
	} >"$1/main.c"
	cat >"$1/Makefile" <<'EOF'
objects := $(patsubst %.c,%.o,$(sort $(wildcard lib/*.c)))
CC := gcc
CFLAGS := -O1 -Wall -Iinclude -MMD

all: program
	./program >answer
program: main.o libparts.a
	$(CC) -o $@ $^
libparts.a: $(objects)
	$(AR) rcsD $@ $^
-include $(objects:.o=.d) main.d
EOF
}

# work FOLDER FILE: what can be seen of a build there
work() {
	(
		make_project "$1"
		cd "$1" || exit 1
		make -s -j2 || echo "make failed"
		find . -type f ! -name Makefile | sort | xargs sha256sum
		make -q program && echo "up to date"
		sleep 1.1
		echo "/* changed */" >>include/part7.h
		make -j2 | grep -c '^gcc.* -c '
		sleep 1.1
		rm lib/part3.o
		make -j2 | grep -c '^gcc.* -c '
		cat answer
		make -q program && echo "up to date"
	) >"/tmp/work/$2" 2>&1
}

mkdir "$LOWER/direct" "$LOWER/seen" "$LOWER/changed"
work "$LOWER/direct" direct
grep -qi -e failed -e error /tmp/work/direct && fail "it is not built here: $(cat /tmp/work/direct)"
load_filter passthru
load_filter spy "$SPY_QUIET"
expect mount_flt "" "$LOWER/seen"
work "$MNT" seen
expect umount "$MNT"
load_filter swapbuf
expect mount_flt cache=auto,write=back "$LOWER/changed"
work "$MNT" changed
expect umount "$MNT"
for one in seen changed; do
	if ! cmp -s direct $one; then
		fail "$one differs from what the lower file system does (< direct, > mount):"
		diff direct $one
	fi
done
refuse cmp "$LOWER/changed/program" "$LOWER/direct/program"
