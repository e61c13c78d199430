#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The sample vault: what is in its folder stays as it is, whatever programs try, except for those
# that it trusts; files can be added and read.
# needs: kernels=6.1,6.12,debug filters=vault time=60
. /t/lib.sh

load_filter vault
expect mount_flt
cd "$MNT" || die "no mount"
mkdir vault vault/sub other || die "cannot make folders"
echo precious >vault/f || fail "a new file cannot be written"
echo sub >vault/sub/g || fail "a new file in a folder below cannot be written"
echo other >other/o
same "what is in the vault" "$(cat vault/f)" precious

# nothing there changes
refuse sh -c 'echo x >vault/f'
refuse sh -c 'echo x >>vault/f'
refuse sh -c 'echo x >vault/sub/g'
refuse truncate -s 0 vault/f
refuse dd if=/dev/zero of=vault/f bs=1 count=1 conv=notrunc
refuse rm -f vault/f
refuse rmdir vault/sub
refuse rm -rf vault
refuse mv vault/f vault/renamed
refuse mv vault/f other/f
refuse mv vault elsewhere
refuse mv -f other/o vault/f
refuse ln -f other/o vault/f
refuse cp other/o vault/f
same "what is in the vault after all that" "$(cat vault/f)" precious
same "its names" "$(echo $(ls vault))" "f sub"
same "other/o" "$(cat other/o)" other

# the longest name counts, not how it begins
echo a >vaulted && echo b >vaulted && rm vaulted || fail "a file beside the vault is protected"

# what is new may come in, by every way
expect mv other/o vault/o
expect cp vault/f vault/copy
expect cp vault/f other/copied
expect mkdir vault/new
expect ln other/copied vault/linked
# but not out, by a name that the vault does not know
refuse ln vault/copy other/link
refuse ln vault/sub/g vault/g
[ -e other/link ] && fail "a link leads out of the vault"
same "what was linked in" "$(cat vault/linked)" precious
same "what was moved in" "$(cat vault/o)" other
refuse rm vault/o

# the folder above must not take it along
mkdir top && cd / && umount "$MNT" || die "cannot unmount"
expect unload_filter vault
mkdir -p "$LOWER/top/vault" && echo deep >"$LOWER/top/vault/f"
load_filter vault 'params=Parameters\Folder=\top\vault'
expect mount_flt
cd "$MNT" || die "no mount"
refuse mv top bottom
refuse rm top/vault/f
expect rm vault/o

# programs that are trusted, by the names that ps tells
for name in backup archiver other; do
	printf '#!/bin/sh\necho "$1" >"$2"\n' >/tmp/work/$name
	chmod +x /tmp/work/$name
done
expect /tmp/work/backup saved top/vault/f
same "what a trusted program wrote" "$(cat top/vault/f)" saved
expect /tmp/work/archiver packed top/vault/f
refuse /tmp/work/other nonsense top/vault/f
same "what stays" "$(cat top/vault/f)" packed

# what lies too deep for a name to be had may be the vault's; so many folders take their time
long=$(printf %0250d 0)
down() {
	cd "$1" || die "no $1"
	for i in $(seq 132); do
		[ -d "$long" ] || mkdir "$long" || die "cannot make folder $i"
		cd -P "$long" 2>/dev/null || die "cannot enter folder $i"
	done
}
if [ "$LOWER_FS" = ext4 ]; then
	(
		down "$LOWER/other"
		echo deep >f
	) || fail "what lies deep cannot be made"
	(
		down "$MNT/other"
		same "what lies deep" "$(cat f)" deep
		refuse sh -c 'echo x >f' 2>/dev/null
		refuse rm -f f
		refuse mv f h
		refuse ln f h
		same "what lies deep after all that" "$(cat f)" deep
		expect /tmp/work/backup saved f
		same "what a trusted program wrote there" "$(cat f)" saved
		[ $failures -eq 0 ]
	) || fail "what lies deep is not kept"
fi
cd /
