// SPDX-License-Identifier: GPL-2.0
/* Does get_file_rcu() take the pointer's place and return the file? */
#include <linux/fs.h>

struct file *flt_probe(struct file __rcu **place);
struct file *flt_probe(struct file __rcu **place)
{
	return get_file_rcu(place);
}
