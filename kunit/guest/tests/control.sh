#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What an administrator sees and does in /sys/fs/fltshim: the filters, their altitudes and
# instances, unloading them; and a module that is in use is not removed.
# needs: lower=any long-kernels=debug filters=passthru,spy,loader
. /t/lib.sh
filters=/sys/fs/fltshim/filters

load_fltshim
expect test -d $filters
same "filters before any is loaded" "$(ls $filters)" ""
load_filter passthru
load_filter spy
passthru=$(filter_dir passthru)
spy=$(filter_dir spy)
same "filters" "$(echo $(ls $filters | tr A-Z a-z))" "passthru spy"
expect grep -Eqx '[0-9.]+' $passthru/altitude
same "instances before a mount" "$(cat $passthru/instances)" ""
expect mount_flt
# instances are set up by the first use
ls "$MNT" >/dev/null
expect grep -q "$LOWER" $passthru/instances
expect grep -q "$LOWER" $spy/instances
altitude=$(cat $passthru/altitude)
expect grep -q "^$altitude *$LOWER " $passthru/instances

# operations are counted
echo x >"$MNT/f"
dd if="$MNT/f" of=/tmp/work/copy 2>/dev/null
for operation in CREATE READ WRITE CLEANUP CLOSE; do
	grep -Eq "(IRP_MJ_)?$operation [1-9]" $passthru/stats ||
		fail "no $operation in the statistics: $(cat $passthru/stats)"
done

# spy has one line for each operation: which, name, process, status and how long it took
sh -c 'echo $$ >/tmp/work/pid; echo x >"$1"; : <"$1.not"' sh "$MNT/told" 2>/dev/null
dmesg | sed -n 's/^.*spy: \(.*\) [0-9][0-9]*us$/\1/p' >/tmp/work/said
by="pid=$(cat /tmp/work/pid) (sh)"
for line in "CREATE \\told $by STATUS_SUCCESS" "WRITE \\told $by STATUS_SUCCESS" \
	"CREATE \\told.not $by STATUS_OBJECT_NAME_NOT_FOUND"; do
	same "lines of spy: $line" "$(grep -Fxc "$line" /tmp/work/said)" 1
done
same "writes that spy tells of" "$(grep -Fc 'WRITE \told ' /tmp/work/said)" 1

# in use: a registered filter and what it stands on
refuse rmmod passthru
expect grep -Eqi "in use|temporarily unavailable|busy" /tmp/work/why
refuse rmmod fltshim
expect test -d $passthru

# detached and attached by hand, the second time by the instance's name
volume=$(awk '{ print $3; exit }' $passthru/instances)
name=$(cut -d ' ' -f 4- $passthru/instances)
for which in "$volume" "$volume $name"; do
	proves FLTMC-32 sh -c 'printf "%s\n" "$1" >"$2"' sh "$which" $passthru/detach
	proves FLTMC-32 test -z "$(cat $passthru/instances)"
	refuse sh -c 'printf "%s\n" "$1" >"$2"' sh "$which" $passthru/detach
	before=$(cat $passthru/stats)
	echo x >"$MNT/f"
	same "statistics of a filter that is detached" "$(cat $passthru/stats)" "$before"
	proves FLTMC-32 sh -c 'printf "%s\n" "$1" >"$2"' sh "$which" $passthru/attach
	proves FLTMC-32 test "$(cut -d ' ' -f 3- $passthru/instances)" = "$volume $name"
done
refuse sh -c 'printf "%s\n" "$1" >"$2"' sh "$volume" $passthru/attach
proves FLTMC-32 refuse sh -c 'printf "%s\n" "$1" >"$2"' sh "$volume none" $passthru/attach
proves FLTMC-32 refuse sh -c 'echo nosuch: >"$1"' sh $passthru/attach
proves FLTMC-32 refuse sh -c 'echo >"$1"' sh $passthru/attach
same "instances after refusals" "$(cut -d ' ' -f 3- $passthru/instances)" "$volume $name"

# nonsense into unload
refuse sh -c "echo nonsense >$passthru/unload"

# unload under a file that is open: the file works on
exec 5<>"$MNT/f"
expect unload_filter passthru
same "filters after unloading one" "$(echo $(ls $filters | tr A-Z a-z))" "spy"
echo more >&5
exec 5>&-
same "the file after that" "$(cat "$LOWER/f")" more
load_filter passthru
expect grep -q "$LOWER" $passthru/instances
refuse insmod /modules/passthru.ko

# operations in flight: a headline and, when nothing runs, nothing else
flight=/sys/kernel/debug/fltshim/operations
same "operations in flight" "$(grep -vc '^#' $flight)" 0
expect grep -q "^# age_ms pid operation" $flight

# by_name HOW NAME STATUS: what a driver is told that loads or unloads a filter
by_name() {
	dmesg -c >/dev/null
	insmod /modules/loader.ko "params=Parameters\\$1=$2"
	rmmod loader
	by_name_how=$(echo "$1" | tr A-Z a-z)
	dmesg | grep -qi "$by_name_how $2 status=$3$" && return
	dmesg | grep -i "status=" >&2
	return 1
}
expect unload_filter passthru
expect unload_filter spy

# a modprobe that knows /modules, and how spy is to fail
cat >/tmp/work/modprobe <<'END'
#!/bin/sh
for name; do :; done
case $name in
spy) exec insmod /modules/spy.ko 'params="Parameters\Instances\Spy Instance\Altitude=37x"' ;;
esac
[ ! -e "/modules/$name.ko" ] || exec insmod "/modules/$name.ko"
exit 1
END
chmod +x /tmp/work/modprobe
echo /tmp/work/modprobe >/proc/sys/kernel/modprobe
proves UNLOAD-12 by_name Load nosuch c0000034
proves UNLOAD-12 by_name Load PassThru 0
expect grep -q "$LOWER" "$(filter_dir passthru)/instances"
proves UNLOAD-12 by_name Load passthru c000010e
proves UNLOAD-10 by_name Unload nosuch c01c0013
proves UNLOAD-10 by_name Unload PASSTHRU 0
same "filters after unloading by name" "$(ls $filters)" ""
proves UNLOAD-12 by_name Load passthru c000038e
expect rmmod passthru
proves UNLOAD-12 by_name Load spy c0000365
same "filters in the end" "$(ls $filters)" ""
