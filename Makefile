# SPDX-License-Identifier: GPL-2.0
# fltshim: `make` builds for the running kernel or KDIR=; `make help` lists the rest.

KDIR ?= /lib/modules/$(shell uname -r)/build

all:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules
.PHONY: all
