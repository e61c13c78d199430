// SPDX-License-Identifier: GPL-2.0
/*
 * Puts a fixed key for eCryptfs into the user's keyring, where mounting finds it by its signature, so
 * that the benchmark needs no tools of eCryptfs. It protects nothing. Needs the kernel's own
 * <linux/ecryptfs.h>, which scripts/bench takes from the headers that it builds with.
 *
 * usage: ecryptkey SIGNATURE                16 hexadecimal digits, as in the mount option
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t s32;
#include <linux/ecryptfs.h>

/* The number of SHA-512 in the format of OpenPGP, of which eCryptfs took its own. */
#define DIGEST_SHA512	10

int main(int argc, char **argv)
{
	static struct ecryptfs_auth_tok token = {
		.version = ECRYPTFS_VERSION_MAJOR << 8 | ECRYPTFS_VERSION_MINOR,
		.token_type = ECRYPTFS_PASSWORD,
		.token.password = {
			.hash_algo = DIGEST_SHA512,
			.hash_iterations = 65536,
			.session_key_encryption_key_bytes = ECRYPTFS_MAX_KEY_BYTES,
			.flags = ECRYPTFS_SESSION_KEY_ENCRYPTION_KEY_SET,
		},
	};

	if (argc != 2 || strlen(argv[1]) != ECRYPTFS_SIG_SIZE_HEX) {
		fprintf(stderr, "usage: ecryptkey SIGNATURE\n");
		return 2;
	}
	for (int i = 0; i < ECRYPTFS_MAX_KEY_BYTES; i++)
		token.token.password.session_key_encryption_key[i] = i * 7 + 1;
	memcpy(token.token.password.signature, argv[1], ECRYPTFS_SIG_SIZE_HEX);
	if (syscall(SYS_add_key, "user", argv[1], &token, sizeof(token), KEY_SPEC_USER_KEYRING) < 0) {
		fprintf(stderr, "ecryptkey: add_key: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
