// SPDX-License-Identifier: GPL-2.0
/*
 * Pool blocks, behind the routines of ex_pool.c: every block accounted to the driver whose code
 * asked for it, and every free checked.
 *
 * A block below a page has a header in front of it; a block of a page and more is page-aligned,
 * as drivers expect, and stands in a hash table instead. Both say which account the block belongs
 * to: one per driver and tag, with counters per CPU. What the counters hold when a driver is gone
 * is what it leaked.
 *
 * The account of an allocation is found by (return address, tag) in a table that is only read
 * on the hot path. Accounts and table entries live until their driver is gone and nothing of it
 * is allocated any more; readers of the table are under RCU.
 */
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "nt/ex_pool.h"
#include "nt/io_driver.h"
#include "nt/ke_irql.h"

#define POOL_ALIGN		16
#define POOL_SITES_BITS		9
#define POOL_PROBES		4
#define POOL_BIG_BITS		8
#define POOL_MAX		((size_t)INT_MAX)
#define POOL_TAG_PROTECTED	0x80000000u

bool pool_fill;
module_param(pool_fill, bool, 0644);
MODULE_PARM_DESC(pool_fill,
		 "fill pool memory that a driver did not ask to be zeroed with 0xcd (default: no)");

struct pool_count {
	s64 blocks;
	s64 bytes;
};

/**
 * struct pool_account - what a driver holds under one tag
 * @link: in owner->accounts, RCU
 * @owner: whose
 * @tag: the tag
 * @count: per CPU; only the sums mean something
 * @rcu: delays the freeing
 */
struct pool_account {
	struct list_head link;
	struct pool_owner *owner;
	ULONG tag;
	struct pool_count __percpu *count;
	struct rcu_head rcu;
};

/**
 * struct pool_owner - a driver
 * @link: in pool_owners, RCU
 * @driver: NULL when it is gone, or for code that is no driver's
 * @accounts: its accounts
 * @rcu: delays the freeing
 */
struct pool_owner {
	struct list_head link;
	struct fsh_driver *driver;
	struct list_head accounts;
	struct rcu_head rcu;
};

/* A place in a driver's code that allocates under a tag. */
struct pool_site {
	const void *caller;
	struct pool_account *account;
	struct rcu_head rcu;
};

/**
 * struct pool_header - in front of a small block
 * @account: whose it is
 * @size: bytes that were asked for
 * @offset: from the start of the memory to the block
 * @check: says that this is a header at this very place; 0 once the block is free
 */
struct pool_header {
	struct pool_account *account;
	u16 size;
	u16 offset;
	u32 check;
};

static_assert(sizeof(struct pool_header) == POOL_ALIGN);

/* A block of a page and more. */
struct pool_big {
	struct hlist_node link;
	void *block;
	struct pool_account *account;
	size_t size;
	const void *whose;	/* what it was asked for besides, to be named when it is freed */
};

struct pool_bucket {
	spinlock_t lock;	/* taken at any IRQL up to HIGH_LEVEL */
	struct hlist_head blocks;
};

/* Owners and accounts are added and removed under pool_lock; the site table by cmpxchg. */
static DEFINE_SPINLOCK(pool_lock);
static LIST_HEAD(pool_owners);
static struct pool_site *pool_sites[1 << POOL_SITES_BITS];
static struct pool_bucket pool_bigs[1 << POOL_BIG_BITS];
static u32 pool_secret;

static void pool_vfree_work(struct work_struct *work);
static LLIST_HEAD(pool_vfree_list);
static DECLARE_WORK(pool_vfree, pool_vfree_work);

static gfp_t pool_gfp(void)
{
	return (ke_is_atomic() ? GFP_ATOMIC : GFP_KERNEL) | __GFP_NOWARN;
}

/* Four characters of a tag, as drivers write them; the last one is stored first. */
static void pool_tag_text(char *text, ULONG tag)
{
	int i;

	for (i = 0; i < 4; i++, tag >>= 8)
		text[i] = (tag & 0x7f) >= ' ' && (tag & 0x7f) < 0x7f ? tag & 0x7f : '.';
	text[4] = 0;
}

static void pool_count(struct pool_account *account, s64 blocks, s64 bytes)
{
	this_cpu_add(account->count->blocks, blocks);
	this_cpu_add(account->count->bytes, bytes);
}

static struct pool_count pool_sum(const struct pool_account *account)
{
	struct pool_count sum = { };
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct pool_count *count = per_cpu_ptr(account->count, cpu);

		sum.blocks += READ_ONCE(count->blocks);
		sum.bytes += READ_ONCE(count->bytes);
	}
	return sum;
}

/* Caller holds pool_lock or rcu_read_lock(). */
static struct pool_account *pool_find_account(struct fsh_driver *driver, ULONG tag,
					      struct pool_owner **found)
{
	struct pool_account *account;
	struct pool_owner *owner;

	*found = NULL;
	list_for_each_entry_rcu(owner, &pool_owners, link, lockdep_is_held(&pool_lock)) {
		if (owner->driver != driver)
			continue;
		*found = owner;
		list_for_each_entry_rcu(account, &owner->accounts, link,
					lockdep_is_held(&pool_lock)) {
			if (account->tag == tag)
				return account;
		}
	}
	return NULL;
}

static struct pool_account *pool_make_account(struct fsh_driver *driver, ULONG tag)
{
	gfp_t gfp = pool_gfp();
	struct pool_account *new = kzalloc(sizeof(*new), gfp), *account;
	struct pool_owner *spare = kzalloc(sizeof(*spare), gfp), *owner;
	unsigned long flags;

	if (!new || !spare)
		goto fail;
	new->count = alloc_percpu_gfp(struct pool_count, gfp);
	if (!new->count)
		goto fail;
	new->tag = tag;
	INIT_LIST_HEAD(&spare->accounts);
	spare->driver = driver;
	spin_lock_irqsave(&pool_lock, flags);
	account = pool_find_account(driver, tag, &owner);
	if (!account) {
		if (!owner) {
			list_add_rcu(&spare->link, &pool_owners);
			owner = spare;
			spare = NULL;
		}
		new->owner = owner;
		list_add_rcu(&new->link, &owner->accounts);
		account = new;
		new = NULL;
	}
	spin_unlock_irqrestore(&pool_lock, flags);
	if (new)
		free_percpu(new->count);
	kfree(new);
	kfree(spare);
	return account;
fail:
	kfree(new);
	kfree(spare);
	return NULL;
}

/* Remembers the account of a place; a full neighbourhood just stays slow. */
static void pool_add_site(unsigned int slot, const void *caller, struct pool_account *account)
{
	struct pool_site *site = kmalloc(sizeof(*site), GFP_NOWAIT | __GFP_NOWARN);
	int i;

	if (!site)
		return;
	site->caller = caller;
	site->account = account;
	for (i = 0; i < POOL_PROBES; i++) {
		if (!cmpxchg(&pool_sites[(slot + i) % ARRAY_SIZE(pool_sites)], NULL, site))
			return;
	}
	kfree(site);
}

/* A driver's account stays while the driver does, and its code is running: see the caller. */
static noinline struct pool_account *pool_account_slow(unsigned int slot, const void *caller,
						       ULONG tag)
{
	struct fsh_driver *driver = fsh_driver_at((unsigned long)caller);
	struct pool_account *account;
	struct pool_owner *owner;

	rcu_read_lock();
	account = pool_find_account(driver, tag, &owner);
	rcu_read_unlock();
	if (!account)
		account = pool_make_account(driver, tag);
	if (account && driver)
		pool_add_site(slot, caller, account);
	return account;
}

static struct pool_account *pool_account(const void *caller, ULONG tag)
{
	unsigned int slot = hash_long((unsigned long)caller ^ tag, POOL_SITES_BITS);
	struct pool_account *account = NULL;
	int i;

	rcu_read_lock();
	for (i = 0; i < POOL_PROBES; i++) {
		struct pool_site *site = READ_ONCE(pool_sites[(slot + i) %
							      ARRAY_SIZE(pool_sites)]);

		if (!site)
			break;
		if (site->caller == caller && site->account->tag == tag) {
			account = site->account;
			break;
		}
	}
	rcu_read_unlock();
	return account ?: pool_account_slow(slot, caller, tag);
}

static u32 pool_check(const struct pool_header *header)
{
	u32 check = hash_ptr(header, 32) ^ pool_secret ^ (header->size << 16 | header->offset);

	return check ?: 1;
}

static struct pool_header *pool_header(void *block)
{
	return (struct pool_header *)block - 1;
}

static void *pool_alloc_small(struct pool_account *account, size_t size, size_t align, gfp_t gfp)
{
	size_t offset = max_t(size_t, align, sizeof(struct pool_header));
	struct pool_header *header;
	void *memory, *block;

	/*
	 * Only sizes that are powers of two are sure to be aligned to themselves. The others are
	 * aligned well enough, and no block of theirs starts a page, unless SLUB debugs.
	 */
	memory = kmalloc(align > POOL_ALIGN ? roundup_pow_of_two(size + offset) : size + offset,
			 gfp);
	if (memory && unlikely(!IS_ALIGNED((unsigned long)memory, POOL_ALIGN) ||
			       PAGE_ALIGNED(memory + offset))) {
		kfree(memory);
		memory = kmalloc(roundup_pow_of_two(size + offset), gfp);
	}
	if (!memory)
		return NULL;
	block = memory + offset;
	header = pool_header(block);
	header->account = account;
	header->size = size;
	header->offset = offset;
	header->check = pool_check(header);
	return block;
}

static struct pool_bucket *pool_bucket(const void *block)
{
	return &pool_bigs[hash_long((unsigned long)block >> PAGE_SHIFT, POOL_BIG_BITS)];
}

static void *pool_alloc_big(struct pool_account *account, size_t size, gfp_t gfp)
{
	struct pool_big *big = kmalloc(sizeof(*big), gfp & ~__GFP_ZERO);
	struct pool_bucket *bucket;
	unsigned long flags;

	if (!big)
		return NULL;
	big->block = gfpflags_allow_blocking(gfp) ? kvmalloc(size, gfp) : kmalloc(size, gfp);
	if (!big->block) {
		kfree(big);
		return NULL;
	}
	big->account = account;
	big->size = size;
	big->whose = NULL;
	bucket = pool_bucket(big->block);
	spin_lock_irqsave(&bucket->lock, flags);
	hlist_add_head(&big->link, &bucket->blocks);
	spin_unlock_irqrestore(&bucket->lock, flags);
	return big->block;
}

static struct pool_big *pool_find_big(struct pool_bucket *bucket, const void *block)
{
	struct pool_big *big;

	lockdep_assert_held(&bucket->lock);
	hlist_for_each_entry(big, &bucket->blocks, link) {
		if (big->block == block)
			return big;
	}
	return NULL;
}

/* Notes what a page-aligned block was asked for; false if there is no such block. */
bool pool_set_whose(void *block, const void *whose)
{
	struct pool_bucket *bucket = pool_bucket(block);
	struct pool_big *big;
	unsigned long flags;

	spin_lock_irqsave(&bucket->lock, flags);
	big = pool_find_big(bucket, block);
	if (big)
		big->whose = whose;
	spin_unlock_irqrestore(&bucket->lock, flags);
	return big;
}

/* Is it the same? True as well where there is no such block, which is another complaint. */
bool pool_is_whose(void *block, const void *whose)
{
	struct pool_bucket *bucket = pool_bucket(block);
	struct pool_big *big;
	unsigned long flags;
	bool same;

	spin_lock_irqsave(&bucket->lock, flags);
	big = pool_find_big(bucket, block);
	same = !big || big->whose == whose;
	spin_unlock_irqrestore(&bucket->lock, flags);
	return same;
}

/* Takes a page-aligned block out of the table; NULL: there is none at this address. */
static struct pool_big *pool_take_big(const void *block)
{
	struct pool_bucket *bucket = pool_bucket(block);
	struct pool_big *big;
	unsigned long flags;

	spin_lock_irqsave(&bucket->lock, flags);
	big = pool_find_big(bucket, block);
	if (big)
		hlist_del(&big->link);
	spin_unlock_irqrestore(&bucket->lock, flags);
	return big;
}

static void pool_vfree_work(struct work_struct *work)
{
	struct llist_node *node = llist_del_all(&pool_vfree_list), *next;

	for (; node; node = next) {
		next = node->next;
		vfree(node);
	}
}

/* vfree() sleeps where kfree() does not. */
static void pool_release(void *memory)
{
	if (!is_vmalloc_addr(memory))
		kfree(memory);
	else if (!ke_is_atomic())
		vfree(memory);
	else if (llist_add(memory, &pool_vfree_list))
		schedule_work(&pool_vfree);
}

/**
 * pool_alloc() - allocate pool memory for a driver
 * @caller: a place in the driver's code
 * @flags: POOL_FLAG_*; raising is left to the caller
 * @size: bytes; none gives a block all the same
 * @tag: the tag
 *
 * Any context in which memory may be allocated; sleeps up to APC_LEVEL.
 *
 * Return: memory, aligned to 16 bytes, to 64 with POOL_FLAG_CACHE_ALIGNED, or to the page from
 * the size of a page on; NULL without memory
 */
void *pool_alloc(const void *caller, POOL_FLAGS flags, size_t size, ULONG tag)
{
	size_t align = flags & POOL_FLAG_CACHE_ALIGNED ? 64 : POOL_ALIGN;
	gfp_t gfp = pool_gfp();
	struct pool_account *account;
	void *block;

	if (size > POOL_MAX)
		return NULL;
	size = size ?: 1;
	account = pool_account(caller, tag);
	if (!account)
		return NULL;
	if (!(flags & POOL_FLAG_UNINITIALIZED))
		gfp |= __GFP_ZERO;
	if (size >= PAGE_SIZE)
		block = pool_alloc_big(account, size, gfp);
	else
		block = pool_alloc_small(account, size, align, gfp);
	if (!block)
		return NULL;
	pool_count(account, 1, size);
	if (flags & POOL_FLAG_UNINITIALIZED && READ_ONCE(pool_fill))
		memset(block, POOL_FILL, size);
	return block;
}

static void pool_check_tag(const void *caller, const char *routine, const void *block,
			   ULONG tag, ULONG was)
{
	char given[5], known[5];

	if (likely(!tag || !((tag ^ was) & ~POOL_TAG_PROTECTED)))
		return;
	pool_tag_text(given, tag);
	pool_tag_text(known, was);
	fsh_violation(fsh_driver_name_at((unsigned long)caller), routine,
		      "block %p is tagged '%s', not '%s'; freed all the same", block, known,
		      given);
}

/* Is there a header in front? Reads with care: the address is what a driver says. */
static bool pool_header_valid(void *block)
{
	struct pool_header header;

	if (!IS_ALIGNED((unsigned long)block, POOL_ALIGN) ||
	    copy_from_kernel_nofault(&header, pool_header(block), sizeof(header)))
		return false;
	return header.check && header.check == pool_check(pool_header(block));
}

/**
 * pool_free() - free a block of any pool routine
 * @caller: a place in the driver's code
 * @routine: what the driver called
 * @block: the block
 * @tag: the tag that it should have; 0 for any
 *
 * An address at which no block starts is reported and left alone: what it points into is leaked.
 * Any context up to DISPATCH_LEVEL.
 */
void pool_free(const void *caller, const char *routine, void *block, ULONG tag)
{
	struct pool_header *header;
	struct pool_big *big;

	if (PAGE_ALIGNED(block)) {
		big = pool_take_big(block);
		if (!big)
			goto bad;
		pool_check_tag(caller, routine, block, tag, big->account->tag);
		pool_count(big->account, -1, -(s64)big->size);
		kfree(big);
		pool_release(block);
		return;
	}
	if (!pool_header_valid(block))
		goto bad;
	header = pool_header(block);
	pool_check_tag(caller, routine, block, tag, header->account->tag);
	pool_count(header->account, -1, -(s64)header->size);
	header->check = 0;
	kfree(block - header->offset);
	return;
bad:
	fsh_violation(fsh_driver_name_at((unsigned long)caller), routine,
		      "no pool block starts at %p, or it is free already; nothing is freed",
		      block);
}

static void pool_free_owner(struct pool_owner *owner)
{
	struct pool_account *account, *next;

	list_for_each_entry_safe(account, next, &owner->accounts, link) {
		list_del_rcu(&account->link);
		free_percpu(account->count);
		kfree_rcu(account, rcu);
	}
	kfree_rcu(owner, rcu);
}

static void pool_forget_sites(const struct pool_owner *owner)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(pool_sites); i++) {
		struct pool_site *site = READ_ONCE(pool_sites[i]);

		if (site && (!owner || site->account->owner == owner)) {
			WRITE_ONCE(pool_sites[i], NULL);
			kfree_rcu(site, rcu);
		}
	}
}

static bool pool_report(const struct pool_owner *owner)
{
	struct pool_account *account;
	bool leaked = false;
	char tag[5];

	list_for_each_entry(account, &owner->accounts, link) {
		struct pool_count sum = pool_sum(account);

		if (!sum.blocks)
			continue;
		leaked = true;
		pool_tag_text(tag, account->tag);
		fsh_violation(owner->driver->service, "DriverUnload",
			      "%lld pool blocks of %lld bytes tagged '%s' were never freed",
			      sum.blocks, sum.bytes, tag);
	}
	return leaked;
}

/**
 * pool_driver_gone() - report what a driver leaked
 * @driver: none of its code runs any more
 *
 * Task context. Leaked blocks stay, as on Windows: somebody may have been given one to free.
 */
void pool_driver_gone(struct fsh_driver *driver)
{
	struct pool_owner *owner, *found = NULL;
	bool leaked;

	spin_lock_irq(&pool_lock);
	list_for_each_entry(owner, &pool_owners, link) {
		if (owner->driver == driver)
			found = owner;
	}
	spin_unlock_irq(&pool_lock);
	if (!found)
		return;
	pool_forget_sites(found);
	leaked = pool_report(found);
	spin_lock_irq(&pool_lock);
	found->driver = ERR_PTR(-ENODEV);
	if (!leaked)
		list_del_rcu(&found->link);
	spin_unlock_irq(&pool_lock);
	if (!leaked)
		pool_free_owner(found);
}

void pool_init(void)
{
	int i;

	pool_secret = get_random_u32();
	for (i = 0; i < ARRAY_SIZE(pool_bigs); i++)
		spin_lock_init(&pool_bigs[i].lock);
}

/* Every driver is gone. */
void pool_exit(void)
{
	struct pool_owner *owner, *next;

	flush_work(&pool_vfree);
	pool_forget_sites(NULL);
	list_for_each_entry_safe(owner, next, &pool_owners, link) {
		list_del_rcu(&owner->link);
		pool_free_owner(owner);
	}
}
