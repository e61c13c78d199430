// SPDX-License-Identifier: GPL-2.0
/*
 * The base types of Windows NT, as x64 has them, and the macros over them that need no other
 * type. Both worlds include this file: minifilter sources through the WDK-named headers, Linux
 * code through nt/nt.h. It may include nothing of Linux and define nothing that Linux defines.
 */
#ifndef _FSH_TYPES_H
#define _FSH_TYPES_H

/* Layouts below never depend on a packing that an including source left behind. */
#pragma pack(push)
#pragma pack()

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Windows enumerations are int. gcc makes one unsigned unless a value is negative, and sources
 * test such variables with < 0; this adds the negative value.
 */
#define FSH_ENUM_IS_SIGNED(name) FshNegative##name = -1

#ifdef __cplusplus
#define FSH_LAYOUT static_assert
#else
#define FSH_LAYOUT _Static_assert
#endif

/* Members that minifilters may only read; the shim itself fills them in. */
#ifdef FSH_SHIM
#define FSH_READ_ONLY
#else
#define FSH_READ_ONLY const
#endif

#define FSH_POINTER_ALIGNMENT __attribute__((__aligned__(8)))
#define FSH_MS_ABI __attribute__((__ms_abi__))

typedef char CHAR, *PCHAR, *PCH, *PSTR, *LPSTR;
typedef const char *PCSTR, *PCCH, *LPCSTR;
typedef char CCHAR, *PCCHAR;
typedef signed char INT8, *PINT8;
typedef unsigned char UCHAR, *PUCHAR;
typedef const UCHAR *PCUCHAR;
typedef unsigned char BYTE, *PBYTE;
typedef unsigned char UINT8, *PUINT8;
typedef unsigned char BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT;
typedef short CSHORT, *PCSHORT;
typedef short INT16, *PINT16;
typedef unsigned short USHORT, *PUSHORT;
typedef unsigned short UINT16, *PUINT16;
typedef unsigned short WORD, *PWORD;
typedef int INT, *PINT;
typedef int BOOL, *PBOOL;
typedef int LONG, *PLONG;
typedef int INT32, *PINT32;
typedef int LONG32, *PLONG32;
typedef unsigned int UINT, *PUINT;
typedef unsigned int ULONG, *PULONG;
typedef unsigned int UINT32, *PUINT32;
typedef unsigned int ULONG32, *PULONG32;
typedef unsigned int DWORD, *PDWORD;
typedef unsigned int DWORD32, *PDWORD32;
typedef const ULONG *PCULONG;
typedef long long LONGLONG, *PLONGLONG;
typedef long long LONG64, *PLONG64;
typedef long long INT64, *PINT64;
typedef unsigned long long ULONGLONG, *PULONGLONG;
typedef unsigned long long ULONG64, *PULONG64;
typedef unsigned long long UINT64, *PUINT64;
typedef unsigned long long DWORD64, *PDWORD64;
typedef unsigned long long DWORDLONG, *PDWORDLONG;
typedef unsigned long long QWORD;

typedef long long INT_PTR, *PINT_PTR;
typedef unsigned long long UINT_PTR, *PUINT_PTR;
typedef long long LONG_PTR, *PLONG_PTR;
typedef unsigned long long ULONG_PTR, *PULONG_PTR;
typedef unsigned long long DWORD_PTR, *PDWORD_PTR;
typedef unsigned long long SIZE_T, *PSIZE_T;
typedef long long SSIZE_T, *PSSIZE_T;
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;
typedef int HALF_PTR;

#ifndef VOID
#define VOID void
#endif
typedef void *PVOID;
typedef void *PVOID64;
typedef const void *PCVOID;
typedef void *LPVOID;
typedef PVOID HANDLE, *PHANDLE;

/* 16 bits: everything that sees this header is compiled with -fshort-wchar. */
#ifdef __cplusplus
typedef wchar_t WCHAR;
#else
typedef __WCHAR_TYPE__ WCHAR;
#endif
typedef WCHAR *PWCHAR, *LPWCH, *PWCH, *PWSTR, *LPWSTR, *NWPSTR;
typedef const WCHAR *PCWCHAR, *PCWCH, *PCWSTR, *LPCWSTR, *LPCWCH;
typedef WCHAR TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef const WCHAR *PCTSTR, *LPCTSTR;
typedef PWSTR PZZWSTR;
typedef PCWSTR PCZZWSTR;
typedef PWSTR *PZPWSTR;

typedef LONG NTSTATUS, *PNTSTATUS;
typedef LONG HRESULT;
typedef UCHAR KIRQL, *PKIRQL;
typedef CCHAR KPROCESSOR_MODE;
typedef LONG KPRIORITY;
typedef ULONG LCID, *PLCID;
typedef USHORT LANGID;
typedef ULONG ACCESS_MASK, *PACCESS_MASK;
typedef ULONG DEVICE_TYPE;
typedef ULONG SECURITY_INFORMATION, *PSECURITY_INFORMATION;
typedef PVOID PSECURITY_DESCRIPTOR;
typedef PVOID PSID;
typedef PVOID PACCESS_TOKEN;
typedef USHORT SECURITY_DESCRIPTOR_CONTROL, *PSECURITY_DESCRIPTOR_CONTROL;
typedef LONGLONG USN;
typedef ULONG LOGICAL, *PLOGICAL;
typedef ULONG_PTR ERESOURCE_THREAD, *PERESOURCE_THREAD;
typedef ULONG_PTR PFN_NUMBER, *PPFN_NUMBER;
typedef ULONG CLONG;

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

#define UNICODE_NULL ((WCHAR)0)
#define ANSI_NULL ((CHAR)0)
#define UNICODE_STRING_MAX_BYTES ((USHORT)65534)
#define UNICODE_STRING_MAX_CHARS (32767)
#define OBJ_NAME_PATH_SEPARATOR ((WCHAR)L'\\')

#define MAXCHAR 0x7f
#define MAXUCHAR 0xff
#define MAXSHORT 0x7fff
#define MAXUSHORT 0xffff
#define MAXLONG 0x7fffffff
#define MAXULONG 0xffffffff
#define MAXDWORD 0xffffffff
#define MINCHAR 0x80
#define MINSHORT 0x8000
#define MINLONG 0x80000000
#define MAXLONGLONG (0x7fffffffffffffffLL)
#define MAXULONGLONG (0xffffffffffffffffULL)
#define MAXULONG_PTR (0xffffffffffffffffULL)
#define MAXLONG_PTR (0x7fffffffffffffffLL)
#define MAXSIZE_T (0xffffffffffffffffULL)
#define ANYSIZE_ARRAY 1

typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    struct {
        ULONG LowPart;
        ULONG HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef struct _LUID {
    ULONG LowPart;
    LONG HighPart;
} LUID, *PLUID;

typedef struct _M128A {
    ULONGLONG Low;
    LONGLONG High;
} __attribute__((__aligned__(16))) M128A, *PM128A;

typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWCH Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, *PSTRING;
typedef const STRING *PCSTRING;
typedef STRING ANSI_STRING, OEM_STRING, UTF8_STRING;
typedef PSTRING PANSI_STRING, POEM_STRING, PUTF8_STRING;
typedef PCSTRING PCANSI_STRING, PCOEM_STRING, PCUTF8_STRING;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY, *PRLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

/* A lock-free list: the whole header is exchanged at once (cmpxchg16b). */
typedef struct _SLIST_ENTRY {
    struct _SLIST_ENTRY *Next;
} __attribute__((__aligned__(16))) SLIST_ENTRY, *PSLIST_ENTRY;

typedef union _SLIST_HEADER {
    struct {
        ULONGLONG Alignment;
        ULONGLONG Region;
    };
    struct {
        ULONGLONG Depth : 16;
        ULONGLONG Sequence : 48;
        ULONGLONG Reserved : 4;
        ULONGLONG NextEntry : 60;
    } HeaderX64;
} __attribute__((__aligned__(16))) SLIST_HEADER, *PSLIST_HEADER;

#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID;
#endif
typedef GUID *LPGUID, *PGUID, UUID, *PUUID;
typedef const GUID *LPCGUID;
typedef GUID CLSID, IID;

typedef struct _OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    PUNICODE_STRING ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
typedef const OBJECT_ATTRIBUTES *PCOBJECT_ATTRIBUTES;

#define OBJ_INHERIT 0x00000002
#define OBJ_PERMANENT 0x00000010
#define OBJ_EXCLUSIVE 0x00000020
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF 0x00000080
#define OBJ_OPENLINK 0x00000100
#define OBJ_KERNEL_HANDLE 0x00000200
#define OBJ_FORCE_ACCESS_CHECK 0x00000400
#define OBJ_IGNORE_IMPERSONATED_DEVICEMAP 0x00000800
#define OBJ_DONT_REPARSE 0x00001000
#define OBJ_VALID_ATTRIBUTES 0x00001FF2

#define InitializeObjectAttributes(p, n, a, r, s) do { \
        (p)->Length = sizeof(OBJECT_ATTRIBUTES); \
        (p)->RootDirectory = (r); \
        (p)->Attributes = (a); \
        (p)->ObjectName = (n); \
        (p)->SecurityDescriptor = (s); \
        (p)->SecurityQualityOfService = (PVOID)0; \
    } while (0)

typedef struct _EXCEPTION_RECORD {
    NTSTATUS ExceptionCode;
    ULONG ExceptionFlags;
    struct _EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    ULONG NumberParameters;
    ULONG_PTR ExceptionInformation[15];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;

typedef struct _EXCEPTION_POINTERS {
    PEXCEPTION_RECORD ExceptionRecord;
    struct _CONTEXT *ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS;

#define NT_SUCCESS(Status) (((NTSTATUS)(Status)) >= 0)
#define NT_INFORMATION(Status) ((((ULONG)(Status)) >> 30) == 1)
#define NT_WARNING(Status) ((((ULONG)(Status)) >> 30) == 2)
#define NT_ERROR(Status) ((((ULONG)(Status)) >> 30) == 3)

#define FIELD_OFFSET(type, field) ((LONG)__builtin_offsetof(type, field))
#define UFIELD_OFFSET(type, field) ((ULONG)__builtin_offsetof(type, field))
#define CONTAINING_RECORD(address, type, field) \
    ((type *)((PCHAR)(address) - (ULONG_PTR)__builtin_offsetof(type, field)))
#define RTL_FIELD_TYPE(type, field) (((type *)0)->field)
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) \
    (FIELD_OFFSET(type, field) + RTL_FIELD_SIZE(type, field))
#define RTL_CONTAINS_FIELD(Struct, Size, Field) \
    ((((PCHAR)(&(Struct)->Field)) + sizeof((Struct)->Field)) <= \
     (((PCHAR)(Struct)) + (Size)))
#define RTL_NUMBER_OF(A) (sizeof(A) / sizeof((A)[0]))

/* The x64 sizes that the documentation and compiled Windows drivers rely on. */
FSH_LAYOUT(sizeof(LONG) == 4 && sizeof(ULONG_PTR) == 8 && sizeof(WCHAR) == 2, "LLP64 types");
FSH_LAYOUT(sizeof(UNICODE_STRING) == 16, "UNICODE_STRING");
FSH_LAYOUT(sizeof(OBJECT_ATTRIBUTES) == 48, "OBJECT_ATTRIBUTES");
FSH_LAYOUT(sizeof(GUID) == 16 && sizeof(SLIST_HEADER) == 16, "GUID, SLIST_HEADER");
FSH_LAYOUT(sizeof(EXCEPTION_RECORD) == 152, "EXCEPTION_RECORD");

#ifdef __cplusplus
}
#endif
#pragma pack(pop)
#endif /* _FSH_TYPES_H */
