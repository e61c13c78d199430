# SPDX-License-Identifier: GPL-2.0
# `make` builds fltshim.ko in place, for the running kernel or for KDIR=.  Everything else
# is built in .build/<kernel release>/, so that two kernels never mix.  `make help` lists it.

KREL_RUNNING := $(shell uname -r)
KDIR ?= /lib/modules/$(KREL_RUNNING)/build
SERIES := 6.1 6.12
# The samples are ours; the tool that builds them never guesses a licence.
SAMPLE_LICENSE := GPL
SAMPLES = $(sort $(patsubst samples/%/,%,$(dir $(wildcard samples/*/*.inf))))

krel = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)
BUILD = .build/$(KREL)

all: headers
	+$(MAKE) -C $(KDIR) M=$(CURDIR) modules

headers:
	@test -e $(KDIR)/Makefile || { \
		echo "fltshim: there are no kernel headers in $(KDIR)."; \
		echo "  For the running kernel:   apt-get install linux-headers-$(KREL_RUNNING)"; \
		echo "  For another kernel:       make KDIR=/path/to/its/headers"; \
		echo "  For Debian's 6.1 and 6.12, which are fetched:   make all-kernels"; \
		exit 1; } >&2

# One kernel, out of tree: KDIR says which.
tree: headers
	+@$(MAKE) --no-print-directory tree-one KREL=$(krel)
tree-one:
	@scripts/kernels_tree $(BUILD)
	+$(MAKE) -C $(KDIR) M=$(CURDIR)/$(BUILD) modules

all-kernels: tools
	+@set -e; for series in $(SERIES); do \
		kdir=$$(scripts/kernels headers $$series); \
		$(MAKE) --no-print-directory tree KDIR=$$kdir; \
	done

samples: tree
	+@$(MAKE) --no-print-directory samples-one KREL=$(krel)
samples-one: $(addprefix sample-,$(SAMPLES))
sample-%:
	scripts/minifilter build samples/$* --kdir $(KDIR) --symvers $(BUILD)/Module.symvers \
		-o $(BUILD)/samples --license $(SAMPLE_LICENSE)

all-samples: tools
	+@set -e; for series in $(SERIES); do \
		kdir=$$(scripts/kernels headers $$series); \
		$(MAKE) --no-print-directory samples KDIR=$$kdir; \
	done

demo: tools
	+@scripts/demo

# ARGS: see make bench ARGS=--help
bench: tools
	+@python3 -B scripts/bench $(ARGS)

test: tools
	+@scripts/test

# The same, and what takes hours
test-long: tools
	+@scripts/test --long

test-guest: tools
	+@scripts/test --guest $(if $(K),--kernel "$(K)") $(if $(T),--only "$(T)")

# ARGS: areas, --open, --on 6.1, --tsv; see scripts/contract --help
contract:
	@scripts/contract $(ARGS)

# ARGS: -n NUMBER, --seed, files; see scripts/mutants --help
test-mutants: tools
	+@scripts/mutants $(ARGS)

check: tools
	@scripts/check
	+@scripts/test --builds

# What a fresh Debian 12 lacks; says what it installs.
tools:
	@scripts/setup

clean:
	rm -rf .build modules.order Module.symvers fltshim/compat/config.h
	find . -path ./.git -prune -o -type f \( -name '*.o' -o -name '*.o.d' -o -name '*.ko' \
		-o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' -o -name '*.ans' \) \
		-exec rm -f {} +

help:
	@echo "make              fltshim.ko for the running kernel, or for KDIR=headers"
	@echo "make demo         watch two minifilters at work in a guest"
	@echo "make test         build for Debian's 6.1 and 6.12 and for a kernel with checks, run the"
	@echo "                  tests in guests (25 minutes, and at first 15 more to build that kernel)"
	@echo "make test-long    the same with long forms of tests, and the unit suites on a kernel that"
	@echo "                  looks for data races and on one of 6.1"
	@echo "make test-guest   the guest tests only; K=6.12 (6.1, debug) one kernel, T=name by name"
	@echo "make test-mutants break the code line by line: do the unit suites notice? (hours)"
	@echo "make contract     which rows of kunit/contract the last tests proved; ARGS=\"--open --on 6.1\""
	@echo "make bench        what it costs, beside what else there is (ARGS=--help; 20 minutes)"
	@echo "make samples      fltshim and the samples, for KDIR, in .build/RELEASE"
	@echo "make all-kernels  fltshim for Debian's 6.1 and 6.12, in .build/RELEASE"
	@echo "make all-samples  the same with the samples"
	@echo "make check        warnings, sparse, checkpatch and the project's own rules"
	@echo "make tools        install what demo, test and check need (Debian 12)"
	@echo "make clean        remove everything built here"
	@echo "scripts/guest --shell        an interactive guest"
	@echo "scripts/minifilter build .   your own minifilter into a module"

.PHONY: all headers tree tree-one all-kernels samples samples-one all-samples demo bench test \
	test-long test-guest test-mutants contract check tools clean help
