# SPDX-License-Identifier: GPL-2.0
"""What Windows sources say besides calling routines: pragmas, modifiers, annotations, types, macros
(source-compat.md sections 3 to 10). Each row is a source file of one driver that is built for every
kernel; what can be known when compiling is asserted there. Skipped where fltshim has not been
built for any kernel."""
import subprocess
import unittest

from test_build import ENTRY, KERNELS, BuildTest

# For each row a source that needs no other.
ROWS = {
    'SRC-10': r'''
VOID Both(PULONG At) {
    try { *At = 1; if (*At) leave; *At = 2; } except (EXCEPTION_EXECUTE_HANDLER) { *At = 3; }
    __try { *At = 1; if (*At) __leave; } __finally { *At = 4; }
    _try { *At = 5; } _finally { *At = 6; }
    __try { __try { *At = 7; } __finally { *At = 8; } } __except (GetExceptionCode() == 5) { }
}
''',
    'SRC-52': r'''
#define IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION ((UCHAR)-1)
#define IRP_MJ_MDL_READ ((UCHAR)-15)
#define FlagOn(_F,_SF) ((_F) & (_SF))
#define Add2Ptr(P,I) ((PVOID)((PUCHAR)(P) + (I)))
#define ROUND_TO_SIZE(_length, _alignment) \
    (((_length) + ((_alignment) - 1)) & ~((_alignment) - 1))
#define min(a, b) (((a) < (b)) ? (a) : (b))
C_ASSERT(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION == 255);
C_ASSERT(IRP_MJ_MDL_READ == 241);
ULONG Ours(ULONG a, PVOID p) { return FlagOn(a, 4) + ROUND_TO_SIZE(a, 8) + min(a, 3) + !Add2Ptr(p, 1); }
''',
    'SRC-53': '#include "once.h"\n#include "ONCE.H"\n#include ".\\Once.h"\n'
              '#include "guard.h"\n#include "Guard.h"\nONCE_TYPE once; GUARD_TYPE guard;\n',
    'SRC-60': r'''
NTSTATUS Initial(PDRIVER_OBJECT Object); VOID Paged(ULONG Number);
#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, Initial)
#pragma alloc_text(PAGE, Paged)
#endif
#pragma alloc_text(PAGE, NoSuchThing)
NTSTATUS Initial(PDRIVER_OBJECT Object) { return Object ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL; }
VOID Paged(ULONG Number) { PAGED_CODE(); (VOID)Number; }
''',
    'SRC-61': r'''
#ifdef ALLOC_DATA_PRAGMA
#pragma data_seg("INITDATA")
#endif
#pragma const_seg("INITCONST")
const ULONG Constant = 3;
#pragma const_seg()
#pragma data_seg("PAGEDATA")
ULONG Kept = 4;
#pragma data_seg()
#pragma bss_seg(push, "PAGEBSS")
ULONG Zero;
#pragma bss_seg(pop)
''',
    'SRC-62': r'''
#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "Not valid for kernel mode drivers")
#pragma prefast(suppress: 28101, "reason")
#pragma warning(push)
#pragma warning(disable: 4100 4201; error: 4700)
#pragma warning(error:4100)
static int Unused(int NotUsed, int Used) { return Used; }
#pragma warning(suppress: 6011)
#pragma warning(default:4100)
#pragma warning(pop)
int UsesIt(void) { return Unused(1, 2); }
''',
    'SRC-63': r'''
#pragma comment(lib, "ntoskrnl.lib")
#pragma message("said while compiling")
#pragma region Name of it
#pragma optimize("", off)
#pragma intrinsic(memcpy, _InterlockedIncrement)
#pragma code_seg("PAGE")
#pragma section(".CRT$XCA", long, read)
#pragma inline_depth(0)
#pragma deprecated(OldName)
#pragma init_seg(lib)
int Sixty3(void) { return 3; }
#pragma code_seg()
#pragma optimize("", on)
#pragma endregion
''',
    'SRC-64': r'''
#pragma pack(push, 1)
typedef struct { UCHAR a; ULONG b; } P1;
#pragma pack(push, name, 2)
typedef struct { UCHAR a; ULONG b; } P2;
#pragma pack(pop, name)
typedef struct { UCHAR a; ULONG b; } P1Again;
#pragma pack(pop)
typedef struct { UCHAR a; ULONG b; } P0;
#pragma pack(1)
#include <ntddstor.h>
#include <ntdddisk.h>
#include <wdmsec.h>
#include <bcrypt.h>
typedef struct { UCHAR a; ULONG b; } P1Last;
#pragma pack()
C_ASSERT(sizeof(P1) == 5 && sizeof(P2) == 6 && sizeof(P1Again) == 5 && sizeof(P0) == 8);
C_ASSERT(sizeof(P1Last) == 5);
C_ASSERT(sizeof(DISK_GEOMETRY) == 24 && sizeof(STORAGE_DEVICE_NUMBER) == 12);
''',
    'SRC-66': r'''
typedef struct __declspec(align(32)) { ULONG a; } Aligned;
DECLSPEC_ALIGN(64) ULONG AlignedToo; DECLSPEC_CACHEALIGN ULONG AlignedThree;
__declspec(selectany) ULONG Selected = 3; DECLSPEC_SELECTANY ULONG SelectedToo = 3;
__declspec(noreturn) VOID Never(VOID); __declspec(noinline) int Inside(void) { return 1; }
DECLSPEC_NOINLINE int InsideToo(void) { return 2; }
__declspec(dllimport) extern ULONG FromOutside; __declspec(dllexport) int Out(void) { return 3; }
__declspec(code_seg("PAGE")) int InPage(void) { return 4; }
__declspec(allocate("PAGEDATA")) ULONG There = 5;
__declspec(deprecated) int Old(void); __declspec(deprecated("not any more")) int Older(void);
__declspec(restrict) PVOID Restricted(VOID); __declspec(nothrow) int Nothrow(void);
__declspec(thread) extern int Thread; __declspec(naked) int Naked(void);
__declspec(uuid("00000000-0000-0000-c000-000000000046")) struct Tagged { int a; };
DECLSPEC_IMPORT int Imported(void);
C_ASSERT(__alignof(Aligned) == 32 && sizeof(Aligned) == 32);
C_ASSERT(__alignof(AlignedToo) == 64 && __alignof(AlignedThree) >= 64);
''',
    'SRC-67': r'''
int __cdecl A1(int a) { return a; } int __stdcall A2(int a) { return a; }
int __fastcall A3(int a) { return a; } int __vectorcall A4(int a) { return a; }
int _cdecl A5(int a) { return a; } NTSTATUS NTAPI A6(int a) { return a; }
NTSTATUS FLTAPI A7(int a) { return a; } int FASTCALL A8(int a) { return a; }
int WINAPI A9(int a) { return a; } int CALLBACK A10(int a) { return a; }
int APIENTRY A11(int a) { return a; }
typedef int (__stdcall *Pointer)(int); typedef NTSTATUS (NTAPI *PointerToo)(int);
Pointer Points[] = { A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11 };
''',
    'SRC-69': r'''
ULONG UNALIGNED *U1; ULONG __unaligned *U2; volatile ULONG U3; ULONG __volatile U4;
PVOID POINTER_64 U5; PVOID __ptr64 U6; PVOID __ptr32 U7; ULONG __w64 U8;
int Restrict(int *__restrict a, int * RESTRICTED_POINTER b) { return *a + *b; }
int Assumes(int a) { __assume(a > 0); __noop(a, 1); return a; }
C_ASSERT(__alignof(ULONG64) == 8); C_ASSERT(TYPE_ALIGNMENT(USHORT) == 2);
C_ASSERT(sizeof(U5) == 8 && sizeof(U6) == 8 && sizeof(U8) == 4);
''',
    'SRC-70': r'''
EXTERN_C int E1(IN int a, OUT int *b, IN OUT int *c OPTIONAL);
EXTERN_C_START
int E1(IN int a, OUT int *b, IN OUT int *c OPTIONAL) { CONST int d = a; *b = d; return c != NULL; }
EXTERN_C_END
''',
    'SRC-71': r'''
_Return_type_success_(return >= 0) typedef LONG Result;
typedef struct { _Field_size_bytes_(Size) PVOID At; _Field_range_(0, 3) ULONG Size; } Sized;
typedef _Struct_size_bytes_(Size) struct { USHORT Size; } Tailed;
_Must_inspect_result_ _Success_(return != 0) _Check_return_
int S1(_In_ int a, _In_opt_ int *b, _In_z_ PCSTR c, _Out_ int *d, _Out_opt_ int *e, _Inout_ int *f,
       _Inout_opt_ int *g, _Outptr_ int **h, _Outptr_opt_ int **i, _Outptr_result_maybenull_ int **j,
       _In_reads_(3) int *k, _In_reads_bytes_(a * 4) PVOID l, _Out_writes_(a) int *m,
       _Out_writes_bytes_(a) PVOID n, _Out_writes_bytes_to_(a, *d) PVOID o, _Out_range_(0, 3) int *p,
       _In_reads_bytes_opt_(a) PVOID q, _Outptr_result_buffer_(*d) PVOID *r, _Reserved_ PVOID s,
       _Printf_format_string_ PCSTR t, _In_reads_or_z_(3) PCSTR u, _Inout_updates_bytes_(a) PVOID v)
{ return a; }
_When_(a > 0, _At_(*b, _Post_satisfies_(*b > 0))) _Ret_maybenull_ _Post_writable_byte_size_(a)
PVOID S2(_Pre_notnull_ _Const_ int *b, _Pre_maybenull_ _Post_invalid_ PVOID c,
         _Unreferenced_parameter_ int a, _Points_to_data_ PVOID d) { (VOID)a; (VOID)c; (VOID)d; return b; }
_On_failure_(_Post_null_) _Ret_notnull_ _Ret_writes_bytes_(4) _Analysis_noreturn_ PVOID S3(VOID);
''',
    'SRC-72': r'''
_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_requires_min_(PASSIVE_LEVEL) _IRQL_requires_same_
_Requires_lock_held_(*Lock) _Requires_lock_not_held_(_Global_critical_region_) _Acquires_lock_(*Lock)
_Releases_lock_(_Curr_) _Acquires_exclusive_lock_(*Lock) _Acquires_shared_lock_(*Lock)
_IRQL_raises_(DISPATCH_LEVEL) _IRQL_requires_(PASSIVE_LEVEL) _IRQL_uses_cancel_
_When_(a, _Releases_exclusive_lock_(*Lock)) _Acquires_nonreentrant_lock_(*Lock)
VOID L1(_Inout_ _Requires_lock_not_held_(*_Curr_) PKSPIN_LOCK Lock, _IRQL_restores_ KIRQL a,
        _Out_ _IRQL_saves_ PKIRQL b) { (VOID)Lock; *b = a; }
_Guarded_by_(Lock) ULONG Guarded; _Has_lock_level_(3) ULONG Leveled;
''',
    'SRC-73': r'''
_Function_class_(DRIVER_DISPATCH) _Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE)
DRIVER_DISPATCH F1;
_Use_decl_annotations_ NTSTATUS F1(PDEVICE_OBJECT a, PIRP b) { (VOID)a; (VOID)b; return 0; }
_Kernel_clear_do_init_(__yes) _Kernel_float_saved_ VOID F2(VOID);
_Analysis_mode_(_Analysis_code_type_kernel_driver_)
int F3(_Interlocked_operand_ LONG volatile *a, _Flt_CompletionContext_Outptr_ PVOID *b,
       _Flt_ConnectionCookie_Outptr_ PVOID *c)
{ _Analysis_assume_(NoSuchName(a) != 3); __analysis_assume(AnotherName); (VOID)b; (VOID)c; return *a; }
''',
    'SRC-74': r'''
__checkReturn __success(return != 0) __drv_maxIRQL(APC_LEVEL) __drv_sameIRQL
int O1(__in int a, __out int *b, __inout int *c, __in_opt int *d, __out_opt int *e, __inout_opt int *f,
       __deref_out int **g, __deref_out_opt int **h, __in_bcount(a) PVOID i, __out_bcount_part(a, *b) PVOID j,
       __in_ecount(a) int *k, __out_ecount(a) int *l, __in_bcount_opt(a) PVOID m, __out_bcount_opt(a) PVOID n,
       __inout_bcount(a) PVOID o, __reserved PVOID p, __in_z PCSTR q, __deref_inout_opt int **r,
       __drv_when(a > 0, __drv_freesMem(Mem)) PVOID s, __drv_aliasesMem PVOID t, __in_ecount_opt(a) int *u)
{ return a; }
__drv_allocatesMem(Mem) __drv_requiresIRQL(PASSIVE_LEVEL) PVOID O2(VOID) { return NULL; }
typedef __callback VOID O3(VOID); typedef __nullterminated CHAR *O4;
''',
    'SRC-75': r'''
DRIVER_UNLOAD D1; KSTART_ROUTINE D2; IO_WORKITEM_ROUTINE D3; KDEFERRED_ROUTINE D4; DRIVER_DISPATCH D5;
IO_CSQ_INSERT_IRP_EX D6; WORKER_THREAD_ROUTINE D7; IO_COMPLETION_ROUTINE D8; DRIVER_CANCEL D9;
KDEFERRED_ROUTINE D10; DRIVER_ADD_DEVICE D11; ALLOCATE_FUNCTION D12; FREE_FUNCTION D13;
VOID D1(PDRIVER_OBJECT a) { (VOID)a; } VOID D2(PVOID a) { (VOID)a; }
VOID D3(PDEVICE_OBJECT a, PVOID b) { (VOID)a; (VOID)b; }
VOID D4(PKDPC a, PVOID b, PVOID c, PVOID d) { (VOID)a; (VOID)b; (VOID)c; (VOID)d; }
NTSTATUS D5(PDEVICE_OBJECT a, PIRP b) { (VOID)a; (VOID)b; return 0; }
VOID D7(PVOID a) { (VOID)a; }
PVOID D12(POOL_TYPE a, SIZE_T b, ULONG c) { return ExAllocatePoolWithTag(a, b, c); }
''',
    'SRC-77': r'''
#include <initguid.h>
DEFINE_GUID(GUID_OF_MINE, 0x12345678, 0x9abc, 0xdef0, 1, 2, 3, 4, 5, 6, 7, 8);
EXTERN_GUID(GUID_OF_OTHERS, 0x12345678, 0x9abc, 0xdef0, 1, 2, 3, 4, 5, 6, 7, 9);
C_ASSERT(sizeof(GUID_OF_MINE) == 16);
int Guids(const GUID *a) { return IsEqualGUID(a, &GUID_OF_MINE) || IsEqualGUID(a, &GUID_NULL); }
''',
    'SRC-83': r'''
C_ASSERT(sizeof(ULONG_PTR) == 8 && sizeof(LONG_PTR) == 8 && sizeof(SIZE_T) == 8 && sizeof(HANDLE) == 8);
C_ASSERT(sizeof(size_t) == 8 && sizeof(ptrdiff_t) == 8 && sizeof(DWORD_PTR) == 8 && sizeof(UINT_PTR) == 8);
C_ASSERT((LONG_PTR)-1 < 0 && (SSIZE_T)-1 < 0 && (SIZE_T)-1 > 0);
C_ASSERT((ULONG)(ULONG_PTR)0x123456789 == 0x23456789);
ULONG Cut(PVOID a, HANDLE b) { return PtrToUlong(a) + HandleToULong(b) + (ULONG)(ULONG_PTR)a; }
HANDLE Long(ULONG a) { return ULongToHandle(a); }
extern void *memcpy(void *, const void *, size_t);
''',
    'SRC-85': r'''
typedef struct { ULONG a : 3; UCHAR b : 3; USHORT c : 3; BOOLEAN d : 1; } Mixed;
typedef struct { ULONG a : 3; ULONG b : 30; } Over; typedef struct { UCHAR a : 4; UCHAR b : 4; } Fits;
typedef struct { ULONG64 a : 40; ULONG b : 8; } Wide;
C_ASSERT(sizeof(Mixed) == 12 && sizeof(Over) == 8 && sizeof(Fits) == 1 && sizeof(Wide) == 16);
''',
    'SRC-86': r'''
typedef struct _BASE { ULONG Type; ULONG Size; } BASE;
typedef struct { BASE; ULONG More; } Derived; typedef struct { struct _BASE; ULONG More; } DerivedToo;
typedef struct { union { ULONG a; struct { USHORT Low; USHORT High; }; }; } Anonymous;
C_ASSERT(FIELD_OFFSET(Derived, More) == 8 && FIELD_OFFSET(DerivedToo, Size) == 4);
C_ASSERT(FIELD_OFFSET(Anonymous, High) == 2);
ULONG Base(Derived *a, DerivedToo *b, Anonymous *c) { return a->Type + b->Size + c->High; }
''',
    'SRC-88': r'''
typedef struct { ULONG Count; ULONG Items[ANYSIZE_ARRAY]; } Any; typedef struct { ULONG n; WCHAR t[1]; } One;
typedef struct { ULONG n; UCHAR t[0]; } None; typedef struct { ULONG n; UCHAR t[]; } Open;
C_ASSERT(sizeof(Any) == 8 && sizeof(None) == 4 && sizeof(Open) == 4);
C_ASSERT(FIELD_OFFSET(One, t) + 10 * sizeof(WCHAR) == 24);
ULONG Past(Any *a, One *b, None *c) { ULONG i, s = 0; for (i = 0; i < a->Count; i++) s += a->Items[i];
    b->t[7] = 0; c->t[7] = 0; return s + a->Items[3]; }
''',
    'SRC-89': r'''
typedef struct { ULONG a; USHORT b; ULONG64 c; LIST_ENTRY d; } T;
enum { OFFSET = FIELD_OFFSET(T, c) };
C_ASSERT(OFFSET == 8 && FIELD_OFFSET(T, b) == 4 && offsetof(T, d) == 16 && sizeof(FIELD_OFFSET(T, b)) == 4);
C_ASSERT(RTL_FIELD_SIZE(T, b) == 2 && RTL_SIZEOF_THROUGH_FIELD(T, b) == 6);
C_ASSERT(RTL_CONTAINS_FIELD(((T *)0), 16, c) && !RTL_CONTAINS_FIELD(((T *)0), 15, c));
static const ULONG Array[] = { 1, 2, 3 };
C_ASSERT(ARRAYSIZE(Array) == 3 && RTL_NUMBER_OF(Array) == 3 && _countof(Array) == 3);
T *Of(PLIST_ENTRY e) { return CONTAINING_RECORD(e, T, d); }
''',
    'SRC-90': r'''
C_ASSERT(PAGE_SIZE == 4096 && PAGE_SHIFT == 12 && MEMORY_ALLOCATION_ALIGNMENT == 16);
C_ASSERT(ALIGN_UP(5, ULONG) == 8 && ALIGN_DOWN(7, ULONG) == 4 && ALIGN_UP_BY(9, 8) == 16);
C_ASSERT(ALIGN_DOWN_BY(15, 8) == 8 && ROUND_TO_SIZE(513, 512) == 1024 && ROUND_TO_PAGES(1) == 4096);
C_ASSERT(BYTES_TO_PAGES(4097) == 2 && BYTE_OFFSET(0x12345) == 0x345);
C_ASSERT(ADDRESS_AND_SIZE_TO_SPAN_PAGES(4095, 2) == 2);
typedef struct { ULONG a; ULONG POINTER_ALIGNMENT b; } Parameters;
C_ASSERT(FIELD_OFFSET(Parameters, b) == 8);
PVOID Up(PVOID a) { return (PUCHAR)ALIGN_UP_POINTER(a, ULONG64) - (ULONG_PTR)PAGE_ALIGN(a); }
''',
    'SRC-92': r'''
C_ASSERT((CHAR)0xff < 0 && (char)0xff < 0 && (UCHAR)0xff == 255 && (BOOLEAN)-1 == 255);
C_ASSERT(sizeof(wchar_t) == 2 && (wchar_t)-1 == 65535 && sizeof(L"abc") == 8 && sizeof(L'x') == 2);
static const WCHAR Wide[] = L"wide"; static const wchar_t *Same = Wide; static PCWSTR Too = L"too";
PCWSTR Which(int a) { return a ? Same : Too; }
''',
    'SRC-105': r'''
VOID Refers(PVOID a, ULONG b) { ULONG c; UNREFERENCED_PARAMETER(a); UNREFERENCED_LOCAL_VARIABLE(c);
    DBG_UNREFERENCED_PARAMETER(b); DBG_UNREFERENCED_LOCAL_VARIABLE(c); }
''',
    'SRC-107': r'''
VOID Page(VOID) { PAGED_CODE(); } VOID PageToo(VOID) { PAGED_CODE_LOCKED(); }
''',
    'SRC-108': r'''
#ifndef FlagOn
#error FlagOn is missing
#endif
C_ASSERT(FlagOn(6, 2) == 2 && BooleanFlagOn(6, 1) == FALSE && BooleanFlagOn(0x100, 0x100) == TRUE);
C_ASSERT(min(2, 3) == 2 && max(2, 3) == 3 && MAXUSHORT == 0xffff && MAXULONG == 0xffffffff);
C_ASSERT(LOBYTE(0x1234) == 0x34 && HIBYTE(0x1234) == 0x12 && MAKELONG(1, 2) == 0x20001);
C_ASSERT(LOWORD(0x12345678) == 0x5678 && HIWORD(0x12345678) == 0x1234);
ULONG Flags(ULONG a, PUCHAR p) { SetFlag(a, 4); ClearFlag(a, 1); if (a) NOTHING;
    return a + *(PUCHAR)Add2Ptr(p, 3) + (ULONG)PtrOffset(p, p + 1); }
#undef FlagOn
#define FlagOn(a, b) (((a) & (b)) != 0)
BOOLEAN Own(ULONG a) { return FlagOn(a, 2); }
''',
    'SRC-114': r'''
UNICODE_STRING One = RTL_CONSTANT_STRING(L"one"); ANSI_STRING Two = RTL_CONSTANT_STRING("two");
DECLARE_CONST_UNICODE_STRING(Three, L"three"); DECLARE_GLOBAL_CONST_UNICODE_STRING(Four, L"four");
OBJECT_ATTRIBUTES Five = RTL_CONSTANT_OBJECT_ATTRIBUTES(&One, OBJ_KERNEL_HANDLE);
C_ASSERT(sizeof(UNICODE_NULL) == 2);
USHORT Lengths(VOID) { DECLARE_UNICODE_STRING_SIZE(Six, 20); static const UNICODE_STRING Seven =
    RTL_CONSTANT_STRING(L"seven"); UNICODE_STRING Eight; RtlInitUnicodeString(&Eight, L"eight");
    Six.Buffer[0] = UNICODE_NULL;
    return Six.MaximumLength + Seven.Length + Eight.Length + Three.Length + Four.Length + Five.Length; }
''',
    'SRC-115': r'''
static FLT_PREOP_CALLBACK_STATUS FLTAPI Pre(PFLT_CALLBACK_DATA a, PCFLT_RELATED_OBJECTS b, PVOID *c)
{ (VOID)a; (VOID)b; *c = NULL; return FLT_PREOP_SUCCESS_NO_CALLBACK; }
static NTSTATUS FLTAPI Gone(FLT_FILTER_UNLOAD_FLAGS Flags) { (VOID)Flags; return STATUS_SUCCESS; }
CONST FLT_OPERATION_REGISTRATION Callbacks[] = {
    { IRP_MJ_CREATE, 0, Pre, NULL }, { IRP_MJ_READ, FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO, Pre },
    { IRP_MJ_OPERATION_END } };
CONST FLT_CONTEXT_REGISTRATION Contexts[] = {
    { FLT_STREAM_CONTEXT, 0, NULL, 16, 'txtC' }, { FLT_CONTEXT_END } };
CONST FLT_REGISTRATION Registration = { sizeof(FLT_REGISTRATION), FLT_REGISTRATION_VERSION, 0,
    Contexts, Callbacks, Gone };
C_ASSERT(FIELD_OFFSET(FLT_OPERATION_REGISTRATION, PreOperation) == 8);
C_ASSERT(FIELD_OFFSET(FLT_REGISTRATION, OperationRegistration) == 16);
''',
    'SRC-152': r'''
#if !(NTDDI_VERSION >= NTDDI_WIN8) || !(NTDDI_VERSION >= NTDDI_WIN10) || !FLT_MGR_BASELINE || \
    !FLT_MGR_LONGHORN || !FLT_MGR_WIN7 || WINVER < 0x0601 || OSVER(NTDDI_VERSION) < NTDDI_WIN7
#error an old branch would be taken
#endif
int Newest(void) { return 1; }
''',
    'SRC-153': r'''
#ifdef DBG
#error defined in a free build
#endif
#if DBG
#error true in a free build
#endif
int Free(void) { return 1; }
''',
    'SRC-155': '#include "pch.h"\n#include "StdAfx.h"\nPCH_TYPE pch; AFX_TYPE afx;\n',
    'FIELD-20': b'// \xb0\xa1 \x95\\\r\nint f20 = 1; /* \xb0\xa1 */\nstatic int tentative;\r\n'
                b'static int tentative;\r\nstatic int tentative = 3;\r\n'
                b'int tentative_of(void) { DbgPrint("in " __FUNCTION__ ": %d", f20); return tentative; }\r\n',
}

HEADERS = {
    'once.h': '#pragma once\ntypedef int ONCE_TYPE;\nenum { ONCE };\n',
    'guard.h': '#ifndef GUARD_H\n#define GUARD_H\ntypedef int GUARD_TYPE;\nenum { GUARD };\n#endif\n',
    'pch.h': '#include <fltKernel.h>\ntypedef int PCH_TYPE;\n',
    'stdafx.h': '#pragma once\ntypedef int AFX_TYPE;\n',
}


@unittest.skipUnless(KERNELS, 'fltshim is not built for any kernel')
class Language(BuildTest):
    def test_rows(self):
        """Every row compiles for every kernel without a word about it, and what it asserts holds."""
        sources = {'a.c': ENTRY % ('', ''), **HEADERS}
        for row, text in ROWS.items():
            head = '#include <fltKernel.h>\n'
            sources[f'{row}.c'] = (head.encode() if isinstance(text, bytes) else head) + text
        for kernel in range(len(KERNELS)):
            status, text = self.build(sources, kernel=kernel)
            for row in ROWS:
                said = [line for line in text.splitlines() if f'{row}.c' in line]
                allowed = {'SRC-52': 'redefined', 'FIELD-20': 'is not UTF-8'}.get(row)
                said = [line for line in said if not allowed or allowed not in line]
                self.proves(row, status == 0 and not said, '\n'.join(said) or text)

    def test_flags(self):
        """Flags of a driver's objects, as the build of every kernel is told them."""
        for kernel in range(len(KERNELS)):
            status, text = self.build({'a.c': ENTRY % ('', '')}, kernel=kernel)
            self.assertEqual(status, 0, text)
            self.flags()

    def flags(self):
        """Of what was built last."""
        work = self.place / 'out/little.build'
        rules = (work / 'Kbuild').read_text()
        for flag in ('-fpreprocessed', '-fshort-wchar', '-fms-extensions', '-Wno-unknown-pragmas',
                     '-Wno-multichar', '-Wno-missing-prototypes', '-Wno-missing-declarations',
                     '-Wno-clobbered', '-Wno-unused', '-Wno-pointer-sign', '-Wtrampolines',
                     '-Werror=trampolines'):
            self.proves('SRC-06', flag in rules.split(), flag)
        self.proves('SRC-06', 'CC_FLAGS_FTRACE' in rules)
        command = (work / '.a.fs.o.cmd').read_text()
        self.proves('SRC-06', '-fshort-wchar' in command and '-pg' not in command.split()
                    and '-mfentry' not in command.split())
        for flag in ('-fno-strict-aliasing', '-fno-strict-overflow',
                     '-fno-delete-null-pointer-checks'):
            self.proves('SRC-91', flag in command.split()
                        or (flag == '-fno-strict-overflow' and '-fwrapv' in command.split()), flag)
        self.proves('SRC-88', '-fstrict-flex-arrays=3' not in command.split()
                    and '-fsanitize=bounds-strict' not in command.split(), command)

    def test_tentative(self):
        """A header that defines a variable gives all sources that include it the same one."""
        head = '#include <fltKernel.h>\nULONG Shared; PVOID Pointers[100]; struct { ULONG a; } Globals;\n'
        sources = {'all.h': head, 'a.c': '#include "all.h"\n' + ENTRY % ('', '    Shared = 1;')}
        for name in 'bcd':
            sources[name + '.c'] = f'#include "all.h"\nULONG {name}(VOID) {{ return Shared + Globals.a; }}\n'
        for kernel in range(len(KERNELS)):
            status, text = self.build(sources, kernel=kernel)
            self.proves('FIELD-20', status == 0, text)
        symbols = subprocess.run(['nm', self.place / 'out/little.ko'], capture_output=True,
                                 text=True, check=True).stdout
        self.proves('FIELD-20', symbols.count(' B Shared') == 1 and ' C ' not in symbols, symbols)

    def test_debug_build(self):
        """DBG is 1 in a checked build, undefined in a free one."""
        status, text = self.build({'a.c': ENTRY % ('', '#if DBG != 1\n#error no\n#endif\n#ifndef DBG\n'
                                                       '#error no\n#endif\n    ASSERT(DBG);')},
                                  options=('--configuration', 'Debug'))
        self.proves('SRC-153', status == 0, text)

    def test_assertions(self):
        """In a free build nothing is evaluated but NT_VERIFY; each is an expression."""
        inside = r'''
    ULONG n = 0;
    ASSERT(n++); NT_ASSERT(n++); FLT_ASSERT(n++); ASSERTMSG("why", n++); FLT_ASSERTMSG("why", n++);
    NT_ASSERTMSG("why", n++); RTL_SOFT_ASSERT(n++);
    (void)(ASSERT(n), n);
    if (NT_VERIFY(n == 0)) { C_ASSERT(sizeof(n) == 4); }
    _Static_assert(1, "said");
'''
        for options in ((), ('--configuration', 'Debug')):
            status, text = self.build({'a.c': ENTRY % ('C_ASSERT(1 == 1);\nC_ASSERT(2 == 2);', inside)},
                                      options=options)
            self.proves('SRC-106', status == 0 and 'a.c' not in text, text)

    def test_wide_objects(self):
        """Objects with 16-bit literals link with each kernel's own without a word."""
        for kernel in range(len(KERNELS)):
            status, text = self.build({'a.c': ENTRY % ('static PCWSTR Text = L"wide text";',
                                                       '    DbgPrint("%ws", Text);')}, kernel=kernel)
            strings = subprocess.run(['objdump', '-h', self.place / 'out/little.ko'],
                                     capture_output=True, text=True, check=True).stdout
            content = (self.place / 'out/little.ko').read_bytes()
            self.proves('SRC-93', status == 0 and 'warning' not in text
                        and 'wide text'.encode('utf-16-le') in content, text + strings)


if __name__ == '__main__':
    unittest.main()
