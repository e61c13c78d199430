// SPDX-License-Identifier: GPL-2.0
/*
 * The whole closed world of a minifilter source: every WDK-named header that a kernel driver
 * includes comes down to this one, so that they may be included in any order. Adds to the clean
 * headers what would clash with Linux: macros and inline routines under their Windows names.
 */
#ifndef _FSH_WDK_H
#define _FSH_WDK_H

#include "compiler.h"
#include "../sal.h"
#include "types.h"
#include "status.h"
#include "ke.h"
#include "file.h"
#include "io.h"
#include "nt.h"
#include "reg.h"
#include "crt_names.h"
#include "interlocked.h"
#include "../excpt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What version this is: the newest, so that sources take their newest branch. */
#define NTDDI_WIN2K 0x05000000
#define NTDDI_WIN2KSP4 0x05000400
#define NTDDI_WINXP 0x05010000
#define NTDDI_WINXPSP1 0x05010100
#define NTDDI_WINXPSP2 0x05010200
#define NTDDI_WINXPSP3 0x05010300
#define NTDDI_WS03 0x05020000
#define NTDDI_WS03SP1 0x05020100
#define NTDDI_WS03SP2 0x05020200
#define NTDDI_WIN6 0x06000000
#define NTDDI_VISTA NTDDI_WIN6
#define NTDDI_LONGHORN NTDDI_VISTA
#define NTDDI_VISTASP1 0x06000100
#define NTDDI_WS08 NTDDI_VISTASP1
#define NTDDI_WIN7 0x06010000
#define NTDDI_WIN8 0x06020000
#define NTDDI_WINBLUE 0x06030000
#define NTDDI_WINTHRESHOLD 0x0A000000
#define NTDDI_WIN10 0x0A000000
#define NTDDI_WIN10_TH2 0x0A000001
#define NTDDI_WIN10_RS1 0x0A000002
#define NTDDI_WIN10_RS2 0x0A000003
#define NTDDI_WIN10_RS3 0x0A000004
#define NTDDI_WIN10_RS4 0x0A000005
#define NTDDI_WIN10_RS5 0x0A000006
#define NTDDI_WIN10_19H1 0x0A000007
#define NTDDI_WIN10_VB 0x0A000008
#define NTDDI_WIN10_MN 0x0A000009
#define NTDDI_WIN10_FE 0x0A00000A
#define NTDDI_WIN10_CO 0x0A00000B
#define NTDDI_WIN10_NI 0x0A00000C
#define OSVERSION_MASK 0xFFFF0000
#define SPVERSION_MASK 0x0000FF00
#define SUBVERSION_MASK 0x000000FF
#define OSVER(Version) ((Version) & OSVERSION_MASK)
#define SPVER(Version) (((Version) & SPVERSION_MASK) >> 8)
#define _WIN32_WINNT_NT4 0x0400
#define _WIN32_WINNT_WIN2K 0x0500
#define _WIN32_WINNT_WINXP 0x0501
#define _WIN32_WINNT_WS03 0x0502
#define _WIN32_WINNT_WIN6 0x0600
#define _WIN32_WINNT_VISTA 0x0600
#define _WIN32_WINNT_LONGHORN 0x0600
#define _WIN32_WINNT_WIN7 0x0601
#define _WIN32_WINNT_WIN8 0x0602
#define _WIN32_WINNT_WINBLUE 0x0603
#define _WIN32_WINNT_WIN10 0x0A00
#ifndef NTDDI_VERSION
#define NTDDI_VERSION NTDDI_WIN10_RS5
#endif
#ifndef WINVER
#define WINVER 0x0A00
#endif
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef NTDDI_WIN10_GE
#define NTDDI_WIN10_GE 0x0A000010
#endif
#ifndef _WIN64
#define _WIN64 1
#endif
#ifndef _AMD64_
#define _AMD64_ 1
#endif
#ifndef AMD64
#define AMD64 1
#endif
#ifndef _M_AMD64
#define _M_AMD64 100
#endif
#ifndef _M_X64
#define _M_X64 100
#endif
#ifndef _KERNEL_MODE
#define _KERNEL_MODE 1
#endif

/* Pages and addresses */
#define PAGE_SIZE 0x1000
#define PAGE_SHIFT 12L
#define MEMORY_ALLOCATION_ALIGNMENT 16
#define MAXIMUM_PROCESSORS 64
#define ALIGN_DOWN_BY(length, alignment) \
    ((ULONG_PTR)(length) & ~((ULONG_PTR)(alignment) - 1))
#define ALIGN_UP_BY(length, alignment) \
    (ALIGN_DOWN_BY(((ULONG_PTR)(length) + (alignment) - 1), alignment))
#define ALIGN_DOWN_POINTER_BY(address, alignment) \
    ((PVOID)((ULONG_PTR)(address) & ~((ULONG_PTR)(alignment) - 1)))
#define ALIGN_UP_POINTER_BY(address, alignment) \
    (ALIGN_DOWN_POINTER_BY(((ULONG_PTR)(address) + (alignment) - 1), alignment))
#define ALIGN_DOWN(length, type) ALIGN_DOWN_BY(length, sizeof(type))
#define ALIGN_UP(length, type) ALIGN_UP_BY(length, sizeof(type))
#define ALIGN_DOWN_POINTER(address, type) ALIGN_DOWN_POINTER_BY(address, sizeof(type))
#define ALIGN_UP_POINTER(address, type) ALIGN_UP_POINTER_BY(address, sizeof(type))
#define IS_ALIGNED(_pointer, _alignment) \
    ((((ULONG_PTR)(_pointer)) & ((_alignment) - 1)) == 0)
#define ROUND_TO_SIZE(_length, _alignment) \
    ((((ULONG_PTR)(_length)) + ((_alignment) - 1)) & ~(ULONG_PTR)((_alignment) - 1))
#define ROUND_TO_PAGES(Size) (((ULONG_PTR)(Size) + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1))
#define BYTES_TO_PAGES(Size) \
    (((Size) >> PAGE_SHIFT) + (((Size) & (PAGE_SIZE - 1)) != 0))
#define BYTE_OFFSET(Va) ((ULONG)((ULONG_PTR)(Va) & (PAGE_SIZE - 1)))
#define PAGE_ALIGN(Va) ((PVOID)((ULONG_PTR)(Va) & ~(ULONG_PTR)(PAGE_SIZE - 1)))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size) \
    ((ULONG)((((ULONG_PTR)(Va) & (PAGE_SIZE - 1)) + (ULONG_PTR)(Size) + PAGE_SIZE - 1) >> \
             PAGE_SHIFT))
#define MmInitializeMdl(Mdl, Va, Bytes) \
    ((Mdl)->Next = NULL, \
     (Mdl)->Size = (CSHORT)(sizeof(MDL) + sizeof(PFN_NUMBER) * \
                            ADDRESS_AND_SIZE_TO_SPAN_PAGES((Va), (Bytes))), \
     (Mdl)->MdlFlags = 0, \
     (Mdl)->StartVa = PAGE_ALIGN(Va), \
     (Mdl)->ByteOffset = BYTE_OFFSET(Va), \
     (Mdl)->ByteCount = (ULONG)(Bytes))
#define MmPrepareMdlForReuse(Mdl) \
    (((Mdl)->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) ? \
         MmUnmapLockedPages((Mdl)->MappedSystemVa, (Mdl)) : (VOID)0)
#define COMPUTE_PAGES_SPANNED(Va, Size) ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size)
#define Add2Ptr(P, I) ((PVOID)((PUCHAR)(P) + (I)))
#define PtrOffset(B, O) ((ULONG)((ULONG_PTR)(O) - (ULONG_PTR)(B)))

#define PAGE_NOACCESS 0x01
#define PAGE_READONLY 0x02
#define PAGE_READWRITE 0x04
#define PAGE_WRITECOPY 0x08
#define PAGE_EXECUTE 0x10
#define PAGE_EXECUTE_READ 0x20
#define PAGE_EXECUTE_READWRITE 0x40
#define PAGE_EXECUTE_WRITECOPY 0x80
#define PAGE_GUARD 0x100
#define PAGE_NOCACHE 0x200
#define SEC_FILE 0x00800000
#define SEC_IMAGE 0x01000000
#define SEC_RESERVE 0x04000000
#define SEC_COMMIT 0x08000000
#define SEC_NOCACHE 0x10000000
#define MEM_COMMIT 0x00001000
#define MEM_RESERVE 0x00002000
#define MEM_DECOMMIT 0x00004000
#define MEM_RELEASE 0x00008000
#define MEM_FREE 0x00010000
#define MEM_PRIVATE 0x00020000
#define MEM_MAPPED 0x00040000
#define MEM_IMAGE 0x01000000

/* Flags, minima, casts */
#define FlagOn(_F, _SF) ((_F) & (_SF))
#define BooleanFlagOn(F, SF) ((BOOLEAN)(((F) & (SF)) != 0))
#define SetFlag(_F, _SF) ((_F) |= (_SF))
#define ClearFlag(_F, _SF) ((_F) &= ~(_SF))
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define ARRAYSIZE(A) RTL_NUMBER_OF(A)
#define LOBYTE(w) ((UCHAR)((ULONG_PTR)(w) & 0xff))
#define HIBYTE(w) ((UCHAR)(((ULONG_PTR)(w) >> 8) & 0xff))
#define LOWORD(l) ((USHORT)((ULONG_PTR)(l) & 0xffff))
#define HIWORD(l) ((USHORT)(((ULONG_PTR)(l) >> 16) & 0xffff))
#define MAKEWORD(a, b) \
    ((USHORT)(((UCHAR)((ULONG_PTR)(a) & 0xff)) | ((USHORT)((UCHAR)((ULONG_PTR)(b) & 0xff))) << 8))
#define MAKELONG(a, b) \
    ((LONG)(((USHORT)((ULONG_PTR)(a) & 0xffff)) | \
            ((ULONG)((USHORT)((ULONG_PTR)(b) & 0xffff))) << 16))
#define HandleToULong(h) ((ULONG)(ULONG_PTR)(h))
#define HandleToUlong(h) HandleToULong(h)
#define HandleToLong(h) ((LONG)(LONG_PTR)(h))
#define ULongToHandle(ul) ((HANDLE)(ULONG_PTR)(ul))
#define UlongToHandle(ul) ULongToHandle(ul)
#define LongToHandle(h) ((HANDLE)(LONG_PTR)(h))
#define PtrToUlong(p) ((ULONG)(ULONG_PTR)(p))
#define PtrToULong(p) PtrToUlong(p)
#define PtrToLong(p) ((LONG)(LONG_PTR)(p))
#define PtrToUint(p) ((UINT)(ULONG_PTR)(p))
#define PtrToInt(p) ((INT)(LONG_PTR)(p))
#define UlongToPtr(ul) ((PVOID)(ULONG_PTR)(ULONG)(ul))
#define ULongToPtr(ul) UlongToPtr(ul)
#define LongToPtr(l) ((PVOID)(LONG_PTR)(LONG)(l))
#define IntToPtr(i) ((PVOID)(LONG_PTR)(INT)(i))
#define UIntToPtr(ui) ((PVOID)(ULONG_PTR)(UINT)(ui))
#define Int32x32To64(a, b) ((LONGLONG)(LONG)(a) * (LONGLONG)(LONG)(b))
#define UInt32x32To64(a, b) ((ULONGLONG)(ULONG)(a) * (ULONGLONG)(ULONG)(b))
#define Int64ShllMod32(a, b) ((ULONGLONG)(a) << (b))
#define Int64ShraMod32(a, b) (((LONGLONG)(a)) >> (b))
#define Int64ShrlMod32(a, b) (((ULONGLONG)(a)) >> (b))
#define __TEXT(quote) L##quote
#define TEXT(quote) __TEXT(quote)
#define _TEXT(quote) __TEXT(quote)
#define _T(quote) __TEXT(quote)
#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define ZwCurrentProcess() NtCurrentProcess()
#define NtCurrentThread() ((HANDLE)(LONG_PTR)-2)
#define ZwCurrentThread() NtCurrentThread()

#define ARGUMENT_PRESENT(Argument) ((CHAR *)(ULONG_PTR)(Argument) != (CHAR *)NULL)

/* Unused things and assertions */
#define UNREFERENCED_PARAMETER(P) ((void)(P))
#define DBG_UNREFERENCED_PARAMETER(P) ((void)(P))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(V) ((void)(V))
#define UNREFERENCED_LOCAL_VARIABLE(V) ((void)(V))
#ifdef __cplusplus
#define C_ASSERT(e) static_assert(e, #e)
#else
#define C_ASSERT(e) _Static_assert(e, #e)
#define static_assert _Static_assert
#endif

#define FSH_CHECK(_exp, _msg) \
    ((!(_exp)) ? (FshAssertFailed(__FILE__, __LINE__, #_exp, (_msg)), FALSE) : TRUE)
#define NT_VERIFY(_exp) FSH_CHECK(_exp, NULL)
#define NT_VERIFYMSG(_msg, _exp) FSH_CHECK(_exp, _msg)
#if DBG
#define ASSERT(_exp) FSH_CHECK(_exp, NULL)
#define ASSERTMSG(_msg, _exp) FSH_CHECK(_exp, _msg)
#define RTL_SOFT_ASSERT(_exp) FSH_CHECK(_exp, NULL)
#define RTL_SOFT_ASSERTMSG(_msg, _exp) FSH_CHECK(_exp, _msg)
#define RTL_VERIFY(_exp) FSH_CHECK(_exp, NULL)
#define RTL_SOFT_VERIFY(_exp) FSH_CHECK(_exp, NULL)
#define NT_ASSERT(_exp) FSH_CHECK(_exp, NULL)
#define NT_ASSERTMSG(_msg, _exp) FSH_CHECK(_exp, _msg)
#define NT_ASSERTMSGW(_msg, _exp) FSH_CHECK(_exp, NULL)
#define NT_FRE_ASSERT(_exp) FSH_CHECK(_exp, NULL)
#define PAGED_CODE() FshPagedCode(__FILE__, __LINE__, __FUNCTION__)
#define KdPrint(_x_) DbgPrint _x_
#define KdPrintEx(_x_) DbgPrintEx _x_
#define vKdPrintEx(_x_) vDbgPrintEx _x_
#define KdBreakPoint() DbgBreakPoint()
#else
#define ASSERT(_exp) ((void)0)
#define ASSERTMSG(_msg, _exp) ((void)0)
#define RTL_SOFT_ASSERT(_exp) ((void)0)
#define RTL_SOFT_ASSERTMSG(_msg, _exp) ((void)0)
#define RTL_VERIFY(_exp) ((void)(_exp))
#define RTL_SOFT_VERIFY(_exp) ((void)(_exp))
#define NT_ASSERT(_exp) ((void)0)
#define NT_ASSERTMSG(_msg, _exp) ((void)0)
#define NT_ASSERTMSGW(_msg, _exp) ((void)0)
#define NT_FRE_ASSERT(_exp) FSH_CHECK(_exp, NULL)
#define PAGED_CODE() ((void)0)
#define KdPrint(_x_) ((void)0)
#define KdPrintEx(_x_) ((void)0)
#define vKdPrintEx(_x_) ((void)0)
#define KdBreakPoint() ((void)0)
#endif
#define ASSERT_ALWAYS(_exp) FSH_CHECK(_exp, NULL)
#define NT_ASSUME(_exp) ((void)0)
#define NT_ANALYSIS_ASSUME(_exp) ((void)0)
#define PAGED_CODE_LOCKED() ((void)0)
#define PAGED_ASSERT(_exp) ((void)0)
#define KD_DEBUGGER_ENABLED (*KdDebuggerEnabled)
#define KD_DEBUGGER_NOT_PRESENT (*KdDebuggerNotPresent)

#define DPFLTR_ERROR_LEVEL 0
#define DPFLTR_WARNING_LEVEL 1
#define DPFLTR_TRACE_LEVEL 2
#define DPFLTR_INFO_LEVEL 3
#define DPFLTR_MASK 0x80000000
#define DPFLTR_SYSTEM_ID 0
#define DPFLTR_FLTMGR_ID 47
#define DPFLTR_IHVDRIVER_ID 77
#define DPFLTR_IHVVIDEO_ID 78
#define DPFLTR_IHVAUDIO_ID 79
#define DPFLTR_IHVNETWORK_ID 80
#define DPFLTR_IHVSTREAMING_ID 81
#define DPFLTR_IHVBUS_ID 82
#define DPFLTR_DEFAULT_ID 101

/* Memory */
#define RtlCopyMemory(Destination, Source, Length) fsh_memcpy((Destination), (Source), (Length))
#define RtlCopyBytes(Destination, Source, Length) fsh_memcpy((Destination), (Source), (Length))
#define RtlCopyMemoryNonTemporal(Destination, Source, Length) \
    fsh_memcpy((Destination), (Source), (Length))
#define RtlCopyDeviceMemory(Destination, Source, Length) \
    fsh_memcpy((Destination), (Source), (Length))
#define RtlCopyVolatileMemory(Destination, Source, Length) \
    fsh_memcpy((PVOID)(Destination), (const VOID *)(Source), (Length))
#define RtlMoveMemory(Destination, Source, Length) fsh_memmove((Destination), (Source), (Length))
#define RtlMoveVolatileMemory(Destination, Source, Length) \
    fsh_memmove((PVOID)(Destination), (const VOID *)(Source), (Length))
#define RtlFillMemory(Destination, Length, Fill) fsh_memset((Destination), (Fill), (Length))
#define RtlZeroMemory(Destination, Length) fsh_memset((Destination), 0, (Length))
#define RtlZeroBytes(Destination, Length) fsh_memset((Destination), 0, (Length))
#define RtlSecureZeroMemory(Destination, Length) fsh_memset((Destination), 0, (Length))
#define RtlEqualMemory(Source1, Source2, Length) (!fsh_memcmp((Source1), (Source2), (Length)))
#define CopyMemory RtlCopyMemory
#define MoveMemory RtlMoveMemory
#define FillMemory RtlFillMemory
#define ZeroMemory RtlZeroMemory
#define SecureZeroMemory RtlSecureZeroMemory

/* String constants */
#define RTL_CONSTANT_STRING(s) { sizeof(s) - sizeof((s)[0]), sizeof(s), (FSH_TEXT(s))(s) }
#ifdef __cplusplus
#define FSH_TEXT(s) decltype(FshTextOf(s))
extern "C++" {
PWCH FshTextOf(const WCHAR *);
PCHAR FshTextOf(const char *);
}
#else
#define FSH_TEXT(s) __typeof__(_Generic(&(s)[0], const WCHAR *: (PWCH)0, WCHAR *: (PWCH)0, \
                                        const char *: (PCHAR)0, char *: (PCHAR)0))
#endif
#define RTL_CONSTANT_OBJECT_ATTRIBUTES(n, a) \
    { sizeof(OBJECT_ATTRIBUTES), NULL, (PUNICODE_STRING)(n), (a), NULL, NULL }
#define RTL_INIT_OBJECT_ATTRIBUTES(n, a) RTL_CONSTANT_OBJECT_ATTRIBUTES(n, a)
#define DECLARE_CONST_UNICODE_STRING(_var, _string) \
    static const WCHAR _var##_buffer[] = _string; \
    __attribute__((__unused__)) static const UNICODE_STRING _var = \
        { sizeof(_string) - sizeof(WCHAR), sizeof(_string), (PWCH)_var##_buffer }
#define DECLARE_GLOBAL_CONST_UNICODE_STRING(_var, _str) \
    extern const UNICODE_STRING _var; \
    const UNICODE_STRING _var = \
        { sizeof(_str) - sizeof(WCHAR), sizeof(_str), (PWCH)(_str) }
#define DECLARE_UNICODE_STRING_SIZE(_var, _size) \
    WCHAR _var##_buffer[_size]; \
    __attribute__((__unused__)) UNICODE_STRING _var = \
        { 0, (_size) * sizeof(WCHAR), _var##_buffer }
#define RtlInitEmptyUnicodeString(_ucStr, _buf, _bufSize) \
    ((_ucStr)->Buffer = (_buf), (_ucStr)->Length = 0, \
     (_ucStr)->MaximumLength = (USHORT)(_bufSize))
#define RtlInitEmptyAnsiString(_asStr, _buf, _bufSize) \
    ((_asStr)->Buffer = (_buf), (_asStr)->Length = 0, \
     (_asStr)->MaximumLength = (USHORT)(_bufSize))
#define RtlIpv4AddressToStringEx RtlIpv4AddressToStringExW
#define RtlIpv6AddressToStringEx RtlIpv6AddressToStringExW

/* GUIDs. initguid.h turns the declaration into a definition. */
#ifndef DEFINE_GUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) EXTERN_C const GUID name
#endif
#define EXTERN_GUID(itf, l, w1, w2, c1, c2, c3, c4, c5, c6, c7, c8) EXTERN_C const IID itf
#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const IID &
#define IsEqualGUID(a, b) (!fsh_memcmp(&(a), &(b), sizeof(GUID)))
#else
#define REFGUID const GUID *
#define REFIID const IID *
#define IsEqualGUID(a, b) (!fsh_memcmp((a), (b), sizeof(GUID)))
#endif
#define InlineIsEqualGUID(a, b) IsEqualGUID(a, b)
#define IsEqualIID(a, b) IsEqualGUID(a, b)
static const GUID GUID_NULL __attribute__((__unused__)) = { 0, 0, 0, { 0 } };

/* Kinds of extra create parameters. fltshim has them; a driver's own definition comes first. */
EXTERN_C const GUID GUID_ECP_ATOMIC_CREATE;
EXTERN_C const GUID GUID_ECP_CSV_DOWN_LEVEL_OPEN;
EXTERN_C const GUID GUID_ECP_CSV_QUERY_FILE_REVISION;
EXTERN_C const GUID GUID_ECP_DUAL_OPLOCK_KEY;
EXTERN_C const GUID GUID_ECP_IO_DEVICE_HINT;
EXTERN_C const GUID GUID_ECP_NETWORK_OPEN_CONTEXT;
EXTERN_C const GUID GUID_ECP_NFS_OPEN;
EXTERN_C const GUID GUID_ECP_OPLOCK_KEY;
EXTERN_C const GUID GUID_ECP_PREFETCH_OPEN;
EXTERN_C const GUID GUID_ECP_SRV_OPEN;

/* Lists. The heads are the caller's to lock. */
FSH_INLINE VOID InitializeListHead(PLIST_ENTRY ListHead)
{
    ListHead->Flink = ListHead->Blink = ListHead;
}

FSH_INLINE BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead)
{
    return ListHead->Flink == ListHead;
}

FSH_INLINE BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)
{
    PLIST_ENTRY next = Entry->Flink;
    PLIST_ENTRY previous = Entry->Blink;

    previous->Flink = next;
    next->Blink = previous;
    return next == previous;
}

FSH_INLINE PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Flink;

    RemoveEntryList(entry);
    return entry;
}

FSH_INLINE PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Blink;

    RemoveEntryList(entry);
    return entry;
}

FSH_INLINE VOID FshInsertBetween(PLIST_ENTRY Entry, PLIST_ENTRY Previous, PLIST_ENTRY Next)
{
    Entry->Flink = Next;
    Entry->Blink = Previous;
    Next->Blink = Entry;
    Previous->Flink = Entry;
}

FSH_INLINE VOID InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    FshInsertBetween(Entry, ListHead, ListHead->Flink);
}

FSH_INLINE VOID InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    FshInsertBetween(Entry, ListHead->Blink, ListHead);
}

FSH_INLINE VOID AppendTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListToAppend)
{
    PLIST_ENTRY last = ListHead->Blink;

    ListHead->Blink->Flink = ListToAppend;
    ListHead->Blink = ListToAppend->Blink;
    ListToAppend->Blink->Flink = ListHead;
    ListToAppend->Blink = last;
}

FSH_INLINE PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY ListHead)
{
    PSINGLE_LIST_ENTRY first = ListHead->Next;

    if (first)
        ListHead->Next = first->Next;
    return first;
}

FSH_INLINE VOID PushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY Entry)
{
    Entry->Next = ListHead->Next;
    ListHead->Next = Entry;
}

#define InterlockedPushEntrySList(Head, Entry) ExpInterlockedPushEntrySList(Head, Entry)
#define InterlockedPopEntrySList(Head) ExpInterlockedPopEntrySList(Head)
#define InterlockedFlushSList(Head) ExpInterlockedFlushSList(Head)
#define ExInterlockedPushEntrySList(Head, Entry, Lock) ExpInterlockedPushEntrySList(Head, Entry)
#define ExInterlockedPopEntrySList(Head, Lock) ExpInterlockedPopEntrySList(Head)
#define ExInterlockedFlushSList(Head) ExpInterlockedFlushSList(Head)
#define ExInitializeSListHead(Head) InitializeSListHead(Head)
#define QueryDepthSList(Head) ExQueryDepthSList(Head)
#define FirstEntrySList(Head) ((PSLIST_ENTRY)((ULONGLONG)(Head)->HeaderX64.NextEntry << 4))
#define ExInterlockedIncrementLong(Addend, Lock) InterlockedIncrement(Addend)
#define ExInterlockedDecrementLong(Addend, Lock) InterlockedDecrement(Addend)

/* Forms of routines that return through a pointer */
#define KeRaiseIrql(NewIrql, OldIrql) (*(OldIrql) = KfRaiseIrql(NewIrql))
#define KeAcquireSpinLock(SpinLock, OldIrql) \
    (*(OldIrql) = KeAcquireSpinLockRaiseToDpc(SpinLock))
#define ExAcquireSpinLock(Lock, OldIrql) KeAcquireSpinLock((Lock), (OldIrql))
#define ExReleaseSpinLock(Lock, OldIrql) KeReleaseSpinLock((Lock), (OldIrql))
#define ExAcquireResourceExclusive ExAcquireResourceExclusiveLite
#define ExAcquireResourceShared ExAcquireResourceSharedLite
#define ExReleaseResource ExReleaseResourceLite
#define ExDeleteResource ExDeleteResourceLite
#define ExInitializeResource ExInitializeResourceLite
#define ExIsResourceAcquiredLite ExIsResourceAcquiredSharedLite
#define ExIsResourceAcquired ExIsResourceAcquiredSharedLite
#define ExIsResourceAcquiredExclusive ExIsResourceAcquiredExclusiveLite
#define ExIsResourceAcquiredShared ExIsResourceAcquiredSharedLite
#define ExConvertExclusiveToShared ExConvertExclusiveToSharedLite
#define ExInitializeWorkItem(Item, Routine, Context) \
    ((Item)->WorkerRoutine = (Routine), (Item)->Parameter = (Context), \
     (Item)->List.Flink = NULL)
#define KeWaitForMutexObject KeWaitForSingleObject
#define RtlCheckBit(BMH, BP) (((BMH)->Buffer[(BP) / 32] >> ((BP) % 32)) & 1)
#define PsGetCurrentProcess() IoGetCurrentProcess()
#define IoSizeOfIrp(StackSize) \
    ((USHORT)(sizeof(IRP) + (StackSize) * sizeof(IO_STACK_LOCATION)))
#define IoMarkIrpPending(Irp) \
    (IoGetCurrentIrpStackLocation(Irp)->Control |= SL_PENDING_RETURNED)
#define IoSetCancelRoutine(Irp, NewCancelRoutine) \
    ((PDRIVER_CANCEL)FshExchangePointer((PVOID volatile *)&(Irp)->CancelRoutine, \
                                        (PVOID)(NewCancelRoutine)))

#define ALL_PROCESSOR_GROUPS 0xffff
#define MAXIMUM_FILENAME_LENGTH 256
#define IRQL_NOT_LESS_OR_EQUAL 0x0000000A
#define MEM_UNMAP_WITH_TRANSIENT_BOOST 0x00000001
#define XSTATE_MASK_LEGACY 0x3ULL

FSH_INLINE LARGE_INTEGER RtlConvertLongToLargeInteger(LONG SignedInteger)
{
    LARGE_INTEGER Result;

    Result.QuadPart = SignedInteger;
    return Result;
}

FSH_INLINE LARGE_INTEGER RtlConvertUlongToLargeInteger(ULONG UnsignedInteger)
{
    LARGE_INTEGER Result;

    Result.QuadPart = UnsignedInteger;
    return Result;
}

/*
 * Runs once before anything allocates: on Windows it decides whether NonPagedPool is executable,
 * which it never is here.
 */
FSH_INLINE VOID ExInitializeDriverRuntime(ULONG RuntimeFlags)
{
    UNREFERENCED_PARAMETER(RuntimeFlags);
}

#ifdef __cplusplus
}
/* The operators of an enumeration whose values are flags; plain integers in C have them. */
#define FSH_ENUM_OPERATOR(Type, Op) \
    inline constexpr Type operator Op(Type A, Type B) \
    { \
        return (Type)((__underlying_type(Type))A Op (__underlying_type(Type))B); \
    } \
    inline Type &operator Op##=(Type &A, Type B) { return A = A Op B; }
#define DEFINE_ENUM_FLAG_OPERATORS(Type) \
    extern "C++" { \
    FSH_ENUM_OPERATOR(Type, |) \
    FSH_ENUM_OPERATOR(Type, &) \
    FSH_ENUM_OPERATOR(Type, ^) \
    inline constexpr Type operator~(Type A) { return (Type)~(__underlying_type(Type))A; } \
    }
#else
#define DEFINE_ENUM_FLAG_OPERATORS(Type)
#endif
#endif /* _FSH_WDK_H */
