# 0 "/work/wt-tool/sehtest.build/prep/work/wt-tool/kunit/guest/filters/sehtest/sehtest.c"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "/work/wt-tool/sehtest.build/prep/work/wt-tool/kunit/guest/filters/sehtest/sehtest.c"
# 1 "kunit/guest/filters/sehtest/sehtest.c"







# 1 "/work/wt-tool/fltshim/include/fltkernel.h" 1





# 1 "/work/wt-tool/fltshim/include/fsh/wdk.h" 1
# 10 "/work/wt-tool/fltshim/include/fsh/wdk.h"
# 1 "/work/wt-tool/fltshim/include/fsh/compiler.h" 1
# 11 "/work/wt-tool/fltshim/include/fsh/compiler.h"
typedef short unsigned int wchar_t;

typedef __typeof__(sizeof(0)) size_t;
typedef long int ptrdiff_t;
typedef long int intptr_t;
typedef long unsigned int uintptr_t;
typedef unsigned short wint_t;
typedef unsigned short wctype_t;
typedef int errno_t;
typedef size_t rsize_t;
# 191 "/work/wt-tool/fltshim/include/fsh/compiler.h"
static __inline__ __attribute__((__always_inline__, __unused__)) unsigned int _rotl(unsigned int Value, int Shift)
{
    return (Value << (Shift & 31)) | (Value >> (-Shift & 31));
}

static __inline__ __attribute__((__always_inline__, __unused__)) unsigned int _rotr(unsigned int Value, int Shift)
{
    return (Value >> (Shift & 31)) | (Value << (-Shift & 31));
}

static __inline__ __attribute__((__always_inline__, __unused__)) unsigned long long _rotl64(unsigned long long Value, int Shift)
{
    return (Value << (Shift & 63)) | (Value >> (-Shift & 63));
}

static __inline__ __attribute__((__always_inline__, __unused__)) unsigned long long _rotr64(unsigned long long Value, int Shift)
{
    return (Value >> (Shift & 63)) | (Value << (-Shift & 63));
}

static __inline__ __attribute__((__always_inline__, __unused__)) unsigned char _BitScanForward(unsigned int *Index, unsigned int Mask)
{
    if (!Mask)
        return 0;
    *Index = (unsigned int)__builtin_ctz(Mask);
    return 1;
}

static __inline__ __attribute__((__always_inline__, __unused__)) unsigned char _BitScanReverse(unsigned int *Index, unsigned int Mask)
{
    if (!Mask)
        return 0;
    *Index = 31 - (unsigned int)__builtin_clz(Mask);
    return 1;
}

static __inline__ __attribute__((__always_inline__, __unused__)) unsigned char _BitScanForward64(unsigned int *Index, unsigned long long Mask)
{
    if (!Mask)
        return 0;
    *Index = (unsigned int)__builtin_ctzll(Mask);
    return 1;
}

static __inline__ __attribute__((__always_inline__, __unused__)) unsigned char _BitScanReverse64(unsigned int *Index, unsigned long long Mask)
{
    if (!Mask)
        return 0;
    *Index = 63 - (unsigned int)__builtin_clzll(Mask);
    return 1;
}

static __inline__ __attribute__((__always_inline__, __unused__)) void __stosb(unsigned char *Destination, unsigned char Value, size_t Count)
{
    __asm__ __volatile__("rep stosb" : "+D"(Destination), "+c"(Count) : "a"(Value) : "memory");
}

static __inline__ __attribute__((__always_inline__, __unused__)) void __movsb(unsigned char *Destination, const unsigned char *Source, size_t Count)
{
    __asm__ __volatile__("rep movsb" : "+D"(Destination), "+S"(Source), "+c"(Count) : :
                         "memory");
}

static __inline__ __attribute__((__always_inline__, __unused__)) void __cpuid(int CpuInfo[4], int FunctionId)
{
    __asm__ __volatile__("cpuid" : "=a"(CpuInfo[0]), "=b"(CpuInfo[1]), "=c"(CpuInfo[2]),
                         "=d"(CpuInfo[3]) : "a"(FunctionId), "c"(0));
}

static __inline__ __attribute__((__always_inline__, __unused__)) void __cpuidex(int CpuInfo[4], int FunctionId, int SubfunctionId)
{
    __asm__ __volatile__("cpuid" : "=a"(CpuInfo[0]), "=b"(CpuInfo[1]), "=c"(CpuInfo[2]),
                         "=d"(CpuInfo[3]) : "a"(FunctionId), "c"(SubfunctionId));
}
# 11 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/../sal.h" 1
# 12 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/types.h" 1
# 11 "/work/wt-tool/fltshim/include/fsh/types.h"
#pragma pack(push)
#pragma pack()
# 40 "/work/wt-tool/fltshim/include/fsh/types.h"
typedef char CHAR, *PCHAR, *PCH, *PSTR, *LPSTR;
typedef const char *PCSTR, *PCCH, *LPCSTR;
typedef char CCHAR;
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




typedef void *PVOID;
typedef void *PVOID64;
typedef const void *PCVOID;
typedef void *LPVOID;
typedef PVOID HANDLE, *PHANDLE;





typedef short unsigned int WCHAR;

typedef WCHAR *PWCHAR, *LPWCH, *PWCH, *PWSTR, *LPWSTR, *NWPSTR;
typedef const WCHAR *PCWCHAR, *PCWCH, *PCWSTR, *LPCWSTR, *LPCWCH;
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
# 158 "/work/wt-tool/fltshim/include/fsh/types.h"
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


typedef struct __attribute__((__aligned__(16))) _SLIST_ENTRY {
    struct _SLIST_ENTRY *Next;
} SLIST_ENTRY, *PSLIST_ENTRY;

typedef union __attribute__((__aligned__(16))) _SLIST_HEADER {
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
} SLIST_HEADER, *PSLIST_HEADER;



typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID;

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
# 282 "/work/wt-tool/fltshim/include/fsh/types.h"
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
# 315 "/work/wt-tool/fltshim/include/fsh/types.h"
_Static_assert(sizeof(LONG) == 4 && sizeof(ULONG_PTR) == 8 && sizeof(WCHAR) == 2, "LLP64 types");
_Static_assert(sizeof(UNICODE_STRING) == 16, "UNICODE_STRING");
_Static_assert(sizeof(OBJECT_ATTRIBUTES) == 48, "OBJECT_ATTRIBUTES");
_Static_assert(sizeof(GUID) == 16 && sizeof(SLIST_HEADER) == 16, "GUID, SLIST_HEADER");
_Static_assert(sizeof(EXCEPTION_RECORD) == 152, "EXCEPTION_RECORD");




#pragma pack(pop)
# 13 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/status.h" 1
# 14 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/ke.h" 1
# 12 "/work/wt-tool/fltshim/include/fsh/ke.h"
#pragma pack(push)
#pragma pack()
# 28 "/work/wt-tool/fltshim/include/fsh/ke.h"
typedef enum _MODE {
    FshNegativeMode = -1,
    KernelMode,
    UserMode,
    MaximumMode
} MODE;

typedef enum _EVENT_TYPE {
    FshNegativeEventType = -1,
    NotificationEvent = 0,
    SynchronizationEvent
} EVENT_TYPE;

typedef enum _TIMER_TYPE {
    FshNegativeTimerType = -1,
    NotificationTimer = 0,
    SynchronizationTimer
} TIMER_TYPE;

typedef enum _WAIT_TYPE {
    FshNegativeWaitType = -1,
    WaitAll = 0,
    WaitAny
} WAIT_TYPE;

typedef enum _KWAIT_REASON {
    FshNegativeKwaitReason = -1,
    Executive = 0,
    FreePage,
    PageIn,
    PoolAllocation,
    DelayExecution,
    Suspended,
    UserRequest,
    WrExecutive,
    WrFreePage,
    WrPageIn,
    WrPoolAllocation,
    WrDelayExecution,
    WrSuspended,
    WrUserRequest,
    WrEventPair,
    WrQueue,
    WrLpcReceive,
    WrLpcReply,
    WrVirtualMemory,
    WrPageOut,
    WrRendezvous,
    WrKeyedEvent,
    WrTerminated,
    WrProcessInSwap,
    WrCpuRateControl,
    WrCalloutStack,
    WrKernel,
    WrResource,
    WrPushLock,
    WrMutex,
    WrQuantumEnd,
    WrDispatchInt,
    WrPreempted,
    WrYieldExecution,
    WrFastMutex,
    WrGuardedMutex,
    WrRundown,
    WrAlertByThreadId,
    WrDeferredPreempt,
    MaximumWaitReason
} KWAIT_REASON;




typedef enum _POOL_TYPE {
    FshNegativePoolType = -1,
    NonPagedPool = 0,
    NonPagedPoolExecute = NonPagedPool,
    PagedPool = 1,
    NonPagedPoolMustSucceed = 2,
    DontUseThisType = 3,
    NonPagedPoolCacheAligned = 4,
    PagedPoolCacheAligned = 5,
    NonPagedPoolCacheAlignedMustS = 6,
    MaxPoolType = 7,
    NonPagedPoolSession = 32,
    PagedPoolSession = 33,
    NonPagedPoolNx = 512,
    NonPagedPoolNxCacheAligned = 516,
    NonPagedPoolSessionNx = 544
} POOL_TYPE;

typedef enum _EX_POOL_PRIORITY {
    FshNegativeExPoolPriority = -1,
    LowPoolPriority = 0,
    LowPoolPrioritySpecialPoolOverrun = 8,
    LowPoolPrioritySpecialPoolUnderrun = 9,
    NormalPoolPriority = 16,
    NormalPoolPrioritySpecialPoolOverrun = 24,
    NormalPoolPrioritySpecialPoolUnderrun = 25,
    HighPoolPriority = 32,
    HighPoolPrioritySpecialPoolOverrun = 40,
    HighPoolPrioritySpecialPoolUnderrun = 41
} EX_POOL_PRIORITY;







typedef ULONG64 POOL_FLAGS;
# 157 "/work/wt-tool/fltshim/include/fsh/ke.h"
typedef enum _WORK_QUEUE_TYPE {
    FshNegativeWorkQueueType = -1,
    CriticalWorkQueue = 0,
    DelayedWorkQueue,
    HyperCriticalWorkQueue,
    NormalWorkQueue,
    BackgroundWorkQueue,
    RealTimeWorkQueue,
    SuperCriticalWorkQueue,
    MaximumWorkQueue,
    CustomPriorityWorkQueue = 32
} WORK_QUEUE_TYPE;

typedef enum _LOCK_OPERATION {
    FshNegativeLockOperation = -1,
    IoReadAccess = 0,
    IoWriteAccess,
    IoModifyAccess
} LOCK_OPERATION;

typedef enum _MEMORY_CACHING_TYPE {
    FshNegativeMemoryCachingType = -1,
    MmNonCached = 0,
    MmCached = 1,
    MmWriteCombined = 2,
    MmHardwareCoherentCached,
    MmNonCachedUnordered,
    MmUSWCCached,
    MmMaximumCacheType,
    MmNotMapped = -1
} MEMORY_CACHING_TYPE;

typedef enum _MM_PAGE_PRIORITY {
    FshNegativeMmPagePriority = -1,
    LowPagePriority = 0,
    NormalPagePriority = 16,
    HighPagePriority = 32
} MM_PAGE_PRIORITY;
# 205 "/work/wt-tool/fltshim/include/fsh/ke.h"
typedef struct _DISPATCHER_HEADER {
    union {
        struct {
            UCHAR Type;
            UCHAR Signalling;
            UCHAR Size;
            UCHAR Reserved1;
        };
        LONG Lock;
    };
    LONG SignalState;
    LIST_ENTRY WaitListHead;
} DISPATCHER_HEADER, *PDISPATCHER_HEADER;

typedef struct _KEVENT {
    DISPATCHER_HEADER Header;
} KEVENT, *PKEVENT, *PRKEVENT;

typedef struct _KSEMAPHORE {
    DISPATCHER_HEADER Header;
    LONG Limit;
} KSEMAPHORE, *PKSEMAPHORE, *PRKSEMAPHORE;

typedef struct _KMUTANT {
    DISPATCHER_HEADER Header;
    LIST_ENTRY MutantListEntry;
    struct _KTHREAD *OwnerThread;
    BOOLEAN Abandoned;
    UCHAR ApcDisable;
} KMUTANT, *PKMUTANT, *PRKMUTANT, KMUTEX, *PKMUTEX, *PRKMUTEX;

typedef struct _KTIMER {
    DISPATCHER_HEADER Header;
    ULARGE_INTEGER DueTime;
    LIST_ENTRY TimerListEntry;
    struct _KDPC *Dpc;
    ULONG Processor;
    LONG Period;
} KTIMER, *PKTIMER, *PRKTIMER;

typedef struct _KWAIT_BLOCK {
    LIST_ENTRY WaitListEntry;
    UCHAR WaitType;
    UCHAR BlockState;
    USHORT WaitKey;
    LONG SpareLong;
    struct _KTHREAD *Thread;
    PVOID Object;
    PVOID SparePtr;
} KWAIT_BLOCK, *PKWAIT_BLOCK, *PRKWAIT_BLOCK;

typedef void KDEFERRED_ROUTINE(struct _KDPC *Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                               PVOID SystemArgument2);
typedef KDEFERRED_ROUTINE *PKDEFERRED_ROUTINE;

typedef struct _KDPC {
    union {
        ULONG TargetInfoAsUlong;
        struct {
            UCHAR Type;
            UCHAR Importance;
            volatile USHORT Number;
        };
    };
    SINGLE_LIST_ENTRY DpcListEntry;
    KAFFINITY ProcessorHistory;
    PKDEFERRED_ROUTINE DeferredRoutine;
    PVOID DeferredContext;
    PVOID SystemArgument1;
    PVOID SystemArgument2;
    PVOID DpcData;
} KDPC, *PKDPC, *PRKDPC;

typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK;

typedef struct _KLOCK_QUEUE_HANDLE {
    struct {
        struct _KSPIN_LOCK_QUEUE *volatile Next;
        PKSPIN_LOCK volatile Lock;
    } LockQueue;
    KIRQL OldIrql;
} KLOCK_QUEUE_HANDLE, *PKLOCK_QUEUE_HANDLE;

typedef struct _KDEVICE_QUEUE {
    CSHORT Type;
    CSHORT Size;
    LIST_ENTRY DeviceListHead;
    KSPIN_LOCK Lock;
    BOOLEAN Busy;
} KDEVICE_QUEUE, *PKDEVICE_QUEUE, *PRKDEVICE_QUEUE;

typedef struct _KDEVICE_QUEUE_ENTRY {
    LIST_ENTRY DeviceListEntry;
    ULONG SortKey;
    BOOLEAN Inserted;
} KDEVICE_QUEUE_ENTRY, *PKDEVICE_QUEUE_ENTRY, *PRKDEVICE_QUEUE_ENTRY;





typedef struct _FAST_MUTEX {
    ULONG_PTR FshOpaque[32];
} FAST_MUTEX, *PFAST_MUTEX, KGUARDED_MUTEX, *PKGUARDED_MUTEX;

typedef struct _ERESOURCE {
    ULONG_PTR FshOpaque[40];
} ERESOURCE, *PERESOURCE;

typedef struct _EX_PUSH_LOCK {
    ULONG_PTR FshOpaque[32];
} EX_PUSH_LOCK, *PEX_PUSH_LOCK;

typedef struct _EX_RUNDOWN_REF {
    union {
        volatile ULONG_PTR Count;
        PVOID Ptr;
    };
} EX_RUNDOWN_REF, *PEX_RUNDOWN_REF;

struct _LOOKASIDE_LIST_EX;
typedef PVOID ALLOCATE_FUNCTION(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
typedef ALLOCATE_FUNCTION *PALLOCATE_FUNCTION;
typedef void FREE_FUNCTION(PVOID Buffer);
typedef FREE_FUNCTION *PFREE_FUNCTION;
typedef PVOID ALLOCATE_FUNCTION_EX(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                   struct _LOOKASIDE_LIST_EX *Lookaside);
typedef ALLOCATE_FUNCTION_EX *PALLOCATE_FUNCTION_EX;
typedef void FREE_FUNCTION_EX(PVOID Buffer, struct _LOOKASIDE_LIST_EX *Lookaside);
typedef FREE_FUNCTION_EX *PFREE_FUNCTION_EX;

typedef struct _GENERAL_LOOKASIDE {
    SLIST_HEADER ListHead;
    USHORT Depth;
    USHORT MaximumDepth;
    ULONG TotalAllocates;
    ULONG AllocateMisses;
    ULONG TotalFrees;
    ULONG FreeMisses;
    POOL_TYPE Type;
    ULONG Tag;
    ULONG Size;
    union {
        PALLOCATE_FUNCTION Allocate;
        PALLOCATE_FUNCTION_EX AllocateEx;
    };
    union {
        PFREE_FUNCTION Free;
        PFREE_FUNCTION_EX FreeEx;
    };
    LIST_ENTRY ListEntry;
    ULONG LastTotalAllocates;
    ULONG LastAllocateMisses;
    PVOID FshState;
} __attribute__((__aligned__(64))) GENERAL_LOOKASIDE, *PGENERAL_LOOKASIDE;

typedef struct _NPAGED_LOOKASIDE_LIST {
    GENERAL_LOOKASIDE L;
} NPAGED_LOOKASIDE_LIST, *PNPAGED_LOOKASIDE_LIST;

typedef struct _PAGED_LOOKASIDE_LIST {
    GENERAL_LOOKASIDE L;
} PAGED_LOOKASIDE_LIST, *PPAGED_LOOKASIDE_LIST;

typedef struct _LOOKASIDE_LIST_EX {
    GENERAL_LOOKASIDE L;
} LOOKASIDE_LIST_EX, *PLOOKASIDE_LIST_EX;




typedef void WORKER_THREAD_ROUTINE(PVOID Parameter);
typedef WORKER_THREAD_ROUTINE *PWORKER_THREAD_ROUTINE;

typedef struct _WORK_QUEUE_ITEM {
    LIST_ENTRY List;
    PWORKER_THREAD_ROUTINE WorkerRoutine;
    PVOID Parameter;
    ULONG_PTR FshOpaque[12];
} WORK_QUEUE_ITEM, *PWORK_QUEUE_ITEM;

typedef void KSTART_ROUTINE(PVOID StartContext);
typedef KSTART_ROUTINE *PKSTART_ROUTINE;

typedef struct _KAPC_STATE {
    LIST_ENTRY ApcListHead[MaximumMode];
    struct _KPROCESS *Process;
    BOOLEAN KernelApcInProgress;
    BOOLEAN KernelApcPending;
    BOOLEAN UserApcPending;
} KAPC_STATE, *PKAPC_STATE, *PRKAPC_STATE;

typedef struct _KFLOATING_SAVE {
    ULONG Dummy;
} KFLOATING_SAVE, *PKFLOATING_SAVE;

typedef struct _XSTATE_SAVE {
    ULONG_PTR FshOpaque[4];
} XSTATE_SAVE, *PXSTATE_SAVE;

typedef struct _CLIENT_ID {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
} CLIENT_ID, *PCLIENT_ID;

typedef struct _TIME_FIELDS {
    CSHORT Year;
    CSHORT Month;
    CSHORT Day;
    CSHORT Hour;
    CSHORT Minute;
    CSHORT Second;
    CSHORT Milliseconds;
    CSHORT Weekday;
} TIME_FIELDS, *PTIME_FIELDS;


typedef struct _KPROCESS *PEPROCESS, *PKPROCESS, *PRKPROCESS;
typedef struct _KTHREAD *PETHREAD, *PKTHREAD, *PRKTHREAD;
typedef struct _KTRANSACTION KTRANSACTION, *PKTRANSACTION, *PRKTRANSACTION;
typedef struct _OBJECT_TYPE OBJECT_TYPE, *POBJECT_TYPE;
typedef struct _OBJECT_HANDLE_INFORMATION {
    ULONG HandleAttributes;
    ACCESS_MASK GrantedAccess;
} OBJECT_HANDLE_INFORMATION, *POBJECT_HANDLE_INFORMATION;

typedef struct _OBJECT_NAME_INFORMATION {
    UNICODE_STRING Name;
} OBJECT_NAME_INFORMATION, *POBJECT_NAME_INFORMATION;


typedef enum _SECURITY_IMPERSONATION_LEVEL {
    FshNegativeSecurityImpersonationLevel = -1,
    SecurityAnonymous = 0,
    SecurityIdentification,
    SecurityImpersonation,
    SecurityDelegation
} SECURITY_IMPERSONATION_LEVEL, *PSECURITY_IMPERSONATION_LEVEL;

typedef BOOLEAN SECURITY_CONTEXT_TRACKING_MODE;

typedef struct _SECURITY_QUALITY_OF_SERVICE {
    ULONG Length;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    SECURITY_CONTEXT_TRACKING_MODE ContextTrackingMode;
    BOOLEAN EffectiveOnly;
} SECURITY_QUALITY_OF_SERVICE, *PSECURITY_QUALITY_OF_SERVICE;

typedef struct _SECURITY_SUBJECT_CONTEXT {
    PACCESS_TOKEN ClientToken;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    PACCESS_TOKEN PrimaryToken;
    PVOID ProcessAuditId;
} SECURITY_SUBJECT_CONTEXT, *PSECURITY_SUBJECT_CONTEXT;

typedef struct __attribute__((__packed__, __aligned__(4))) _LUID_AND_ATTRIBUTES {
    LUID Luid;
    ULONG Attributes;
} LUID_AND_ATTRIBUTES, *PLUID_AND_ATTRIBUTES;

typedef struct _PRIVILEGE_SET {
    ULONG PrivilegeCount;
    ULONG Control;
    LUID_AND_ATTRIBUTES Privilege[1];
} PRIVILEGE_SET, *PPRIVILEGE_SET;


typedef struct _INITIAL_PRIVILEGE_SET {
    ULONG PrivilegeCount;
    ULONG Control;
    LUID_AND_ATTRIBUTES Privilege[3];
} INITIAL_PRIVILEGE_SET, *PINITIAL_PRIVILEGE_SET;

typedef struct _ACCESS_STATE {
    LUID OperationID;
    BOOLEAN SecurityEvaluated;
    BOOLEAN GenerateAudit;
    BOOLEAN GenerateOnClose;
    BOOLEAN PrivilegesAllocated;
    ULONG Flags;
    ACCESS_MASK RemainingDesiredAccess;
    ACCESS_MASK PreviouslyGrantedAccess;
    ACCESS_MASK OriginalDesiredAccess;
    SECURITY_SUBJECT_CONTEXT SubjectSecurityContext;
    PSECURITY_DESCRIPTOR SecurityDescriptor;
    PVOID AuxData;
    union {
        INITIAL_PRIVILEGE_SET InitialPrivilegeSet;
        PRIVILEGE_SET PrivilegeSet;
    } Privileges;
    BOOLEAN AuditPrivileges;
    UNICODE_STRING ObjectName;
    UNICODE_STRING ObjectTypeName;
} ACCESS_STATE, *PACCESS_STATE;

typedef struct _IO_SECURITY_CONTEXT {
    PSECURITY_QUALITY_OF_SERVICE SecurityQos;
    PACCESS_STATE AccessState;
    ACCESS_MASK DesiredAccess;
    ULONG FullCreateOptions;
} IO_SECURITY_CONTEXT, *PIO_SECURITY_CONTEXT;

typedef struct _ACL {
    UCHAR AclRevision;
    UCHAR Sbz1;
    USHORT AclSize;
    USHORT AceCount;
    USHORT Sbz2;
} ACL, *PACL;



typedef struct _ACE_HEADER {
    UCHAR AceType;
    UCHAR AceFlags;
    USHORT AceSize;
} ACE_HEADER, *PACE_HEADER;

typedef struct _ACCESS_ALLOWED_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    ULONG SidStart;
} ACCESS_ALLOWED_ACE, *PACCESS_ALLOWED_ACE;

typedef struct _SECURITY_DESCRIPTOR {
    UCHAR Revision;
    UCHAR Sbz1;
    SECURITY_DESCRIPTOR_CONTROL Control;
    PSID Owner;
    PSID Group;
    PACL Sacl;
    PACL Dacl;
} SECURITY_DESCRIPTOR, *PISECURITY_DESCRIPTOR;

typedef struct _SECURITY_DESCRIPTOR_RELATIVE {
    UCHAR Revision;
    UCHAR Sbz1;
    SECURITY_DESCRIPTOR_CONTROL Control;
    ULONG Owner;
    ULONG Group;
    ULONG Sacl;
    ULONG Dacl;
} SECURITY_DESCRIPTOR_RELATIVE, *PISECURITY_DESCRIPTOR_RELATIVE;
# 562 "/work/wt-tool/fltshim/include/fsh/ke.h"
_Static_assert(sizeof(KEVENT) == 24, "KEVENT");
_Static_assert(sizeof(KSEMAPHORE) == 32 && sizeof(KMUTANT) == 56, "KSEMAPHORE, KMUTANT");
_Static_assert(sizeof(KTIMER) == 64 && sizeof(KDPC) == 64, "KTIMER, KDPC");
_Static_assert(sizeof(KDEVICE_QUEUE) == 40, "KDEVICE_QUEUE");
_Static_assert(sizeof(NPAGED_LOOKASIDE_LIST) == 128, "NPAGED_LOOKASIDE_LIST");
_Static_assert(sizeof(ACCESS_STATE) == 160, "ACCESS_STATE");
_Static_assert(sizeof(IO_SECURITY_CONTEXT) == 24, "IO_SECURITY_CONTEXT");
_Static_assert(sizeof(SECURITY_DESCRIPTOR) == 40, "SECURITY_DESCRIPTOR");




#pragma pack(pop)
# 15 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/file.h" 1
# 12 "/work/wt-tool/fltshim/include/fsh/file.h"
#pragma pack(push)
#pragma pack()
# 377 "/work/wt-tool/fltshim/include/fsh/file.h"
typedef struct _REPARSE_DATA_BUFFER {
    ULONG ReparseTag;
    USHORT ReparseDataLength;
    USHORT Reserved;
    union {
        struct {
            USHORT SubstituteNameOffset;
            USHORT SubstituteNameLength;
            USHORT PrintNameOffset;
            USHORT PrintNameLength;
            ULONG Flags;
            WCHAR PathBuffer[1];
        } SymbolicLinkReparseBuffer;
        struct {
            USHORT SubstituteNameOffset;
            USHORT SubstituteNameLength;
            USHORT PrintNameOffset;
            USHORT PrintNameLength;
            WCHAR PathBuffer[1];
        } MountPointReparseBuffer;
        struct {
            UCHAR DataBuffer[1];
        } GenericReparseBuffer;
    };
} REPARSE_DATA_BUFFER, *PREPARSE_DATA_BUFFER;



typedef struct _REPARSE_GUID_DATA_BUFFER {
    ULONG ReparseTag;
    USHORT ReparseDataLength;
    USHORT Reserved;
    GUID ReparseGuid;
    struct {
        UCHAR DataBuffer[1];
    } GenericReparseBuffer;
} REPARSE_GUID_DATA_BUFFER, *PREPARSE_GUID_DATA_BUFFER;



typedef enum _FILE_INFORMATION_CLASS {
    FshNegativeFileInformationClass = -1,
    FileDirectoryInformation = 1,
    FileFullDirectoryInformation,
    FileBothDirectoryInformation,
    FileBasicInformation,
    FileStandardInformation,
    FileInternalInformation,
    FileEaInformation,
    FileAccessInformation,
    FileNameInformation,
    FileRenameInformation,
    FileLinkInformation,
    FileNamesInformation,
    FileDispositionInformation,
    FilePositionInformation,
    FileFullEaInformation,
    FileModeInformation,
    FileAlignmentInformation,
    FileAllInformation,
    FileAllocationInformation,
    FileEndOfFileInformation,
    FileAlternateNameInformation,
    FileStreamInformation,
    FilePipeInformation,
    FilePipeLocalInformation,
    FilePipeRemoteInformation,
    FileMailslotQueryInformation,
    FileMailslotSetInformation,
    FileCompressionInformation,
    FileObjectIdInformation,
    FileCompletionInformation,
    FileMoveClusterInformation,
    FileQuotaInformation,
    FileReparsePointInformation,
    FileNetworkOpenInformation,
    FileAttributeTagInformation,
    FileTrackingInformation,
    FileIdBothDirectoryInformation,
    FileIdFullDirectoryInformation,
    FileValidDataLengthInformation,
    FileShortNameInformation,
    FileIoCompletionNotificationInformation,
    FileIoStatusBlockRangeInformation,
    FileIoPriorityHintInformation,
    FileSfioReserveInformation,
    FileSfioVolumeInformation,
    FileHardLinkInformation,
    FileProcessIdsUsingFileInformation,
    FileNormalizedNameInformation,
    FileNetworkPhysicalNameInformation,
    FileIdGlobalTxDirectoryInformation,
    FileIsRemoteDeviceInformation,
    FileUnusedInformation,
    FileNumaNodeInformation,
    FileStandardLinkInformation,
    FileRemoteProtocolInformation,
    FileRenameInformationBypassAccessCheck,
    FileLinkInformationBypassAccessCheck,
    FileVolumeNameInformation,
    FileIdInformation,
    FileIdExtdDirectoryInformation,
    FileReplaceCompletionInformation,
    FileHardLinkFullIdInformation,
    FileIdExtdBothDirectoryInformation,
    FileDispositionInformationEx,
    FileRenameInformationEx,
    FileRenameInformationExBypassAccessCheck,
    FileDesiredStorageClassInformation,
    FileStatInformation,
    FileMemoryPartitionInformation,
    FileStatLxInformation,
    FileCaseSensitiveInformation,
    FileLinkInformationEx,
    FileLinkInformationExBypassAccessCheck,
    FileStorageReserveIdInformation,
    FileCaseSensitiveInformationForceAccessCheck,
    FileKnownFolderInformation,
    FileStatBasicInformation,
    FileId64ExtdDirectoryInformation,
    FileId64ExtdBothDirectoryInformation,
    FileIdAllExtdDirectoryInformation,
    FileIdAllExtdBothDirectoryInformation,
    FileStreamReservationInformation,
    FileMupProviderInfo,
    FileMaximumInformation
} FILE_INFORMATION_CLASS, *PFILE_INFORMATION_CLASS;

typedef enum _FSINFOCLASS {
    FshNegativeFsInformationClass = -1,
    FileFsVolumeInformation = 1,
    FileFsLabelInformation,
    FileFsSizeInformation,
    FileFsDeviceInformation,
    FileFsAttributeInformation,
    FileFsControlInformation,
    FileFsFullSizeInformation,
    FileFsObjectIdInformation,
    FileFsDriverPathInformation,
    FileFsVolumeFlagsInformation,
    FileFsSectorSizeInformation,
    FileFsDataCopyInformation,
    FileFsMetadataSizeInformation,
    FileFsFullSizeInformationEx,
    FileFsGuidInformation,
    FileFsMaximumInformation
} FS_INFORMATION_CLASS, *PFS_INFORMATION_CLASS;

typedef enum _DIRECTORY_NOTIFY_INFORMATION_CLASS {
    FshNegativeDirectoryNotifyInformationClass = -1,
    DirectoryNotifyInformation = 1,
    DirectoryNotifyExtendedInformation,
    DirectoryNotifyFullInformation,
    DirectoryNotifyMaximumInformation
} DIRECTORY_NOTIFY_INFORMATION_CLASS, *PDIRECTORY_NOTIFY_INFORMATION_CLASS;

typedef struct _FILE_ID_128 {
    UCHAR Identifier[16];
} FILE_ID_128, *PFILE_ID_128;

typedef struct _FILE_BASIC_INFORMATION {
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    ULONG FileAttributes;
} FILE_BASIC_INFORMATION, *PFILE_BASIC_INFORMATION;

typedef struct _FILE_STANDARD_INFORMATION {
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG NumberOfLinks;
    BOOLEAN DeletePending;
    BOOLEAN Directory;
} FILE_STANDARD_INFORMATION, *PFILE_STANDARD_INFORMATION;

typedef struct _FILE_STANDARD_INFORMATION_EX {
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG NumberOfLinks;
    BOOLEAN DeletePending;
    BOOLEAN Directory;
    BOOLEAN AlternateStream;
    BOOLEAN MetadataAttribute;
} FILE_STANDARD_INFORMATION_EX, *PFILE_STANDARD_INFORMATION_EX;

typedef struct _FILE_STANDARD_LINK_INFORMATION {
    ULONG NumberOfAccessibleLinks;
    ULONG TotalNumberOfLinks;
    BOOLEAN DeletePending;
    BOOLEAN Directory;
} FILE_STANDARD_LINK_INFORMATION, *PFILE_STANDARD_LINK_INFORMATION;

typedef struct _FILE_INTERNAL_INFORMATION {
    LARGE_INTEGER IndexNumber;
} FILE_INTERNAL_INFORMATION, *PFILE_INTERNAL_INFORMATION;

typedef struct _FILE_EA_INFORMATION {
    ULONG EaSize;
} FILE_EA_INFORMATION, *PFILE_EA_INFORMATION;

typedef struct _FILE_ACCESS_INFORMATION {
    ACCESS_MASK AccessFlags;
} FILE_ACCESS_INFORMATION, *PFILE_ACCESS_INFORMATION;

typedef struct _FILE_POSITION_INFORMATION {
    LARGE_INTEGER CurrentByteOffset;
} FILE_POSITION_INFORMATION, *PFILE_POSITION_INFORMATION;

typedef struct _FILE_MODE_INFORMATION {
    ULONG Mode;
} FILE_MODE_INFORMATION, *PFILE_MODE_INFORMATION;

typedef struct _FILE_ALIGNMENT_INFORMATION {
    ULONG AlignmentRequirement;
} FILE_ALIGNMENT_INFORMATION, *PFILE_ALIGNMENT_INFORMATION;

typedef struct _FILE_NAME_INFORMATION {
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_NAME_INFORMATION, *PFILE_NAME_INFORMATION;

typedef struct _FILE_ALL_INFORMATION {
    FILE_BASIC_INFORMATION BasicInformation;
    FILE_STANDARD_INFORMATION StandardInformation;
    FILE_INTERNAL_INFORMATION InternalInformation;
    FILE_EA_INFORMATION EaInformation;
    FILE_ACCESS_INFORMATION AccessInformation;
    FILE_POSITION_INFORMATION PositionInformation;
    FILE_MODE_INFORMATION ModeInformation;
    FILE_ALIGNMENT_INFORMATION AlignmentInformation;
    FILE_NAME_INFORMATION NameInformation;
} FILE_ALL_INFORMATION, *PFILE_ALL_INFORMATION;

typedef struct _FILE_NETWORK_OPEN_INFORMATION {
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG FileAttributes;
} FILE_NETWORK_OPEN_INFORMATION, *PFILE_NETWORK_OPEN_INFORMATION;

typedef struct _FILE_ATTRIBUTE_TAG_INFORMATION {
    ULONG FileAttributes;
    ULONG ReparseTag;
} FILE_ATTRIBUTE_TAG_INFORMATION, *PFILE_ATTRIBUTE_TAG_INFORMATION;

typedef struct _FILE_COMPRESSION_INFORMATION {
    LARGE_INTEGER CompressedFileSize;
    USHORT CompressionFormat;
    UCHAR CompressionUnitShift;
    UCHAR ChunkShift;
    UCHAR ClusterShift;
    UCHAR Reserved[3];
} FILE_COMPRESSION_INFORMATION, *PFILE_COMPRESSION_INFORMATION;

typedef struct _FILE_STREAM_INFORMATION {
    ULONG NextEntryOffset;
    ULONG StreamNameLength;
    LARGE_INTEGER StreamSize;
    LARGE_INTEGER StreamAllocationSize;
    WCHAR StreamName[1];
} FILE_STREAM_INFORMATION, *PFILE_STREAM_INFORMATION;

typedef struct _FILE_DISPOSITION_INFORMATION {
    BOOLEAN DeleteFile;
} FILE_DISPOSITION_INFORMATION, *PFILE_DISPOSITION_INFORMATION;
# 654 "/work/wt-tool/fltshim/include/fsh/file.h"
typedef struct _FILE_DISPOSITION_INFORMATION_EX {
    ULONG Flags;
} FILE_DISPOSITION_INFORMATION_EX, *PFILE_DISPOSITION_INFORMATION_EX;

typedef struct _FILE_END_OF_FILE_INFORMATION {
    LARGE_INTEGER EndOfFile;
} FILE_END_OF_FILE_INFORMATION, *PFILE_END_OF_FILE_INFORMATION;

typedef struct _FILE_ALLOCATION_INFORMATION {
    LARGE_INTEGER AllocationSize;
} FILE_ALLOCATION_INFORMATION, *PFILE_ALLOCATION_INFORMATION;

typedef struct _FILE_VALID_DATA_LENGTH_INFORMATION {
    LARGE_INTEGER ValidDataLength;
} FILE_VALID_DATA_LENGTH_INFORMATION, *PFILE_VALID_DATA_LENGTH_INFORMATION;
# 678 "/work/wt-tool/fltshim/include/fsh/file.h"
typedef struct _FILE_RENAME_INFORMATION {
    union {
        BOOLEAN ReplaceIfExists;
        ULONG Flags;
    };
    HANDLE RootDirectory;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_RENAME_INFORMATION, *PFILE_RENAME_INFORMATION;
typedef FILE_RENAME_INFORMATION FILE_RENAME_INFORMATION_EX, *PFILE_RENAME_INFORMATION_EX;





typedef struct _FILE_LINK_INFORMATION {
    union {
        BOOLEAN ReplaceIfExists;
        ULONG Flags;
    };
    HANDLE RootDirectory;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_LINK_INFORMATION, *PFILE_LINK_INFORMATION;

typedef struct _FILE_LINK_ENTRY_INFORMATION {
    ULONG NextEntryOffset;
    LONGLONG ParentFileId;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_LINK_ENTRY_INFORMATION, *PFILE_LINK_ENTRY_INFORMATION;

typedef struct _FILE_LINKS_INFORMATION {
    ULONG BytesNeeded;
    ULONG EntriesReturned;
    FILE_LINK_ENTRY_INFORMATION Entry;
} FILE_LINKS_INFORMATION, *PFILE_LINKS_INFORMATION;

typedef struct _FILE_DIRECTORY_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_DIRECTORY_INFORMATION, *PFILE_DIRECTORY_INFORMATION;

typedef struct _FILE_FULL_DIR_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    WCHAR FileName[1];
} FILE_FULL_DIR_INFORMATION, *PFILE_FULL_DIR_INFORMATION;
typedef FILE_FULL_DIR_INFORMATION FILE_FULL_DIRECTORY_INFORMATION;

typedef struct _FILE_ID_FULL_DIR_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    LARGE_INTEGER FileId;
    WCHAR FileName[1];
} FILE_ID_FULL_DIR_INFORMATION, *PFILE_ID_FULL_DIR_INFORMATION;

typedef struct _FILE_BOTH_DIR_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    CCHAR ShortNameLength;
    WCHAR ShortName[12];
    WCHAR FileName[1];
} FILE_BOTH_DIR_INFORMATION, *PFILE_BOTH_DIR_INFORMATION;

typedef struct _FILE_ID_BOTH_DIR_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    CCHAR ShortNameLength;
    WCHAR ShortName[12];
    LARGE_INTEGER FileId;
    WCHAR FileName[1];
} FILE_ID_BOTH_DIR_INFORMATION, *PFILE_ID_BOTH_DIR_INFORMATION;

typedef struct _FILE_NAMES_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_NAMES_INFORMATION, *PFILE_NAMES_INFORMATION;

typedef struct _FILE_ID_EXTD_DIR_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    ULONG ReparsePointTag;
    FILE_ID_128 FileId;
    WCHAR FileName[1];
} FILE_ID_EXTD_DIR_INFORMATION, *PFILE_ID_EXTD_DIR_INFORMATION;

typedef struct _FILE_ID_EXTD_BOTH_DIR_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    ULONG ReparsePointTag;
    FILE_ID_128 FileId;
    CCHAR ShortNameLength;
    WCHAR ShortName[12];
    WCHAR FileName[1];
} FILE_ID_EXTD_BOTH_DIR_INFORMATION, *PFILE_ID_EXTD_BOTH_DIR_INFORMATION;

typedef struct _FILE_ID_INFORMATION {
    ULONGLONG VolumeSerialNumber;
    FILE_ID_128 FileId;
} FILE_ID_INFORMATION, *PFILE_ID_INFORMATION;

typedef struct _FILE_OBJECTID_INFORMATION {
    LONGLONG FileReference;
    UCHAR ObjectId[16];
    union {
        struct {
            UCHAR BirthVolumeId[16];
            UCHAR BirthObjectId[16];
            UCHAR DomainId[16];
        };
        UCHAR ExtendedInfo[48];
    };
} FILE_OBJECTID_INFORMATION, *PFILE_OBJECTID_INFORMATION;

typedef struct _FILE_OBJECTID_BUFFER {
    UCHAR ObjectId[16];
    union {
        struct {
            UCHAR BirthVolumeId[16];
            UCHAR BirthObjectId[16];
            UCHAR DomainId[16];
        };
        UCHAR ExtendedInfo[48];
    };
} FILE_OBJECTID_BUFFER, *PFILE_OBJECTID_BUFFER;

typedef struct _FILE_REPARSE_POINT_INFORMATION {
    LONGLONG FileReference;
    ULONG Tag;
} FILE_REPARSE_POINT_INFORMATION, *PFILE_REPARSE_POINT_INFORMATION;

typedef struct _FILE_STAT_INFORMATION {
    LARGE_INTEGER FileId;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG FileAttributes;
    ULONG ReparseTag;
    ULONG NumberOfLinks;
    ACCESS_MASK EffectiveAccess;
} FILE_STAT_INFORMATION, *PFILE_STAT_INFORMATION;







typedef struct _FILE_STAT_LX_INFORMATION {
    LARGE_INTEGER FileId;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG FileAttributes;
    ULONG ReparseTag;
    ULONG NumberOfLinks;
    ACCESS_MASK EffectiveAccess;
    ULONG LxFlags;
    ULONG LxUid;
    ULONG LxGid;
    ULONG LxMode;
    ULONG LxDeviceIdMajor;
    ULONG LxDeviceIdMinor;
} FILE_STAT_LX_INFORMATION, *PFILE_STAT_LX_INFORMATION;

typedef struct _FILE_STAT_BASIC_INFORMATION {
    LARGE_INTEGER FileId;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    ULONG FileAttributes;
    ULONG ReparseTag;
    ULONG NumberOfLinks;
    ULONG DeviceType;
    ULONG DeviceCharacteristics;
    ULONG Reserved;
    LARGE_INTEGER VolumeSerialNumber;
    FILE_ID_128 FileId128;
} FILE_STAT_BASIC_INFORMATION, *PFILE_STAT_BASIC_INFORMATION;


typedef struct _FILE_CASE_SENSITIVE_INFORMATION {
    ULONG Flags;
} FILE_CASE_SENSITIVE_INFORMATION, *PFILE_CASE_SENSITIVE_INFORMATION;

typedef struct _FILE_IS_REMOTE_DEVICE_INFORMATION {
    BOOLEAN IsRemote;
} FILE_IS_REMOTE_DEVICE_INFORMATION, *PFILE_IS_REMOTE_DEVICE_INFORMATION;

typedef struct _FILE_MOVE_CLUSTER_INFORMATION {
    ULONG ClusterCount;
    HANDLE RootDirectory;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_MOVE_CLUSTER_INFORMATION, *PFILE_MOVE_CLUSTER_INFORMATION;

typedef struct _FILE_COMPLETION_INFORMATION {
    HANDLE Port;
    PVOID Key;
} FILE_COMPLETION_INFORMATION, *PFILE_COMPLETION_INFORMATION;

typedef struct _FILE_FULL_EA_INFORMATION {
    ULONG NextEntryOffset;
    UCHAR Flags;
    UCHAR EaNameLength;
    USHORT EaValueLength;
    CHAR EaName[1];
} FILE_FULL_EA_INFORMATION, *PFILE_FULL_EA_INFORMATION;


typedef struct _FILE_GET_EA_INFORMATION {
    ULONG NextEntryOffset;
    UCHAR EaNameLength;
    CHAR EaName[1];
} FILE_GET_EA_INFORMATION, *PFILE_GET_EA_INFORMATION;

typedef struct _SID_IDENTIFIER_AUTHORITY {
    UCHAR Value[6];
} SID_IDENTIFIER_AUTHORITY, *PSID_IDENTIFIER_AUTHORITY;



typedef struct _SID {
    UCHAR Revision;
    UCHAR SubAuthorityCount;
    SID_IDENTIFIER_AUTHORITY IdentifierAuthority;
    ULONG SubAuthority[1];
} SID, *PISID;

typedef struct _FILE_GET_QUOTA_INFORMATION {
    ULONG NextEntryOffset;
    ULONG SidLength;
    SID Sid;
} FILE_GET_QUOTA_INFORMATION, *PFILE_GET_QUOTA_INFORMATION;

typedef struct _FILE_QUOTA_INFORMATION {
    ULONG NextEntryOffset;
    ULONG SidLength;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER QuotaUsed;
    LARGE_INTEGER QuotaThreshold;
    LARGE_INTEGER QuotaLimit;
    SID Sid;
} FILE_QUOTA_INFORMATION, *PFILE_QUOTA_INFORMATION;
# 1021 "/work/wt-tool/fltshim/include/fsh/file.h"
typedef struct _FILE_NOTIFY_INFORMATION {
    ULONG NextEntryOffset;
    ULONG Action;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_NOTIFY_INFORMATION, *PFILE_NOTIFY_INFORMATION;

typedef struct _FILE_FS_VOLUME_INFORMATION {
    LARGE_INTEGER VolumeCreationTime;
    ULONG VolumeSerialNumber;
    ULONG VolumeLabelLength;
    BOOLEAN SupportsObjects;
    WCHAR VolumeLabel[1];
} FILE_FS_VOLUME_INFORMATION, *PFILE_FS_VOLUME_INFORMATION;

typedef struct _FILE_FS_LABEL_INFORMATION {
    ULONG VolumeLabelLength;
    WCHAR VolumeLabel[1];
} FILE_FS_LABEL_INFORMATION, *PFILE_FS_LABEL_INFORMATION;

typedef struct _FILE_FS_SIZE_INFORMATION {
    LARGE_INTEGER TotalAllocationUnits;
    LARGE_INTEGER AvailableAllocationUnits;
    ULONG SectorsPerAllocationUnit;
    ULONG BytesPerSector;
} FILE_FS_SIZE_INFORMATION, *PFILE_FS_SIZE_INFORMATION;

typedef struct _FILE_FS_FULL_SIZE_INFORMATION {
    LARGE_INTEGER TotalAllocationUnits;
    LARGE_INTEGER CallerAvailableAllocationUnits;
    LARGE_INTEGER ActualAvailableAllocationUnits;
    ULONG SectorsPerAllocationUnit;
    ULONG BytesPerSector;
} FILE_FS_FULL_SIZE_INFORMATION, *PFILE_FS_FULL_SIZE_INFORMATION;

typedef struct _FILE_FS_DEVICE_INFORMATION {
    DEVICE_TYPE DeviceType;
    ULONG Characteristics;
} FILE_FS_DEVICE_INFORMATION, *PFILE_FS_DEVICE_INFORMATION;

typedef struct _FILE_FS_ATTRIBUTE_INFORMATION {
    ULONG FileSystemAttributes;
    LONG MaximumComponentNameLength;
    ULONG FileSystemNameLength;
    WCHAR FileSystemName[1];
} FILE_FS_ATTRIBUTE_INFORMATION, *PFILE_FS_ATTRIBUTE_INFORMATION;

typedef struct _FILE_FS_CONTROL_INFORMATION {
    LARGE_INTEGER FreeSpaceStartFiltering;
    LARGE_INTEGER FreeSpaceThreshold;
    LARGE_INTEGER FreeSpaceStopFiltering;
    LARGE_INTEGER DefaultQuotaThreshold;
    LARGE_INTEGER DefaultQuotaLimit;
    ULONG FileSystemControlFlags;
} FILE_FS_CONTROL_INFORMATION, *PFILE_FS_CONTROL_INFORMATION;

typedef struct _FILE_FS_OBJECTID_INFORMATION {
    UCHAR ObjectId[16];
    UCHAR ExtendedInfo[48];
} FILE_FS_OBJECTID_INFORMATION, *PFILE_FS_OBJECTID_INFORMATION;

typedef struct _FILE_FS_DRIVER_PATH_INFORMATION {
    BOOLEAN DriverInPath;
    ULONG DriverNameLength;
    WCHAR DriverName[1];
} FILE_FS_DRIVER_PATH_INFORMATION, *PFILE_FS_DRIVER_PATH_INFORMATION;

typedef struct _FILE_FS_SECTOR_SIZE_INFORMATION {
    ULONG LogicalBytesPerSector;
    ULONG PhysicalBytesPerSectorForAtomicity;
    ULONG PhysicalBytesPerSectorForPerformance;
    ULONG FileSystemEffectivePhysicalBytesPerSectorForAtomicity;
    ULONG Flags;
    ULONG ByteOffsetForSectorAlignment;
    ULONG ByteOffsetForPartitionAlignment;
} FILE_FS_SECTOR_SIZE_INFORMATION, *PFILE_FS_SECTOR_SIZE_INFORMATION;

typedef struct _FILE_ZERO_DATA_INFORMATION {
    LARGE_INTEGER FileOffset;
    LARGE_INTEGER BeyondFinalZero;
} FILE_ZERO_DATA_INFORMATION, *PFILE_ZERO_DATA_INFORMATION;

typedef struct _FILE_ALLOCATED_RANGE_BUFFER {
    LARGE_INTEGER FileOffset;
    LARGE_INTEGER Length;
} FILE_ALLOCATED_RANGE_BUFFER, *PFILE_ALLOCATED_RANGE_BUFFER;

typedef struct _USN_RECORD_V2 {
    ULONG RecordLength;
    USHORT MajorVersion;
    USHORT MinorVersion;
    ULONGLONG FileReferenceNumber;
    ULONGLONG ParentFileReferenceNumber;
    USN Usn;
    LARGE_INTEGER TimeStamp;
    ULONG Reason;
    ULONG SourceInfo;
    ULONG SecurityId;
    ULONG FileAttributes;
    USHORT FileNameLength;
    USHORT FileNameOffset;
    WCHAR FileName[1];
} USN_RECORD_V2, *PUSN_RECORD_V2, USN_RECORD, *PUSN_RECORD;

_Static_assert(sizeof(FILE_BASIC_INFORMATION) == 40, "FILE_BASIC_INFORMATION");
_Static_assert(sizeof(FILE_STANDARD_INFORMATION) == 24, "FILE_STANDARD_INFORMATION");
_Static_assert(sizeof(FILE_ALL_INFORMATION) == 104, "FILE_ALL_INFORMATION");
_Static_assert(sizeof(FILE_NETWORK_OPEN_INFORMATION) == 56, "FILE_NETWORK_OPEN_INFORMATION");
_Static_assert(((LONG)__builtin_offsetof(FILE_RENAME_INFORMATION, FileName)) == 20, "FILE_RENAME_INFORMATION");
_Static_assert(((LONG)__builtin_offsetof(FILE_DIRECTORY_INFORMATION, FileName)) == 64, "FILE_DIRECTORY_INFO");
_Static_assert(((LONG)__builtin_offsetof(FILE_BOTH_DIR_INFORMATION, FileName)) == 94, "FILE_BOTH_DIR_INFO");
_Static_assert(((LONG)__builtin_offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName)) == 104, "ID_BOTH_DIR_INFO");
_Static_assert(((LONG)__builtin_offsetof(FILE_ID_FULL_DIR_INFORMATION, FileName)) == 80, "ID_FULL_DIR_INFO");
_Static_assert(sizeof(FILE_STAT_INFORMATION) == 72, "FILE_STAT_INFORMATION");
_Static_assert(sizeof(FILE_STAT_LX_INFORMATION) == 96, "FILE_STAT_LX_INFORMATION");
_Static_assert(((LONG)__builtin_offsetof(FILE_FULL_EA_INFORMATION, EaName)) == 8, "FILE_FULL_EA_INFORMATION");
_Static_assert(((LONG)__builtin_offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel)) == 18, "FS_VOLUME_INFO");
_Static_assert(sizeof(FILE_FS_SECTOR_SIZE_INFORMATION) == 28, "FILE_FS_SECTOR_SIZE_INFORMATION");




#pragma pack(pop)
# 16 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/io.h" 1
# 14 "/work/wt-tool/fltshim/include/fsh/io.h"
#pragma pack(push)
#pragma pack()
# 244 "/work/wt-tool/fltshim/include/fsh/io.h"
typedef struct _IO_STATUS_BLOCK {
    union {
        NTSTATUS Status;
        PVOID Pointer;
    };
    ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;

typedef void IO_APC_ROUTINE(PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, ULONG Reserved);
typedef IO_APC_ROUTINE *PIO_APC_ROUTINE;

typedef struct _MDL {
    struct _MDL *Next;
    CSHORT Size;
    CSHORT MdlFlags;
    struct _KPROCESS *Process;
    PVOID MappedSystemVa;
    PVOID StartVa;
    ULONG ByteCount;
    ULONG ByteOffset;
} MDL, *PMDL, *PMDLX;
# 290 "/work/wt-tool/fltshim/include/fsh/io.h"
struct _IRP;
struct _DEVICE_OBJECT;
struct _DRIVER_OBJECT;
struct _FILE_OBJECT;
struct _IO_TIMER;
struct _IO_WORKITEM;

typedef struct _IO_TIMER *PIO_TIMER;
typedef struct _IO_WORKITEM IO_WORKITEM, *PIO_WORKITEM;

typedef NTSTATUS DRIVER_INITIALIZE(struct _DRIVER_OBJECT *DriverObject,
                                   PUNICODE_STRING RegistryPath);
typedef DRIVER_INITIALIZE *PDRIVER_INITIALIZE;
typedef void DRIVER_UNLOAD(struct _DRIVER_OBJECT *DriverObject);
typedef DRIVER_UNLOAD *PDRIVER_UNLOAD;
typedef NTSTATUS DRIVER_DISPATCH(struct _DEVICE_OBJECT *DeviceObject, struct _IRP *Irp);
typedef DRIVER_DISPATCH *PDRIVER_DISPATCH;
typedef void DRIVER_STARTIO(struct _DEVICE_OBJECT *DeviceObject, struct _IRP *Irp);
typedef DRIVER_STARTIO *PDRIVER_STARTIO;
typedef NTSTATUS DRIVER_ADD_DEVICE(struct _DRIVER_OBJECT *DriverObject,
                                   struct _DEVICE_OBJECT *PhysicalDeviceObject);
typedef DRIVER_ADD_DEVICE *PDRIVER_ADD_DEVICE;
typedef void DRIVER_CANCEL(struct _DEVICE_OBJECT *DeviceObject, struct _IRP *Irp);
typedef DRIVER_CANCEL *PDRIVER_CANCEL;
typedef NTSTATUS IO_COMPLETION_ROUTINE(struct _DEVICE_OBJECT *DeviceObject, struct _IRP *Irp,
                                       PVOID Context);
typedef IO_COMPLETION_ROUTINE *PIO_COMPLETION_ROUTINE;
typedef void IO_WORKITEM_ROUTINE(struct _DEVICE_OBJECT *DeviceObject, PVOID Context);
typedef IO_WORKITEM_ROUTINE *PIO_WORKITEM_ROUTINE;
typedef void IO_WORKITEM_ROUTINE_EX(PVOID IoObject, PVOID Context, PIO_WORKITEM IoWorkItem);
typedef IO_WORKITEM_ROUTINE_EX *PIO_WORKITEM_ROUTINE_EX;
typedef void DRIVER_REINITIALIZE(struct _DRIVER_OBJECT *DriverObject, PVOID Context, ULONG Count);
typedef DRIVER_REINITIALIZE *PDRIVER_REINITIALIZE;

typedef struct _SECTION_OBJECT_POINTERS {
    PVOID DataSectionObject;
    PVOID SharedCacheMap;
    PVOID ImageSectionObject;
} SECTION_OBJECT_POINTERS, *PSECTION_OBJECT_POINTERS;

typedef struct _IO_COMPLETION_CONTEXT {
    PVOID Port;
    PVOID Key;
} IO_COMPLETION_CONTEXT, *PIO_COMPLETION_CONTEXT;

typedef struct _VPB {
    CSHORT Type;
    CSHORT Size;
    USHORT Flags;
    USHORT VolumeLabelLength;
    struct _DEVICE_OBJECT *DeviceObject;
    struct _DEVICE_OBJECT *RealDevice;
    ULONG SerialNumber;
    ULONG ReferenceCount;
    WCHAR VolumeLabel[(32 * sizeof(WCHAR)) / sizeof(WCHAR)];
} VPB, *PVPB;

typedef struct _FILE_OBJECT {
    CSHORT Type;
    CSHORT Size;
    struct _DEVICE_OBJECT *DeviceObject;
    PVPB Vpb;
    PVOID FsContext;
    PVOID FsContext2;
    PSECTION_OBJECT_POINTERS SectionObjectPointer;
    PVOID PrivateCacheMap;
    NTSTATUS FinalStatus;
    struct _FILE_OBJECT *RelatedFileObject;
    BOOLEAN LockOperation;
    BOOLEAN DeletePending;
    BOOLEAN ReadAccess;
    BOOLEAN WriteAccess;
    BOOLEAN DeleteAccess;
    BOOLEAN SharedRead;
    BOOLEAN SharedWrite;
    BOOLEAN SharedDelete;
    ULONG Flags;
    UNICODE_STRING FileName;
    LARGE_INTEGER CurrentByteOffset;
    volatile ULONG Waiters;
    volatile ULONG Busy;
    PVOID LastLock;
    KEVENT Lock;
    KEVENT Event;
    volatile PIO_COMPLETION_CONTEXT CompletionContext;
    KSPIN_LOCK IrpListLock;
    LIST_ENTRY IrpList;
    volatile PVOID FileObjectExtension;
} FILE_OBJECT, *PFILE_OBJECT;

typedef enum _IO_ALLOCATION_ACTION {
    FshNegativeIoAllocationAction = -1,
    KeepObject = 1,
    DeallocateObject,
    DeallocateObjectKeepRegisters
} IO_ALLOCATION_ACTION, *PIO_ALLOCATION_ACTION;

typedef IO_ALLOCATION_ACTION DRIVER_CONTROL(struct _DEVICE_OBJECT *DeviceObject,
                                            struct _IRP *Irp, PVOID MapRegisterBase,
                                            PVOID Context);
typedef DRIVER_CONTROL *PDRIVER_CONTROL;

typedef struct _WAIT_CONTEXT_BLOCK {
    KDEVICE_QUEUE_ENTRY WaitQueueEntry;
    PDRIVER_CONTROL DeviceRoutine;
    PVOID DeviceContext;
    ULONG NumberOfMapRegisters;
    PVOID DeviceObject;
    PVOID CurrentIrp;
    PKDPC BufferChainingDpc;
} WAIT_CONTEXT_BLOCK, *PWAIT_CONTEXT_BLOCK;

typedef struct __attribute__((__aligned__(16))) _DEVICE_OBJECT {
    CSHORT Type;
    USHORT Size;
    LONG ReferenceCount;
    struct _DRIVER_OBJECT *DriverObject;
    struct _DEVICE_OBJECT *NextDevice;
    struct _DEVICE_OBJECT *AttachedDevice;
    struct _IRP *CurrentIrp;
    PIO_TIMER Timer;
    ULONG Flags;
    ULONG Characteristics;
    volatile PVPB Vpb;
    PVOID DeviceExtension;
    DEVICE_TYPE DeviceType;
    CCHAR StackSize;
    union {
        LIST_ENTRY ListEntry;
        WAIT_CONTEXT_BLOCK Wcb;
    } Queue;
    ULONG AlignmentRequirement;
    KDEVICE_QUEUE DeviceQueue;
    KDPC Dpc;
    ULONG ActiveThreadCount;
    PSECURITY_DESCRIPTOR SecurityDescriptor;
    KEVENT DeviceLock;
    USHORT SectorSize;
    USHORT Spare1;
    struct _DEVOBJ_EXTENSION *DeviceObjectExtension;
    PVOID Reserved;
} DEVICE_OBJECT, *PDEVICE_OBJECT;

typedef struct _DEVOBJ_EXTENSION {
    CSHORT Type;
    USHORT Size;
    PDEVICE_OBJECT DeviceObject;
} DEVOBJ_EXTENSION, *PDEVOBJ_EXTENSION;

typedef struct _DRIVER_EXTENSION {
    struct _DRIVER_OBJECT *DriverObject;
    PDRIVER_ADD_DEVICE AddDevice;
    ULONG Count;
    UNICODE_STRING ServiceKeyName;
} DRIVER_EXTENSION, *PDRIVER_EXTENSION;


typedef struct _FAST_IO_DISPATCH {
    ULONG SizeOfFastIoDispatch;
    PVOID Routines[27];
} FAST_IO_DISPATCH, *PFAST_IO_DISPATCH;

typedef struct _DRIVER_OBJECT {
    CSHORT Type;
    CSHORT Size;
    PDEVICE_OBJECT DeviceObject;
    ULONG Flags;
    PVOID DriverStart;
    ULONG DriverSize;
    PVOID DriverSection;
    PDRIVER_EXTENSION DriverExtension;
    UNICODE_STRING DriverName;
    PUNICODE_STRING HardwareDatabase;
    PFAST_IO_DISPATCH FastIoDispatch;
    PDRIVER_INITIALIZE DriverInit;
    PDRIVER_STARTIO DriverStartIo;
    PDRIVER_UNLOAD DriverUnload;
    PDRIVER_DISPATCH MajorFunction[0x1b + 1];
} DRIVER_OBJECT, *PDRIVER_OBJECT;

typedef struct _NAMED_PIPE_CREATE_PARAMETERS {
    ULONG NamedPipeType;
    ULONG ReadMode;
    ULONG CompletionMode;
    ULONG MaximumInstances;
    ULONG InboundQuota;
    ULONG OutboundQuota;
    LARGE_INTEGER DefaultTimeout;
    BOOLEAN TimeoutSpecified;
} NAMED_PIPE_CREATE_PARAMETERS, *PNAMED_PIPE_CREATE_PARAMETERS;

typedef struct _MAILSLOT_CREATE_PARAMETERS {
    ULONG MailslotQuota;
    ULONG MaximumMessageSize;
    LARGE_INTEGER ReadTimeout;
    BOOLEAN TimeoutSpecified;
} MAILSLOT_CREATE_PARAMETERS, *PMAILSLOT_CREATE_PARAMETERS;

typedef struct _IO_STACK_LOCATION {
    UCHAR MajorFunction;
    UCHAR MinorFunction;
    UCHAR Flags;
    UCHAR Control;
    union {
        struct {
            PIO_SECURITY_CONTEXT SecurityContext;
            ULONG Options;
            USHORT __attribute__((__aligned__(8))) FileAttributes;
            USHORT ShareAccess;
            ULONG __attribute__((__aligned__(8))) EaLength;
        } Create;
        struct {
            ULONG Length;
            ULONG __attribute__((__aligned__(8))) Key;
            LARGE_INTEGER ByteOffset;
        } Read;
        struct {
            ULONG Length;
            ULONG __attribute__((__aligned__(8))) Key;
            LARGE_INTEGER ByteOffset;
        } Write;
        struct {
            ULONG Length;
            PUNICODE_STRING FileName;
            FILE_INFORMATION_CLASS FileInformationClass;
            ULONG __attribute__((__aligned__(8))) FileIndex;
        } QueryDirectory;
        struct {
            ULONG Length;
            ULONG __attribute__((__aligned__(8))) CompletionFilter;
        } NotifyDirectory;
        struct {
            ULONG Length;
            FILE_INFORMATION_CLASS __attribute__((__aligned__(8))) FileInformationClass;
        } QueryFile;
        struct {
            ULONG Length;
            FILE_INFORMATION_CLASS __attribute__((__aligned__(8))) FileInformationClass;
            PFILE_OBJECT FileObject;
            union {
                struct {
                    BOOLEAN ReplaceIfExists;
                    BOOLEAN AdvanceOnly;
                };
                ULONG ClusterCount;
                HANDLE DeleteHandle;
            };
        } SetFile;
        struct {
            ULONG Length;
            FS_INFORMATION_CLASS __attribute__((__aligned__(8))) FsInformationClass;
        } QueryVolume;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) FsControlCode;
            PVOID Type3InputBuffer;
        } FileSystemControl;
        struct {
            PLARGE_INTEGER Length;
            ULONG __attribute__((__aligned__(8))) Key;
            LARGE_INTEGER ByteOffset;
        } LockControl;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) IoControlCode;
            PVOID Type3InputBuffer;
        } DeviceIoControl;
        struct {
            SECURITY_INFORMATION SecurityInformation;
            ULONG __attribute__((__aligned__(8))) Length;
        } QuerySecurity;
        struct {
            SECURITY_INFORMATION SecurityInformation;
            PSECURITY_DESCRIPTOR SecurityDescriptor;
        } SetSecurity;
        struct {
            PVOID Argument1;
            PVOID Argument2;
            PVOID Argument3;
            PVOID Argument4;
        } Others;
    } Parameters;
    PDEVICE_OBJECT DeviceObject;
    PFILE_OBJECT FileObject;
    PIO_COMPLETION_ROUTINE CompletionRoutine;
    PVOID Context;
} IO_STACK_LOCATION, *PIO_STACK_LOCATION;

typedef struct __attribute__((__aligned__(16))) _IRP {
    CSHORT Type;
    USHORT Size;
    USHORT AllocationProcessorNumber;
    USHORT Reserved;
    PMDL MdlAddress;
    ULONG Flags;
    union {
        struct _IRP *MasterIrp;
        volatile LONG IrpCount;
        PVOID SystemBuffer;
    } AssociatedIrp;
    LIST_ENTRY ThreadListEntry;
    IO_STATUS_BLOCK IoStatus;
    KPROCESSOR_MODE RequestorMode;
    BOOLEAN PendingReturned;
    CHAR StackCount;
    CHAR CurrentLocation;
    BOOLEAN Cancel;
    KIRQL CancelIrql;
    CCHAR ApcEnvironment;
    UCHAR AllocationFlags;
    union {
        PIO_STATUS_BLOCK UserIosb;
        PVOID IoRingContext;
    };
    PKEVENT UserEvent;
    union {
        struct {
            union {
                PIO_APC_ROUTINE UserApcRoutine;
                PVOID IssuingProcess;
            };
            PVOID UserApcContext;
        } AsynchronousParameters;
        LARGE_INTEGER AllocationSize;
    } Overlay;
    volatile PDRIVER_CANCEL CancelRoutine;
    PVOID UserBuffer;
    union {
        struct {
            union {
                KDEVICE_QUEUE_ENTRY DeviceQueueEntry;
                struct {
                    PVOID DriverContext[4];
                };
            };
            PETHREAD Thread;
            PCHAR AuxiliaryBuffer;
            struct {
                LIST_ENTRY ListEntry;
                union {
                    PIO_STACK_LOCATION CurrentStackLocation;
                    ULONG PacketType;
                };
            };
            PFILE_OBJECT OriginalFileObject;
            PVOID IrpExtension;
        } Overlay;
        PVOID CompletionKey;
    } Tail;
} IRP, *PIRP;

typedef struct _SHARE_ACCESS {
    ULONG OpenCount;
    ULONG Readers;
    ULONG Writers;
    ULONG Deleters;
    ULONG SharedRead;
    ULONG SharedWrite;
    ULONG SharedDelete;
} SHARE_ACCESS, *PSHARE_ACCESS;

typedef enum _IO_PRIORITY_HINT {
    FshNegativeIoPriorityHint = -1,
    IoPriorityVeryLow = 0,
    IoPriorityLow,
    IoPriorityNormal,
    IoPriorityHigh,
    IoPriorityCritical,
    MaxIoPriorityTypes
} IO_PRIORITY_HINT;

typedef struct _IO_PRIORITY_INFO {
    ULONG Size;
    ULONG ThreadPriority;
    ULONG PagePriority;
    IO_PRIORITY_HINT IoPriority;
} IO_PRIORITY_INFO, *PIO_PRIORITY_INFO;

typedef enum _CREATE_FILE_TYPE {
    FshNegativeCreateFileType = -1,
    CreateFileTypeNone = 0,
    CreateFileTypeNamedPipe,
    CreateFileTypeMailslot
} CREATE_FILE_TYPE;

typedef struct _TXN_PARAMETER_BLOCK {
    USHORT Length;
    USHORT TxFsContext;
    PVOID TransactionObject;
} TXN_PARAMETER_BLOCK, *PTXN_PARAMETER_BLOCK;


typedef struct _IO_DRIVER_CREATE_CONTEXT {
    CSHORT Size;
    struct _ECP_LIST *ExtraCreateParameter;
    PVOID DeviceObjectHint;
    PTXN_PARAMETER_BLOCK TxnParameters;
    struct _ESILO *SiloContext;
} IO_DRIVER_CREATE_CONTEXT, *PIO_DRIVER_CREATE_CONTEXT;





typedef enum _FS_FILTER_SECTION_SYNC_TYPE {
    FshNegativeFsFilterSectionSyncType = -1,
    SyncTypeOther = 0,
    SyncTypeCreateSection
} FS_FILTER_SECTION_SYNC_TYPE, *PFS_FILTER_SECTION_SYNC_TYPE;

typedef struct _FS_FILTER_SECTION_SYNC_OUTPUT {
    ULONG StructureSize;
    ULONG SizeReturned;
    ULONG Flags;
    ULONG DesiredReadAlignment;
} FS_FILTER_SECTION_SYNC_OUTPUT, *PFS_FILTER_SECTION_SYNC_OUTPUT;

typedef enum _FAST_IO_POSSIBLE {
    FshNegativeFastIoPossible = -1,
    FastIoIsNotPossible = 0,
    FastIoIsPossible,
    FastIoIsQuestionable
} FAST_IO_POSSIBLE;

typedef enum _MMFLUSH_TYPE {
    FshNegativeMmflushType = -1,
    MmFlushForDelete,
    MmFlushForWrite
} MMFLUSH_TYPE;

typedef enum _SECTION_INHERIT {
    FshNegativeSectionInherit = -1,
    ViewShare = 1,
    ViewUnmap = 2
} SECTION_INHERIT;

typedef struct _FSRTL_COMMON_FCB_HEADER {
    CSHORT NodeTypeCode;
    CSHORT NodeByteSize;
    UCHAR Flags;
    UCHAR IsFastIoPossible;
    UCHAR Flags2;
    UCHAR Reserved : 4;
    UCHAR Version : 4;
    PERESOURCE Resource;
    PERESOURCE PagingIoResource;
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER FileSize;
    LARGE_INTEGER ValidDataLength;
} FSRTL_COMMON_FCB_HEADER, *PFSRTL_COMMON_FCB_HEADER;
# 764 "/work/wt-tool/fltshim/include/fsh/io.h"
typedef PVOID OPLOCK, *POPLOCK;

typedef struct _FSRTL_ADVANCED_FCB_HEADER {
    CSHORT NodeTypeCode;
    CSHORT NodeByteSize;
    UCHAR Flags;
    UCHAR IsFastIoPossible;
    UCHAR Flags2;
    UCHAR Reserved : 4;
    UCHAR Version : 4;
    PERESOURCE Resource;
    PERESOURCE PagingIoResource;
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER FileSize;
    LARGE_INTEGER ValidDataLength;
    PFAST_MUTEX FastMutex;
    LIST_ENTRY FilterContexts;
    EX_PUSH_LOCK PushLock;
    PVOID *FileContextSupportPointer;
    union {
        OPLOCK Oplock;
        PVOID ReservedForRemote;
    };
    PVOID ReservedContext;
} FSRTL_ADVANCED_FCB_HEADER, *PFSRTL_ADVANCED_FCB_HEADER;

typedef struct _FILE_LOCK_INFO {
    LARGE_INTEGER StartingByte;
    LARGE_INTEGER Length;
    BOOLEAN ExclusiveLock;
    ULONG Key;
    PFILE_OBJECT FileObject;
    PVOID ProcessId;
    LARGE_INTEGER EndingByte;
} FILE_LOCK_INFO, *PFILE_LOCK_INFO;

typedef NTSTATUS COMPLETE_LOCK_IRP_ROUTINE(PVOID Context, PIRP Irp);
typedef COMPLETE_LOCK_IRP_ROUTINE *PCOMPLETE_LOCK_IRP_ROUTINE;
typedef void UNLOCK_ROUTINE(PVOID Context, PFILE_LOCK_INFO FileLockInfo);
typedef UNLOCK_ROUTINE *PUNLOCK_ROUTINE;

typedef struct _FILE_LOCK {
    PCOMPLETE_LOCK_IRP_ROUTINE CompleteLockIrpRoutine;
    PUNLOCK_ROUTINE UnlockRoutine;
    BOOLEAN FastIoIsQuestionable;
    BOOLEAN SpareC[3];
    PVOID LockInformation;
    FILE_LOCK_INFO LastReturnedLockInfo;
    PVOID LastReturnedLock;
    LONG volatile LockRequestsInProgress;
} FILE_LOCK, *PFILE_LOCK;


typedef struct _ECP_LIST ECP_LIST, *PECP_LIST;
typedef struct _ECP_HEADER ECP_HEADER, *PECP_HEADER;
typedef ULONG FSRTL_ALLOCATE_ECPLIST_FLAGS;
typedef ULONG FSRTL_ALLOCATE_ECP_FLAGS;
typedef ULONG FSRTL_ECP_LOOKASIDE_FLAGS;




typedef void FSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK(PVOID EcpContext,
                                                           const GUID *EcpType);
typedef FSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK
    *PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK;

typedef struct _OPLOCK_KEY_ECP_CONTEXT {
    GUID OplockKey;
    ULONG Reserved;
} OPLOCK_KEY_ECP_CONTEXT, *POPLOCK_KEY_ECP_CONTEXT;

typedef struct sockaddr_storage *PSOCKADDR_STORAGE_NFS;

typedef struct _NFS_OPEN_ECP_CONTEXT {
    PUNICODE_STRING ExportAlias;
    PSOCKADDR_STORAGE_NFS ClientSocketAddress;
} NFS_OPEN_ECP_CONTEXT, *PNFS_OPEN_ECP_CONTEXT, **PPNFS_OPEN_ECP_CONTEXT;

typedef struct _SRV_INSTANCE_ECP_CONTEXT SRV_INSTANCE_ECP_CONTEXT;

typedef struct _SRV_OPEN_ECP_CONTEXT {
    PUNICODE_STRING ShareName;
    PSOCKADDR_STORAGE_NFS SocketAddress;
    BOOLEAN OplockBlockState;
    BOOLEAN OplockAppState;
    BOOLEAN OplockFinalState;
    USHORT Version;
    USHORT InstanceType_Reserved;
} SRV_OPEN_ECP_CONTEXT, *PSRV_OPEN_ECP_CONTEXT;

typedef struct _COPY_INFORMATION {
    PFILE_OBJECT SourceFileObject;
    LONGLONG SourceFileOffset;
} COPY_INFORMATION, *PCOPY_INFORMATION;

typedef struct _OPEN_REPARSE_LIST {
    LIST_ENTRY OpenReparseList;
} OPEN_REPARSE_LIST, *POPEN_REPARSE_LIST;

typedef struct _OPEN_REPARSE_LIST_ENTRY {
    LIST_ENTRY OpenReparseListEntry;
    ULONG ReparseTag;
    ULONG Flags;
    GUID ReparseGuid;
    USHORT Size;
    USHORT RemainingLength;
} OPEN_REPARSE_LIST_ENTRY, *POPEN_REPARSE_LIST_ENTRY;


typedef struct _CM_RESOURCE_LIST *PCM_RESOURCE_LIST;
typedef struct _IO_RESOURCE_REQUIREMENTS_LIST *PIO_RESOURCE_REQUIREMENTS_LIST;
typedef struct _DEVICE_CAPABILITIES *PDEVICE_CAPABILITIES;

typedef void INTERFACE_REFERENCE(PVOID Context);
typedef INTERFACE_REFERENCE *PINTERFACE_REFERENCE;
typedef void INTERFACE_DEREFERENCE(PVOID Context);
typedef INTERFACE_DEREFERENCE *PINTERFACE_DEREFERENCE;
typedef struct _INTERFACE {
    USHORT Size;
    USHORT Version;
    PVOID Context;
    PINTERFACE_REFERENCE InterfaceReference;
    PINTERFACE_DEREFERENCE InterfaceDereference;
} INTERFACE, *PINTERFACE;

typedef enum _DEVICE_RELATION_TYPE {
    FshNegativeDeviceRelationType = -1,
    BusRelations = 0,
    EjectionRelations,
    PowerRelations,
    RemovalRelations,
    TargetDeviceRelation,
    SingleBusRelations,
    TransportRelations
} DEVICE_RELATION_TYPE, *PDEVICE_RELATION_TYPE;

typedef enum _BUS_QUERY_ID_TYPE {
    FshNegativeBusQueryIdType = -1,
    BusQueryDeviceID = 0,
    BusQueryHardwareIDs = 1,
    BusQueryCompatibleIDs = 2,
    BusQueryInstanceID = 3,
    BusQueryDeviceSerialNumber = 4,
    BusQueryContainerID = 5
} BUS_QUERY_ID_TYPE, *PBUS_QUERY_ID_TYPE;

typedef enum _DEVICE_TEXT_TYPE {
    FshNegativeDeviceTextType = -1,
    DeviceTextDescription = 0,
    DeviceTextLocationInformation = 1
} DEVICE_TEXT_TYPE, *PDEVICE_TEXT_TYPE;

typedef enum _DEVICE_USAGE_NOTIFICATION_TYPE {
    FshNegativeDeviceUsageNotificationType = -1,
    DeviceUsageTypeUndefined = 0,
    DeviceUsageTypePaging,
    DeviceUsageTypeHibernation,
    DeviceUsageTypeDumpFile,
    DeviceUsageTypeBoot,
    DeviceUsageTypePostDisplay,
    DeviceUsageTypeGuestAssigned
} DEVICE_USAGE_NOTIFICATION_TYPE;

typedef enum _DEVICE_REGISTRY_PROPERTY_FSH {
    FshNegativeDeviceRegistryProperty = -1,
    DevicePropertyDeviceDescription = 0x0,
    DevicePropertyHardwareID = 0x1,
    DevicePropertyPhysicalDeviceObjectName = 0xe,
    DevicePropertyRemovalPolicy = 0x13
} DEVICE_REGISTRY_PROPERTY;

typedef enum _DRIVER_REGKEY_TYPE {
    FshNegativeDriverRegkeyType = -1,
    DriverRegKeyParameters = 0,
    DriverRegKeyPersistentState,
    DriverRegKeySharedPersistentState
} DRIVER_REGKEY_TYPE, *PDRIVER_REGKEY_TYPE;


typedef enum _KEY_INFORMATION_CLASS {
    FshNegativeKeyInformationClass = -1,
    KeyBasicInformation = 0,
    KeyNodeInformation,
    KeyFullInformation,
    KeyNameInformation,
    KeyCachedInformation,
    KeyFlagsInformation,
    KeyVirtualizationInformation,
    KeyHandleTagsInformation,
    KeyTrustInformation,
    KeyLayerInformation,
    MaxKeyInfoClass
} KEY_INFORMATION_CLASS;

typedef enum _KEY_VALUE_INFORMATION_CLASS {
    FshNegativeKeyValueInformationClass = -1,
    KeyValueBasicInformation = 0,
    KeyValueFullInformation,
    KeyValuePartialInformation,
    KeyValueFullInformationAlign64,
    KeyValuePartialInformationAlign64,
    KeyValueLayerInformation,
    MaxKeyValueInfoClass
} KEY_VALUE_INFORMATION_CLASS;
# 986 "/work/wt-tool/fltshim/include/fsh/io.h"
typedef struct _KEY_BASIC_INFORMATION {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex;
    ULONG NameLength;
    WCHAR Name[1];
} KEY_BASIC_INFORMATION, *PKEY_BASIC_INFORMATION;

typedef struct _KEY_NODE_INFORMATION {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex;
    ULONG ClassOffset;
    ULONG ClassLength;
    ULONG NameLength;
    WCHAR Name[1];
} KEY_NODE_INFORMATION, *PKEY_NODE_INFORMATION;

typedef struct _KEY_FULL_INFORMATION {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex;
    ULONG ClassOffset;
    ULONG ClassLength;
    ULONG SubKeys;
    ULONG MaxNameLen;
    ULONG MaxClassLen;
    ULONG Values;
    ULONG MaxValueNameLen;
    ULONG MaxValueDataLen;
    WCHAR Class[1];
} KEY_FULL_INFORMATION, *PKEY_FULL_INFORMATION;

typedef struct _KEY_NAME_INFORMATION {
    ULONG NameLength;
    WCHAR Name[1];
} KEY_NAME_INFORMATION, *PKEY_NAME_INFORMATION;

typedef struct _KEY_VALUE_BASIC_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG NameLength;
    WCHAR Name[1];
} KEY_VALUE_BASIC_INFORMATION, *PKEY_VALUE_BASIC_INFORMATION;

typedef struct _KEY_VALUE_FULL_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG DataOffset;
    ULONG DataLength;
    ULONG NameLength;
    WCHAR Name[1];
} KEY_VALUE_FULL_INFORMATION, *PKEY_VALUE_FULL_INFORMATION;

typedef struct _KEY_VALUE_PARTIAL_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG DataLength;
    UCHAR Data[1];
} KEY_VALUE_PARTIAL_INFORMATION, *PKEY_VALUE_PARTIAL_INFORMATION;

_Static_assert(sizeof(IO_STATUS_BLOCK) == 16 && sizeof(MDL) == 48, "IO_STATUS_BLOCK, MDL");
_Static_assert(sizeof(FILE_OBJECT) == 216, "FILE_OBJECT");
_Static_assert(((LONG)__builtin_offsetof(FILE_OBJECT, FileName)) == 88, "FILE_OBJECT.FileName");
_Static_assert(sizeof(DEVICE_OBJECT) == 336, "DEVICE_OBJECT");
_Static_assert(((LONG)__builtin_offsetof(DEVICE_OBJECT, SectorSize)) == 304, "DEVICE_OBJECT.SectorSize");
_Static_assert(sizeof(DRIVER_OBJECT) == 336, "DRIVER_OBJECT");
_Static_assert(sizeof(IO_STACK_LOCATION) == 72, "IO_STACK_LOCATION");
_Static_assert(sizeof(IRP) == 208, "IRP");
_Static_assert(sizeof(FSRTL_COMMON_FCB_HEADER) == 48, "FSRTL_COMMON_FCB_HEADER");
_Static_assert(((LONG)__builtin_offsetof(KEY_VALUE_PARTIAL_INFORMATION, Data)) == 12, "KEY_VALUE_PARTIAL");




#pragma pack(pop)
# 17 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/nt.h" 1
# 17 "/work/wt-tool/fltshim/include/fsh/nt.h"
#pragma pack(push)
#pragma pack()
# 28 "/work/wt-tool/fltshim/include/fsh/nt.h"
typedef __builtin_va_list FSH_VA_LIST;


ULONG __attribute__((__ms_abi__)) DbgPrint(PCSTR Format, ...);
ULONG __attribute__((__ms_abi__)) DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);
ULONG __attribute__((__ms_abi__)) DbgPrintReturnControlC(PCSTR Format, ...);
ULONG vDbgPrintEx(ULONG ComponentId, ULONG Level, PCCH Format, FSH_VA_LIST ArgList);
ULONG vDbgPrintExWithPrefix(PCCH Prefix, ULONG ComponentId, ULONG Level, PCCH Format,
                            FSH_VA_LIST ArgList);
void DbgBreakPoint(void);
void DbgBreakPointWithStatus(ULONG Status);
extern PBOOLEAN KdDebuggerEnabled;
extern PBOOLEAN KdDebuggerNotPresent;
BOOLEAN KdRefreshDebuggerNotPresent(void);
NTSTATUS KdDisableDebugger(void);
NTSTATUS KdEnableDebugger(void);
void KeBugCheck(ULONG BugCheckCode);
void KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4);
void FshAssertFailed(PCSTR File, ULONG Line, PCSTR Expression, PCSTR Message);
void FshPagedCode(PCSTR File, ULONG Line, PCSTR Function);


PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes);
PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
PVOID ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes);
PVOID ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
PVOID ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                    EX_POOL_PRIORITY Priority);
PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
PVOID ExAllocatePoolQuotaZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
PVOID ExAllocatePoolQuotaUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag);
void ExFreePool(PVOID P);
void ExFreePoolWithTag(PVOID P, ULONG Tag);
void ExFreePool2(PVOID P, ULONG Tag, PVOID ExtendedParameters, ULONG ExtendedParametersCount);
void ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                     PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                                     ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth);
void ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
PVOID ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
void ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry);
void ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                    PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag,
                                    USHORT Depth);
void ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside);
PVOID ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside);
void ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry);
NTSTATUS ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside,
                                     PALLOCATE_FUNCTION_EX Allocate, PFREE_FUNCTION_EX Free,
                                     POOL_TYPE PoolType, ULONG Flags, SIZE_T Size, ULONG Tag,
                                     USHORT Depth);
void ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside);
void ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside);
PVOID ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside);
void ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry);


KIRQL KeGetCurrentIrql(void);
KIRQL KfRaiseIrql(KIRQL NewIrql);
KIRQL KeRaiseIrqlToDpcLevel(void);
void KeLowerIrql(KIRQL NewIrql);
void KeInitializeSpinLock(PKSPIN_LOCK SpinLock);
KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock);
void KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);
void KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
void KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock);
BOOLEAN KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
BOOLEAN KeTestSpinLock(PKSPIN_LOCK SpinLock);
void KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle);
void KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle);
void KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                              PKLOCK_QUEUE_HANDLE LockHandle);
void KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle);
void KeEnterCriticalRegion(void);
void KeLeaveCriticalRegion(void);
void KeEnterGuardedRegion(void);
void KeLeaveGuardedRegion(void);
BOOLEAN KeAreApcsDisabled(void);
BOOLEAN KeAreAllApcsDisabled(void);
void FsRtlEnterFileSystem(void);
void FsRtlExitFileSystem(void);


PLIST_ENTRY ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                        PKSPIN_LOCK Lock);
PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                        PKSPIN_LOCK Lock);
PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock);
PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                              PSINGLE_LIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock);
ULONG ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock);
LARGE_INTEGER ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment,
                                           PKSPIN_LOCK Lock);
PSLIST_ENTRY ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry);
PSLIST_ENTRY ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead);
PSLIST_ENTRY ExpInterlockedFlushSList(PSLIST_HEADER ListHead);
void InitializeSListHead(PSLIST_HEADER SListHead);
USHORT ExQueryDepthSList(PSLIST_HEADER SListHead);


void KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State);
LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait);
LONG KeResetEvent(PRKEVENT Event);
void KeClearEvent(PRKEVENT Event);
LONG KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait);
LONG KeReadStateEvent(PRKEVENT Event);
void KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit);
LONG KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment,
                        BOOLEAN Wait);
LONG KeReadStateSemaphore(PRKSEMAPHORE Semaphore);
void KeInitializeMutex(PRKMUTEX Mutex, ULONG Level);
LONG KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait);
LONG KeReadStateMutex(PRKMUTEX Mutex);
void KeInitializeTimer(PKTIMER Timer);
void KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type);
BOOLEAN KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc);
BOOLEAN KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc);
BOOLEAN KeCancelTimer(PKTIMER Timer);
BOOLEAN KeReadStateTimer(PKTIMER Timer);
void KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext);
BOOLEAN KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2);
BOOLEAN KeRemoveQueueDpc(PRKDPC Dpc);
void KeFlushQueuedDpcs(void);
NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                               BOOLEAN Alertable, PLARGE_INTEGER Timeout);
NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                                  KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                                  BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                  PKWAIT_BLOCK WaitBlockArray);
NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                PLARGE_INTEGER Interval);


void KeQuerySystemTime(PLARGE_INTEGER CurrentTime);
void KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime);
LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency);
ULONGLONG KeQueryInterruptTime(void);
ULONGLONG KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp);
ULONGLONG KeQueryUnbiasedInterruptTime(void);
void KeQueryTickCount(PLARGE_INTEGER CurrentCount);
ULONG KeQueryTimeIncrement(void);
void KeStallExecutionProcessor(ULONG MicroSeconds);
void ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime);
void ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime);
void RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields);
BOOLEAN RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time);
void RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds);
void RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time);


void ExInitializeFastMutex(PFAST_MUTEX FastMutex);
void ExAcquireFastMutex(PFAST_MUTEX FastMutex);
void ExReleaseFastMutex(PFAST_MUTEX FastMutex);
BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex);
void ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex);
void ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex);
void KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex);
void KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex);
void KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex);
BOOLEAN KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX Mutex);
NTSTATUS ExInitializeResourceLite(PERESOURCE Resource);
NTSTATUS ExReinitializeResourceLite(PERESOURCE Resource);
NTSTATUS ExDeleteResourceLite(PERESOURCE Resource);
BOOLEAN ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait);
BOOLEAN ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait);
BOOLEAN ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait);
BOOLEAN ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait);
void ExReleaseResourceLite(PERESOURCE Resource);
void ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId);
void ExConvertExclusiveToSharedLite(PERESOURCE Resource);
BOOLEAN ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource);
ULONG ExIsResourceAcquiredSharedLite(PERESOURCE Resource);
ULONG ExGetExclusiveWaiterCount(PERESOURCE Resource);
ULONG ExGetSharedWaiterCount(PERESOURCE Resource);
void ExSetResourceOwnerPointer(PERESOURCE Resource, PVOID OwnerPointer);
PVOID ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource);
PVOID ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource);
PVOID ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(PERESOURCE Resource);
void ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource);
ERESOURCE_THREAD ExGetCurrentResourceThread(void);
void ExInitializePushLock(PEX_PUSH_LOCK PushLock);
void ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef);
void ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef);
BOOLEAN ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef);
BOOLEAN ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count);
void ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef);
void ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count);
void ExRundownCompleted(PEX_RUNDOWN_REF RunRef);
void ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef);

void ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType);
NTSTATUS ExUuidCreate(UUID *Uuid);
KPROCESSOR_MODE ExGetPreviousMode(void);
void ExRaiseStatus(NTSTATUS Status);
void ExRaiseAccessViolation(void);
void ExRaiseDatatypeMisalignment(void);
BOOLEAN ExIsProcessorFeaturePresent(ULONG ProcessorFeature);
ULONG KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors);
ULONG KeQueryActiveProcessorCountEx(USHORT GroupNumber);
ULONG KeGetCurrentProcessorNumberEx(PVOID ProcNumber);
NTSTATUS KeSaveFloatingPointState(PKFLOATING_SAVE FloatSave);
NTSTATUS KeRestoreFloatingPointState(PKFLOATING_SAVE FloatSave);
NTSTATUS KeSaveExtendedProcessorState(ULONG64 Mask, PXSTATE_SAVE XStateSave);
void KeRestoreExtendedProcessorState(PXSTATE_SAVE XStateSave);
ULONG KeGetRecommendedSharedDataAlignment(void);


void RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString);
NTSTATUS RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString);
void RtlInitAnsiString(PANSI_STRING DestinationString, PCSTR SourceString);
void RtlInitString(PSTRING DestinationString, PCSTR SourceString);
void RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString);
void RtlCopyString(PSTRING DestinationString, const STRING *SourceString);
NTSTATUS RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source);
NTSTATUS RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source);
LONG RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                             BOOLEAN CaseInSensitive);
LONG RtlCompareUnicodeStrings(PCWCH String1, SIZE_T String1Length, PCWCH String2,
                              SIZE_T String2Length, BOOLEAN CaseInSensitive);
BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                              BOOLEAN CaseInSensitive);
BOOLEAN RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                               BOOLEAN CaseInSensitive);
BOOLEAN RtlSuffixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                               BOOLEAN CaseInSensitive);
LONG RtlCompareString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive);
BOOLEAN RtlEqualString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive);
BOOLEAN RtlPrefixString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive);
NTSTATUS RtlHashUnicodeString(PCUNICODE_STRING String, BOOLEAN CaseInSensitive,
                              ULONG HashAlgorithm, PULONG HashValue);
WCHAR RtlUpcaseUnicodeChar(WCHAR SourceCharacter);
WCHAR RtlDowncaseUnicodeChar(WCHAR SourceCharacter);
CHAR RtlUpperChar(CHAR Character);
void RtlUpperString(PSTRING DestinationString, const STRING *SourceString);
NTSTATUS RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString,
                                BOOLEAN AllocateDestinationString);
NTSTATUS RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString,
                                  PCUNICODE_STRING SourceString,
                                  BOOLEAN AllocateDestinationString);
BOOLEAN RtlCreateUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString);
NTSTATUS RtlDuplicateUnicodeString(ULONG Flags, PCUNICODE_STRING StringIn,
                                   PUNICODE_STRING StringOut);
void RtlFreeUnicodeString(PUNICODE_STRING UnicodeString);
void RtlFreeAnsiString(PANSI_STRING AnsiString);
void RtlFreeUTF8String(PUTF8_STRING Utf8String);
NTSTATUS RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
                                      PCANSI_STRING SourceString,
                                      BOOLEAN AllocateDestinationString);
NTSTATUS RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString,
                                      PCUNICODE_STRING SourceString,
                                      BOOLEAN AllocateDestinationString);
ULONG RtlAnsiStringToUnicodeSize(PCANSI_STRING AnsiString);
ULONG RtlUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString);
NTSTATUS RtlUnicodeToUTF8N(PCHAR UTF8StringDestination, ULONG UTF8StringMaxByteCount,
                           PULONG UTF8StringActualByteCount, PCWCH UnicodeStringSource,
                           ULONG UnicodeStringByteCount);
NTSTATUS RtlUTF8ToUnicodeN(PWSTR UnicodeStringDestination, ULONG UnicodeStringMaxByteCount,
                           PULONG UnicodeStringActualByteCount, PCCH UTF8StringSource,
                           ULONG UTF8StringByteCount);
NTSTATUS RtlUnicodeToMultiByteN(PCHAR MultiByteString, ULONG MaxBytesInMultiByteString,
                                PULONG BytesInMultiByteString, PCWCH UnicodeString,
                                ULONG BytesInUnicodeString);
NTSTATUS RtlMultiByteToUnicodeN(PWCH UnicodeString, ULONG MaxBytesInUnicodeString,
                                PULONG BytesInUnicodeString, const CHAR *MultiByteString,
                                ULONG BytesInMultiByteString);
NTSTATUS RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value);
NTSTATUS RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String);
NTSTATUS RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String);
NTSTATUS RtlCharToInteger(PCSTR String, ULONG Base, PULONG Value);
NTSTATUS RtlStringFromGUID(const GUID *Guid, PUNICODE_STRING GuidString);
NTSTATUS RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid);
BOOLEAN RtlIsNameLegalDOS8Dot3(PCUNICODE_STRING Name, POEM_STRING OemName,
                               PBOOLEAN NameContainsSpaces);
struct in_addr;
struct in6_addr;
NTSTATUS RtlIpv4AddressToStringExW(const struct in_addr *Address, USHORT Port,
                                   PWSTR AddressString, PULONG AddressStringLength);
NTSTATUS RtlIpv6AddressToStringExW(const struct in6_addr *Address, ULONG ScopeId, USHORT Port,
                                   PWSTR AddressString, PULONG AddressStringLength);


void *fsh_memcpy(void *Destination, const void *Source, long unsigned int Length);
void *fsh_memmove(void *Destination, const void *Source, long unsigned int Length);
void *fsh_memset(void *Destination, int Fill, long unsigned int Length);
int fsh_memcmp(const void *Buffer1, const void *Buffer2, long unsigned int Length);
void *fsh_memchr(const void *Buffer, int Character, long unsigned int Length);
SIZE_T RtlCompareMemory(const void *Source1, const void *Source2, SIZE_T Length);
SIZE_T RtlCompareMemoryUlong(PVOID Source, SIZE_T Length, ULONG Pattern);
void RtlFillMemoryUlong(PVOID Destination, SIZE_T Length, ULONG Pattern);
void ProbeForRead(const volatile void *Address, SIZE_T Length, ULONG Alignment);
void ProbeForWrite(volatile void *Address, SIZE_T Length, ULONG Alignment);
ULONG RtlRandom(PULONG Seed);
ULONG RtlRandomEx(PULONG Seed);


typedef struct _OSVERSIONINFOW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
} OSVERSIONINFOW, *POSVERSIONINFOW, RTL_OSVERSIONINFOW, *PRTL_OSVERSIONINFOW;
typedef struct _OSVERSIONINFOEXW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
    USHORT wServicePackMajor;
    USHORT wServicePackMinor;
    USHORT wSuiteMask;
    UCHAR wProductType;
    UCHAR wReserved;
} OSVERSIONINFOEXW, *POSVERSIONINFOEXW, RTL_OSVERSIONINFOEXW, *PRTL_OSVERSIONINFOEXW;
NTSTATUS RtlGetVersion(PRTL_OSVERSIONINFOW VersionInformation);
NTSTATUS RtlVerifyVersionInfo(PRTL_OSVERSIONINFOEXW VersionInfo, ULONG TypeMask,
                              ULONGLONG ConditionMask);
ULONGLONG VerSetConditionMask(ULONGLONG ConditionMask, ULONG TypeMask, UCHAR Condition);
BOOLEAN PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber,
                     PUNICODE_STRING CSDVersion);
BOOLEAN RtlIsNtDdiVersionAvailable(ULONG Version);


struct _RTL_GENERIC_TABLE;
struct _RTL_AVL_TABLE;
typedef enum _TABLE_SEARCH_RESULT {
    FshNegativeTableSearchResult = -1,
    TableEmptyTree = 0,
    TableFoundNode,
    TableInsertAsLeft,
    TableInsertAsRight
} TABLE_SEARCH_RESULT;
typedef enum _RTL_GENERIC_COMPARE_RESULTS {
    FshNegativeRtlGenericCompareResults = -1,
    GenericLessThan = 0,
    GenericGreaterThan,
    GenericEqual
} RTL_GENERIC_COMPARE_RESULTS;
typedef RTL_GENERIC_COMPARE_RESULTS RTL_GENERIC_COMPARE_ROUTINE(
    struct _RTL_GENERIC_TABLE *Table, PVOID FirstStruct, PVOID SecondStruct);
typedef RTL_GENERIC_COMPARE_ROUTINE *PRTL_GENERIC_COMPARE_ROUTINE;
typedef PVOID RTL_GENERIC_ALLOCATE_ROUTINE(struct _RTL_GENERIC_TABLE *Table, CLONG ByteSize);
typedef RTL_GENERIC_ALLOCATE_ROUTINE *PRTL_GENERIC_ALLOCATE_ROUTINE;
typedef void RTL_GENERIC_FREE_ROUTINE(struct _RTL_GENERIC_TABLE *Table, PVOID Buffer);
typedef RTL_GENERIC_FREE_ROUTINE *PRTL_GENERIC_FREE_ROUTINE;
typedef struct _RTL_SPLAY_LINKS {
    struct _RTL_SPLAY_LINKS *Parent;
    struct _RTL_SPLAY_LINKS *LeftChild;
    struct _RTL_SPLAY_LINKS *RightChild;
} RTL_SPLAY_LINKS, *PRTL_SPLAY_LINKS;
typedef struct _RTL_GENERIC_TABLE {
    PRTL_SPLAY_LINKS TableRoot;
    LIST_ENTRY InsertOrderList;
    PLIST_ENTRY OrderedPointer;
    ULONG WhichOrderedElement;
    ULONG NumberGenericTableElements;
    PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine;
    PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine;
    PRTL_GENERIC_FREE_ROUTINE FreeRoutine;
    PVOID TableContext;
} RTL_GENERIC_TABLE, *PRTL_GENERIC_TABLE;
typedef struct _RTL_BALANCED_LINKS {
    struct _RTL_BALANCED_LINKS *Parent;
    struct _RTL_BALANCED_LINKS *LeftChild;
    struct _RTL_BALANCED_LINKS *RightChild;
    CHAR Balance;
    UCHAR Reserved[3];
} RTL_BALANCED_LINKS, *PRTL_BALANCED_LINKS;
typedef RTL_GENERIC_COMPARE_RESULTS RTL_AVL_COMPARE_ROUTINE(struct _RTL_AVL_TABLE *Table,
                                                            PVOID FirstStruct,
                                                            PVOID SecondStruct);
typedef RTL_AVL_COMPARE_ROUTINE *PRTL_AVL_COMPARE_ROUTINE;
typedef PVOID RTL_AVL_ALLOCATE_ROUTINE(struct _RTL_AVL_TABLE *Table, CLONG ByteSize);
typedef RTL_AVL_ALLOCATE_ROUTINE *PRTL_AVL_ALLOCATE_ROUTINE;
typedef void RTL_AVL_FREE_ROUTINE(struct _RTL_AVL_TABLE *Table, PVOID Buffer);
typedef RTL_AVL_FREE_ROUTINE *PRTL_AVL_FREE_ROUTINE;
typedef struct _RTL_AVL_TABLE {
    RTL_BALANCED_LINKS BalancedRoot;
    PVOID OrderedPointer;
    ULONG WhichOrderedElement;
    ULONG NumberGenericTableElements;
    ULONG DepthOfTree;
    PRTL_BALANCED_LINKS RestartKey;
    ULONG DeleteCount;
    PRTL_AVL_COMPARE_ROUTINE CompareRoutine;
    PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine;
    PRTL_AVL_FREE_ROUTINE FreeRoutine;
    PVOID TableContext;
} RTL_AVL_TABLE, *PRTL_AVL_TABLE;
void RtlInitializeGenericTable(PRTL_GENERIC_TABLE Table,
                               PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine,
                               PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine,
                               PRTL_GENERIC_FREE_ROUTINE FreeRoutine, PVOID TableContext);
PVOID RtlInsertElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                   PBOOLEAN NewElement);
BOOLEAN RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer);
PVOID RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer);
PVOID RtlEnumerateGenericTable(PRTL_GENERIC_TABLE Table, BOOLEAN Restart);
PVOID RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE Table, PVOID *RestartKey);
PVOID RtlGetElementGenericTable(PRTL_GENERIC_TABLE Table, ULONG I);
ULONG RtlNumberGenericTableElements(PRTL_GENERIC_TABLE Table);
BOOLEAN RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE Table);
void RtlInitializeGenericTableAvl(PRTL_AVL_TABLE Table, PRTL_AVL_COMPARE_ROUTINE CompareRoutine,
                                  PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine,
                                  PRTL_AVL_FREE_ROUTINE FreeRoutine, PVOID TableContext);
PVOID RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                      PBOOLEAN NewElement);
BOOLEAN RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer);
PVOID RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer);
PVOID RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE Table, BOOLEAN Restart);
PVOID RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE Table, PVOID *RestartKey);
PVOID RtlGetElementGenericTableAvl(PRTL_AVL_TABLE Table, ULONG I);
ULONG RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE Table);
BOOLEAN RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE Table);


NTSTATUS RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Revision);
NTSTATUS RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                      BOOLEAN DaclPresent, PACL Dacl, BOOLEAN DaclDefaulted);
NTSTATUS RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                      PBOOLEAN DaclPresent, PACL *Dacl, PBOOLEAN DaclDefaulted);
NTSTATUS RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Owner,
                                       BOOLEAN OwnerDefaulted);
BOOLEAN RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor);
ULONG RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor);
NTSTATUS RtlCreateAcl(PACL Acl, ULONG AclLength, ULONG AclRevision);
NTSTATUS RtlAddAccessAllowedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid);
ULONG RtlLengthSid(PSID Sid);
ULONG RtlLengthRequiredSid(ULONG SubAuthorityCount);
BOOLEAN RtlValidSid(PSID Sid);
BOOLEAN RtlEqualSid(PSID Sid1, PSID Sid2);
NTSTATUS RtlCopySid(ULONG DestinationSidLength, PSID DestinationSid, PSID SourceSid);
NTSTATUS RtlInitializeSid(PSID Sid, PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
                          UCHAR SubAuthorityCount);
PULONG RtlSubAuthoritySid(PSID Sid, ULONG SubAuthority);
NTSTATUS RtlConvertSidToUnicodeString(PUNICODE_STRING UnicodeString, PSID Sid,
                                      BOOLEAN AllocateDestinationString);
BOOLEAN SeSinglePrivilegeCheck(LUID PrivilegeValue, KPROCESSOR_MODE PreviousMode);
void SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
void SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
void SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
void SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTSTATUS SeLocateProcessImageName(PEPROCESS Process, PUNICODE_STRING *ImageFileName);
typedef enum _TOKEN_INFORMATION_CLASS {
    FshNegativeTokenInformationClass = -1,
    TokenUser = 1,
    TokenGroups,
    TokenPrivileges,
    TokenOwner,
    TokenPrimaryGroup,
    TokenDefaultDacl,
    TokenSource,
    TokenType,
    TokenImpersonationLevel,
    TokenStatistics,
    TokenRestrictedSids,
    TokenSessionId
} TOKEN_INFORMATION_CLASS, *PTOKEN_INFORMATION_CLASS;
typedef struct _SID_AND_ATTRIBUTES {
    PSID Sid;
    ULONG Attributes;
} SID_AND_ATTRIBUTES, *PSID_AND_ATTRIBUTES;
typedef struct _TOKEN_USER {
    SID_AND_ATTRIBUTES User;
} TOKEN_USER, *PTOKEN_USER;
NTSTATUS SeQueryInformationToken(PACCESS_TOKEN Token,
                                 TOKEN_INFORMATION_CLASS TokenInformationClass,
                                 PVOID *TokenInformation);
PACCESS_TOKEN PsReferencePrimaryToken(PEPROCESS Process);
void PsDereferencePrimaryToken(PACCESS_TOKEN PrimaryToken);
PACCESS_TOKEN PsReferenceImpersonationToken(PETHREAD Thread, PBOOLEAN CopyOnOpen,
                                            PBOOLEAN EffectiveOnly,
                                            SECURITY_IMPERSONATION_LEVEL *ImpersonationLevel);
void PsDereferenceImpersonationToken(PACCESS_TOKEN ImpersonationToken);


HANDLE PsGetCurrentProcessId(void);
HANDLE PsGetCurrentThreadId(void);
PEPROCESS PsGetCurrentProcess(void);
PEPROCESS IoGetCurrentProcess(void);
PETHREAD PsGetCurrentThread(void);
PKTHREAD KeGetCurrentThread(void);
HANDLE PsGetProcessId(PEPROCESS Process);
HANDLE PsGetThreadId(PETHREAD Thread);
HANDLE PsGetThreadProcessId(PETHREAD Thread);
PEPROCESS PsGetThreadProcess(PETHREAD Thread);
PEPROCESS IoThreadToProcess(PETHREAD Thread);
BOOLEAN PsIsSystemThread(PETHREAD Thread);
BOOLEAN PsIsThreadTerminating(PETHREAD Thread);
LONGLONG PsGetProcessCreateTimeQuadPart(PEPROCESS Process);
NTSTATUS PsGetProcessExitStatus(PEPROCESS Process);
PCHAR PsGetProcessImageFileName(PEPROCESS Process);
PVOID PsGetProcessWow64Process(PEPROCESS Process);
HANDLE PsGetProcessInheritedFromUniqueProcessId(PEPROCESS Process);
ULONG PsGetProcessSessionId(PEPROCESS Process);
NTSTATUS PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process);
NTSTATUS PsLookupThreadByThreadId(HANDLE ThreadId, PETHREAD *Thread);
NTSTATUS PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                              POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
                              PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
                              PVOID StartContext);
NTSTATUS PsTerminateSystemThread(NTSTATUS ExitStatus);
KPRIORITY KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority);
void KeStackAttachProcess(PRKPROCESS Process, PRKAPC_STATE ApcState);
void KeUnstackDetachProcess(PRKAPC_STATE ApcState);

typedef struct _PS_CREATE_NOTIFY_INFO {
    SIZE_T Size;
    union {
        ULONG Flags;
        struct {
            ULONG FileOpenNameAvailable : 1;
            ULONG IsSubsystemProcess : 1;
            ULONG Reserved : 30;
        };
    };
    HANDLE ParentProcessId;
    CLIENT_ID CreatingThreadId;
    struct _FILE_OBJECT *FileObject;
    PCUNICODE_STRING ImageFileName;
    PCUNICODE_STRING CommandLine;
    NTSTATUS CreationStatus;
} PS_CREATE_NOTIFY_INFO, *PPS_CREATE_NOTIFY_INFO;
typedef enum _PSCREATEPROCESSNOTIFYTYPE {
    FshNegativePsCreateProcessNotifyType = -1,
    PsCreateProcessNotifySubsystems = 0
} PSCREATEPROCESSNOTIFYTYPE;
typedef struct _IMAGE_INFO {
    union {
        ULONG Properties;
        struct {
            ULONG ImageAddressingMode : 8;
            ULONG SystemModeImage : 1;
            ULONG ImageMappedToAllPids : 1;
            ULONG ExtendedInfoPresent : 1;
            ULONG MachineTypeMismatch : 1;
            ULONG ImageSignatureLevel : 4;
            ULONG ImageSignatureType : 3;
            ULONG ImagePartialMap : 1;
            ULONG Reserved : 12;
        };
    };
    PVOID ImageBase;
    ULONG ImageSelector;
    SIZE_T ImageSize;
    ULONG ImageSectionNumber;
} IMAGE_INFO, *PIMAGE_INFO;
typedef void CREATE_PROCESS_NOTIFY_ROUTINE(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create);
typedef CREATE_PROCESS_NOTIFY_ROUTINE *PCREATE_PROCESS_NOTIFY_ROUTINE;
typedef void CREATE_PROCESS_NOTIFY_ROUTINE_EX(PEPROCESS Process, HANDLE ProcessId,
                                              PPS_CREATE_NOTIFY_INFO CreateInfo);
typedef CREATE_PROCESS_NOTIFY_ROUTINE_EX *PCREATE_PROCESS_NOTIFY_ROUTINE_EX;
typedef void CREATE_THREAD_NOTIFY_ROUTINE(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create);
typedef CREATE_THREAD_NOTIFY_ROUTINE *PCREATE_THREAD_NOTIFY_ROUTINE;
typedef void LOAD_IMAGE_NOTIFY_ROUTINE(PUNICODE_STRING FullImageName, HANDLE ProcessId,
                                       PIMAGE_INFO ImageInfo);
typedef LOAD_IMAGE_NOTIFY_ROUTINE *PLOAD_IMAGE_NOTIFY_ROUTINE;
NTSTATUS PsSetCreateProcessNotifyRoutine(PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine,
                                         BOOLEAN Remove);
NTSTATUS PsSetCreateProcessNotifyRoutineEx(PCREATE_PROCESS_NOTIFY_ROUTINE_EX NotifyRoutine,
                                           BOOLEAN Remove);
NTSTATUS PsSetCreateProcessNotifyRoutineEx2(PSCREATEPROCESSNOTIFYTYPE NotifyType,
                                            PVOID NotifyInformation, BOOLEAN Remove);
NTSTATUS PsSetCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine);
NTSTATUS PsRemoveCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine);
NTSTATUS PsSetLoadImageNotifyRoutine(PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine);
NTSTATUS PsRemoveLoadImageNotifyRoutine(PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine);


extern POBJECT_TYPE *IoFileObjectType;
extern POBJECT_TYPE *IoDeviceObjectType;
extern POBJECT_TYPE *IoDriverObjectType;
extern POBJECT_TYPE *ExEventObjectType;
extern POBJECT_TYPE *PsProcessType;
extern POBJECT_TYPE *PsThreadType;
extern POBJECT_TYPE *SeTokenObjectType;
LONG_PTR ObfReferenceObject(PVOID Object);
LONG_PTR ObfDereferenceObject(PVOID Object);
void ObDereferenceObjectDeferDelete(PVOID Object);


NTSTATUS ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                   POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                   PVOID *Object, POBJECT_HANDLE_INFORMATION HandleInformation);
NTSTATUS ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess,
                                    POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode);
NTSTATUS ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes,
                               PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                               KPROCESSOR_MODE AccessMode, PHANDLE Handle);
NTSTATUS ObCloseHandle(HANDLE Handle, KPROCESSOR_MODE PreviousMode);
NTSTATUS ObQueryNameString(PVOID Object, POBJECT_NAME_INFORMATION ObjectNameInfo, ULONG Length,
                           PULONG ReturnLength);


NTSTATUS ZwClose(HANDLE Handle);
NTSTATUS NtClose(HANDLE Handle);
NTSTATUS ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                   POBJECT_ATTRIBUTES ObjectAttributes);
NTSTATUS ZwOpenKeyEx(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                     POBJECT_ATTRIBUTES ObjectAttributes, ULONG OpenOptions);
NTSTATUS ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                     POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex,
                     PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition);
NTSTATUS ZwDeleteKey(HANDLE KeyHandle);
NTSTATUS ZwFlushKey(HANDLE KeyHandle);
NTSTATUS ZwQueryKey(HANDLE KeyHandle, KEY_INFORMATION_CLASS KeyInformationClass,
                    PVOID KeyInformation, ULONG Length, PULONG ResultLength);
NTSTATUS ZwEnumerateKey(HANDLE KeyHandle, ULONG Index, KEY_INFORMATION_CLASS KeyInformationClass,
                        PVOID KeyInformation, ULONG Length, PULONG ResultLength);
NTSTATUS ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                         KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                         PVOID KeyValueInformation, ULONG Length, PULONG ResultLength);
NTSTATUS ZwEnumerateValueKey(HANDLE KeyHandle, ULONG Index,
                             KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                             PVOID KeyValueInformation, ULONG Length, PULONG ResultLength);
NTSTATUS ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex, ULONG Type,
                       PVOID Data, ULONG DataSize);
NTSTATUS ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName);
NTSTATUS ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                      POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                      PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                      ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                      ULONG EaLength);
NTSTATUS ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                    POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                    ULONG ShareAccess, ULONG OpenOptions);
NTSTATUS ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                    PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
                    PLARGE_INTEGER ByteOffset, PULONG Key);
NTSTATUS ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                     PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
                     PLARGE_INTEGER ByteOffset, PULONG Key);
NTSTATUS ZwDeleteFile(POBJECT_ATTRIBUTES ObjectAttributes);
NTSTATUS ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock);
NTSTATUS ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                PVOID FileInformation, ULONG Length,
                                FILE_INFORMATION_CLASS FileInformationClass);
NTSTATUS ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                              PVOID FileInformation, ULONG Length,
                              FILE_INFORMATION_CLASS FileInformationClass);
NTSTATUS ZwQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                              PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                              PVOID FileInformation, ULONG Length,
                              FILE_INFORMATION_CLASS FileInformationClass,
                              BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
                              BOOLEAN RestartScan);
NTSTATUS ZwQueryFullAttributesFile(POBJECT_ATTRIBUTES ObjectAttributes,
                                   PFILE_NETWORK_OPEN_INFORMATION FileInformation);
NTSTATUS ZwQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                      PVOID FsInformation, ULONG Length,
                                      FS_INFORMATION_CLASS FsInformationClass);
NTSTATUS ZwFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                         PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, ULONG FsControlCode,
                         PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                         ULONG OutputBufferLength);
NTSTATUS ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                               PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                               ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength,
                               PVOID OutputBuffer, ULONG OutputBufferLength);
NTSTATUS ZwOpenSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
                                  POBJECT_ATTRIBUTES ObjectAttributes);
NTSTATUS ZwQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget,
                                   PULONG ReturnedLength);
NTSTATUS ZwOpenDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes);
NTSTATUS ZwOpenProcess(PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
                       POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId);
NTSTATUS ZwTerminateProcess(HANDLE ProcessHandle, NTSTATUS ExitStatus);
typedef enum _PROCESSINFOCLASS {
    FshNegativeProcessInfoClass = -1,
    ProcessBasicInformation = 0,
    ProcessDebugPort = 7,
    ProcessWow64Information = 26,
    ProcessImageFileName = 27,
    ProcessImageFileNameWin32 = 43,
    ProcessCommandLineInformation = 60
} PROCESSINFOCLASS;
typedef struct _PROCESS_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    struct _PEB *PebBaseAddress;
    ULONG_PTR AffinityMask;
    KPRIORITY BasePriority;
    ULONG_PTR UniqueProcessId;
    ULONG_PTR InheritedFromUniqueProcessId;
} PROCESS_BASIC_INFORMATION, *PPROCESS_BASIC_INFORMATION;
NTSTATUS ZwQuerySystemInformation(ULONG SystemInformationClass, PVOID SystemInformation,
                                  ULONG SystemInformationLength, PULONG ReturnLength);
NTSTATUS ZwQueryInformationProcess(HANDLE ProcessHandle, PROCESSINFOCLASS ProcessInformationClass,
                                   PVOID ProcessInformation, ULONG ProcessInformationLength,
                                   PULONG ReturnLength);
NTSTATUS ZwOpenProcessTokenEx(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
                              ULONG HandleAttributes, PHANDLE TokenHandle);
NTSTATUS ZwQueryInformationToken(HANDLE TokenHandle,
                                 TOKEN_INFORMATION_CLASS TokenInformationClass,
                                 PVOID TokenInformation, ULONG TokenInformationLength,
                                 PULONG ReturnLength);
NTSTATUS ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout);
NTSTATUS ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                       POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                       BOOLEAN InitialState);
NTSTATUS ZwSetEvent(HANDLE EventHandle, PLONG PreviousState);
NTSTATUS ZwCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                         POBJECT_ATTRIBUTES ObjectAttributes, PLARGE_INTEGER MaximumSize,
                         ULONG SectionPageProtection, ULONG AllocationAttributes,
                         HANDLE FileHandle);
NTSTATUS ZwMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress,
                            ULONG_PTR ZeroBits, SIZE_T CommitSize, PLARGE_INTEGER SectionOffset,
                            PSIZE_T ViewSize, SECTION_INHERIT InheritDisposition,
                            ULONG AllocationType, ULONG Win32Protect);
NTSTATUS ZwUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress);
NTSTATUS ZwAllocateVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
                                 PSIZE_T RegionSize, ULONG AllocationType, ULONG Protect);
NTSTATUS ZwFreeVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                             ULONG FreeType);
typedef enum _MEMORY_INFORMATION_CLASS {
    FshNegativeMemoryInformationClass = -1,
    MemoryBasicInformation = 0
} MEMORY_INFORMATION_CLASS;
typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    ULONG AllocationProtect;
    USHORT PartitionId;
    SIZE_T RegionSize;
    ULONG State;
    ULONG Protect;
    ULONG Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;
NTSTATUS ZwQueryVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress,
                              MEMORY_INFORMATION_CLASS MemoryInformationClass,
                              PVOID MemoryInformation, SIZE_T MemoryInformationLength,
                              PSIZE_T ReturnLength);
typedef enum _TRANSACTION_OUTCOME {
    FshNegativeTransactionOutcome = -1,
    TransactionOutcomeUndetermined = 1,
    TransactionOutcomeCommitted,
    TransactionOutcomeAborted
} TRANSACTION_OUTCOME;
typedef enum _TRANSACTION_INFORMATION_CLASS {
    FshNegativeTransactionInformationClass = -1,
    TransactionBasicInformation = 0
} TRANSACTION_INFORMATION_CLASS;
typedef struct _TRANSACTION_BASIC_INFORMATION {
    GUID TransactionId;
    ULONG State;
    ULONG Outcome;
} TRANSACTION_BASIC_INFORMATION, *PTRANSACTION_BASIC_INFORMATION;
NTSTATUS ZwQueryInformationTransaction(HANDLE TransactionHandle,
                                       TRANSACTION_INFORMATION_CLASS TransactionInformationClass,
                                       PVOID TransactionInformation,
                                       ULONG TransactionInformationLength, PULONG ReturnLength);


NTSTATUS IoOpenDriverRegistryKey(PDRIVER_OBJECT DriverObject, DRIVER_REGKEY_TYPE RegKeyType,
                                 ACCESS_MASK DesiredAccess, ULONG Flags,
                                 PHANDLE DriverRegKey);
NTSTATUS IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
                        PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
                        ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                        PDEVICE_OBJECT *DeviceObject);
NTSTATUS IoCreateDeviceSecure(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
                              PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
                              ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                              PCUNICODE_STRING DefaultSDDLString, LPCGUID DeviceClassGuid,
                              PDEVICE_OBJECT *DeviceObject);
void IoDeleteDevice(PDEVICE_OBJECT DeviceObject);
NTSTATUS IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName);
NTSTATUS IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName);
NTSTATUS IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess,
                                  PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject);
PDEVICE_OBJECT IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject);
PDEVICE_OBJECT IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject);
PDEVICE_OBJECT IoGetDeviceAttachmentBaseRef(PDEVICE_OBJECT DeviceObject);
PDEVICE_OBJECT IoGetRelatedDeviceObject(PFILE_OBJECT FileObject);
NTSTATUS IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject, DEVICE_REGISTRY_PROPERTY DeviceProperty,
                             ULONG BufferLength, PVOID PropertyBuffer, PULONG ResultLength);
PIRP IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject,
                                   PVOID InputBuffer, ULONG InputBufferLength,
                                   PVOID OutputBuffer, ULONG OutputBufferLength,
                                   BOOLEAN InternalDeviceIoControl, PKEVENT Event,
                                   PIO_STATUS_BLOCK IoStatusBlock);
PIRP IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota);
void IoFreeIrp(PIRP Irp);
NTSTATUS IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp);
void IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost);




void IoAcquireCancelSpinLock(PKIRQL Irql);
void IoReleaseCancelSpinLock(KIRQL Irql);
BOOLEAN IoCancelIrp(PIRP Irp);
PIO_WORKITEM IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject);
void IoFreeWorkItem(PIO_WORKITEM IoWorkItem);
void IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
                     WORK_QUEUE_TYPE QueueType, PVOID Context);
void IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
                       WORK_QUEUE_TYPE QueueType, PVOID Context);
PIRP IoGetTopLevelIrp(void);
void IoSetTopLevelIrp(PIRP Irp);
BOOLEAN IoIs32bitProcess(PIRP Irp);
BOOLEAN IoIsSystemThread(PETHREAD Thread);
BOOLEAN IoIsOperationSynchronous(PIRP Irp);
PTXN_PARAMETER_BLOCK IoGetTransactionParameterBlock(PFILE_OBJECT FileObject);
ULONG_PTR IoGetRemainingStackSize(void);
void IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit);
NTSTATUS IoReplaceFileObjectName(PFILE_OBJECT FileObject, PWSTR NewFileName,
                                 USHORT FileNameLength);
NTSTATUS IoVolumeDeviceToDosName(PVOID VolumeDeviceObject, PUNICODE_STRING DosName);
NTSTATUS RtlVolumeDeviceToDosName(PVOID VolumeDeviceObject, PUNICODE_STRING DosName);
NTSTATUS IoQueryFileDosDeviceName(PFILE_OBJECT FileObject,
                                  POBJECT_NAME_INFORMATION *ObjectNameInformation);
NTSTATUS IoQueryVolumeInformation(PFILE_OBJECT FileObject, FS_INFORMATION_CLASS FsInformationClass,
                                  ULONG Length, PVOID FsInformation, PULONG ReturnedLength);
BOOLEAN IoRaiseInformationalHardError(NTSTATUS ErrorStatus, PUNICODE_STRING String,
                                      PKTHREAD Thread);
NTSTATUS IoCheckShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                            PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess, BOOLEAN Update);
void IoSetShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                      PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess);
void IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess);
void IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess);
NTSTATUS IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject);
void IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject);
void IoRegisterBootDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                          PDRIVER_REINITIALIZE DriverReinitializationRoutine,
                                          PVOID Context);
void IoRegisterDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                      PDRIVER_REINITIALIZE DriverReinitializationRoutine,
                                      PVOID Context);
NTSTATUS IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                         PVOID ClientIdentificationAddress,
                                         ULONG DriverObjectExtensionSize,
                                         PVOID *DriverObjectExtension);
PVOID IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress);
PKEVENT IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle);
PKEVENT IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle);


PMDL IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer,
                   BOOLEAN ChargeQuota, PIRP Irp);
void IoFreeMdl(PMDL Mdl);
void IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length);
void MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList);
void MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                         LOCK_OPERATION Operation);
void MmUnlockPages(PMDL MemoryDescriptorList);
PVOID MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                   MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress,
                                   ULONG BugCheckOnFailure, ULONG Priority);
PVOID MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode);
void MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList);
PVOID MmGetSystemAddressForMdlSafe(PMDL Mdl, ULONG Priority);
PVOID MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName);
BOOLEAN MmIsAddressValid(PVOID VirtualAddress);
BOOLEAN MmFlushImageSection(PSECTION_OBJECT_POINTERS SectionObjectPointer,
                            MMFLUSH_TYPE FlushType);
BOOLEAN MmCanFileBeTruncated(PSECTION_OBJECT_POINTERS SectionPointer,
                             PLARGE_INTEGER NewFileSize);
BOOLEAN MmForceSectionClosed(PSECTION_OBJECT_POINTERS SectionObjectPointer, BOOLEAN DelayClose);
ULONG MmDoesFileHaveUserWritableReferences(PSECTION_OBJECT_POINTERS SectionPointer);
PVOID MmAllocateNonCachedMemory(SIZE_T NumberOfBytes);
void MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes);
NTSTATUS MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize);
NTSTATUS MmUnmapViewInSystemSpace(PVOID MappedBase);


BOOLEAN FsRtlIsNtstatusExpected(NTSTATUS Exception);
BOOLEAN FsRtlIsNameInExpression(PUNICODE_STRING Expression, PUNICODE_STRING Name,
                                BOOLEAN IgnoreCase, PWCH UpcaseTable);
BOOLEAN FsRtlDoesNameContainWildCards(PUNICODE_STRING Name);
BOOLEAN FsRtlAreNamesEqual(PCUNICODE_STRING ConstantNameA, PCUNICODE_STRING ConstantNameB,
                           BOOLEAN IgnoreCase, PCWCH UpcaseTable);
void FsRtlDissectName(UNICODE_STRING Name, PUNICODE_STRING FirstPart,
                      PUNICODE_STRING RemainingPart);
BOOLEAN FsRtlIsPagingFile(PFILE_OBJECT FileObject);
NTSTATUS FsRtlGetFileSize(PFILE_OBJECT FileObject, PLARGE_INTEGER FileSize);
NTSTATUS FsRtlSetFileSize(PFILE_OBJECT FileObject, PLARGE_INTEGER FileSize);
typedef void FSRTL_STACK_OVERFLOW_ROUTINE(PVOID Context, PKEVENT Event);
typedef FSRTL_STACK_OVERFLOW_ROUTINE *PFSRTL_STACK_OVERFLOW_ROUTINE;
void FsRtlPostStackOverflow(PVOID Context, PKEVENT Event,
                            PFSRTL_STACK_OVERFLOW_ROUTINE StackOverflowRoutine);
void FsRtlSetupAdvancedHeader(PVOID AdvHdr, PFAST_MUTEX FMutex);
void FsRtlTeardownPerStreamContexts(PFSRTL_ADVANCED_FCB_HEADER AdvancedHeader);
BOOLEAN FsRtlCopyRead(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length,
                      BOOLEAN Wait, ULONG LockKey, PVOID Buffer, PIO_STATUS_BLOCK IoStatus,
                      PDEVICE_OBJECT DeviceObject);
PFILE_LOCK FsRtlAllocateFileLock(PCOMPLETE_LOCK_IRP_ROUTINE CompleteLockIrpRoutine,
                                 PUNLOCK_ROUTINE UnlockRoutine);
void FsRtlFreeFileLock(PFILE_LOCK FileLock);
void FsRtlInitializeFileLock(PFILE_LOCK FileLock,
                             PCOMPLETE_LOCK_IRP_ROUTINE CompleteLockIrpRoutine,
                             PUNLOCK_ROUTINE UnlockRoutine);
void FsRtlUninitializeFileLock(PFILE_LOCK FileLock);
BOOLEAN FsRtlFastCheckLockForRead(PFILE_LOCK FileLock, PLARGE_INTEGER StartingByte,
                                  PLARGE_INTEGER Length, ULONG Key, PFILE_OBJECT FileObject,
                                  PVOID ProcessId);

typedef struct _CC_FILE_SIZES {
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER FileSize;
    LARGE_INTEGER ValidDataLength;
} CC_FILE_SIZES, *PCC_FILE_SIZES;
typedef struct _CACHE_MANAGER_CALLBACKS *PCACHE_MANAGER_CALLBACKS;
void CcFlushCache(PSECTION_OBJECT_POINTERS SectionObjectPointer, PLARGE_INTEGER FileOffset,
                  ULONG Length, PIO_STATUS_BLOCK IoStatus);
BOOLEAN CcPurgeCacheSection(PSECTION_OBJECT_POINTERS SectionObjectPointer,
                            PLARGE_INTEGER FileOffset, ULONG Length, ULONG Flags);
void CcSetFileSizes(PFILE_OBJECT FileObject, PCC_FILE_SIZES FileSizes);
void CcInitializeCacheMap(PFILE_OBJECT FileObject, PCC_FILE_SIZES FileSizes, BOOLEAN PinAccess,
                          PCACHE_MANAGER_CALLBACKS Callbacks, PVOID LazyWriteContext);
BOOLEAN CcUninitializeCacheMap(PFILE_OBJECT FileObject, PLARGE_INTEGER TruncateSize,
                               PVOID UninitializeCompleteEvent);
BOOLEAN CcCopyRead(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length,
                   BOOLEAN Wait, PVOID Buffer, PIO_STATUS_BLOCK IoStatus);
void CcMdlRead(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length, PMDL *MdlChain,
               PIO_STATUS_BLOCK IoStatus);
void CcMdlReadComplete(PFILE_OBJECT FileObject, PMDL MdlChain);
void CcMdlWriteComplete(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, PMDL MdlChain);
void CcSetReadAheadGranularity(PFILE_OBJECT FileObject, ULONG Granularity);




typedef ULONG OB_OPERATION;




typedef enum _OB_PREOP_CALLBACK_STATUS {
    FshNegativeObPreopCallbackStatus = -1,
    OB_PREOP_SUCCESS = 0
} OB_PREOP_CALLBACK_STATUS, *POB_PREOP_CALLBACK_STATUS;
typedef struct _OB_PRE_CREATE_HANDLE_INFORMATION {
    ACCESS_MASK DesiredAccess;
    ACCESS_MASK OriginalDesiredAccess;
} OB_PRE_CREATE_HANDLE_INFORMATION, *POB_PRE_CREATE_HANDLE_INFORMATION;
typedef struct _OB_PRE_DUPLICATE_HANDLE_INFORMATION {
    ACCESS_MASK DesiredAccess;
    ACCESS_MASK OriginalDesiredAccess;
    PVOID SourceProcess;
    PVOID TargetProcess;
} OB_PRE_DUPLICATE_HANDLE_INFORMATION, *POB_PRE_DUPLICATE_HANDLE_INFORMATION;
typedef union _OB_PRE_OPERATION_PARAMETERS {
    OB_PRE_CREATE_HANDLE_INFORMATION CreateHandleInformation;
    OB_PRE_DUPLICATE_HANDLE_INFORMATION DuplicateHandleInformation;
} OB_PRE_OPERATION_PARAMETERS, *POB_PRE_OPERATION_PARAMETERS;
typedef struct _OB_PRE_OPERATION_INFORMATION {
    OB_OPERATION Operation;
    union {
        ULONG Flags;
        struct {
            ULONG KernelHandle : 1;
            ULONG Reserved : 31;
        };
    };
    PVOID Object;
    POBJECT_TYPE ObjectType;
    PVOID CallContext;
    POB_PRE_OPERATION_PARAMETERS Parameters;
} OB_PRE_OPERATION_INFORMATION, *POB_PRE_OPERATION_INFORMATION;
typedef struct _OB_POST_OPERATION_INFORMATION {
    OB_OPERATION Operation;
    union {
        ULONG Flags;
        struct {
            ULONG KernelHandle : 1;
            ULONG Reserved : 31;
        };
    };
    PVOID Object;
    POBJECT_TYPE ObjectType;
    PVOID CallContext;
    NTSTATUS ReturnStatus;
    PVOID Parameters;
} OB_POST_OPERATION_INFORMATION, *POB_POST_OPERATION_INFORMATION;
typedef OB_PREOP_CALLBACK_STATUS OB_PRE_OPERATION_CALLBACK(
    PVOID RegistrationContext, POB_PRE_OPERATION_INFORMATION OperationInformation);
typedef OB_PRE_OPERATION_CALLBACK *POB_PRE_OPERATION_CALLBACK;
typedef void OB_POST_OPERATION_CALLBACK(PVOID RegistrationContext,
                                        POB_POST_OPERATION_INFORMATION OperationInformation);
typedef OB_POST_OPERATION_CALLBACK *POB_POST_OPERATION_CALLBACK;
typedef struct _OB_OPERATION_REGISTRATION {
    POBJECT_TYPE *ObjectType;
    OB_OPERATION Operations;
    POB_PRE_OPERATION_CALLBACK PreOperation;
    POB_POST_OPERATION_CALLBACK PostOperation;
} OB_OPERATION_REGISTRATION, *POB_OPERATION_REGISTRATION;
typedef struct _OB_CALLBACK_REGISTRATION {
    USHORT Version;
    USHORT OperationRegistrationCount;
    UNICODE_STRING Altitude;
    PVOID RegistrationContext;
    OB_OPERATION_REGISTRATION *OperationRegistration;
} OB_CALLBACK_REGISTRATION, *POB_CALLBACK_REGISTRATION;
NTSTATUS ObRegisterCallbacks(POB_CALLBACK_REGISTRATION CallbackRegistration,
                             PVOID *RegistrationHandle);
void ObUnRegisterCallbacks(PVOID RegistrationHandle);
USHORT ObGetFilterVersion(void);
typedef NTSTATUS EX_CALLBACK_FUNCTION(PVOID CallbackContext, PVOID Argument1, PVOID Argument2);
typedef EX_CALLBACK_FUNCTION *PEX_CALLBACK_FUNCTION;
NTSTATUS CmRegisterCallback(PEX_CALLBACK_FUNCTION Function, PVOID Context, PLARGE_INTEGER Cookie);
NTSTATUS CmRegisterCallbackEx(PEX_CALLBACK_FUNCTION Function, PCUNICODE_STRING Altitude,
                              PVOID Driver, PVOID Context, PLARGE_INTEGER Cookie,
                              PVOID Reserved);
NTSTATUS CmUnRegisterCallback(LARGE_INTEGER Cookie);
NTSTATUS CmCallbackGetKeyObjectIDEx(PLARGE_INTEGER Cookie, PVOID Object, PULONG_PTR ObjectID,
                                    PCUNICODE_STRING *ObjectName, ULONG Flags);
void CmCallbackReleaseKeyObjectIDEx(PCUNICODE_STRING ObjectName);




#pragma pack(pop)
# 18 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/crt_names.h" 1
# 10 "/work/wt-tool/fltshim/include/fsh/crt_names.h"
# 1 "/work/wt-tool/fltshim/include/fsh/crt.h" 1
# 17 "/work/wt-tool/fltshim/include/fsh/crt.h"
long unsigned int fsh_strlen(const char *String);
long unsigned int fsh_strnlen(const char *String, long unsigned int Maximum);
char *fsh_strcpy(char *Destination, const char *Source);
char *fsh_strncpy(char *Destination, const char *Source, long unsigned int Count);
char *fsh_strcat(char *Destination, const char *Source);
char *fsh_strncat(char *Destination, const char *Source, long unsigned int Count);
int fsh_strcmp(const char *String1, const char *String2);
int fsh_strncmp(const char *String1, const char *String2, long unsigned int Count);
int fsh_stricmp(const char *String1, const char *String2);
int fsh_strnicmp(const char *String1, const char *String2, long unsigned int Count);
char *fsh_strchr(const char *String, int Character);
char *fsh_strrchr(const char *String, int Character);
char *fsh_strstr(const char *String, const char *Search);
long unsigned int fsh_strspn(const char *String, const char *Accept);
long unsigned int fsh_strcspn(const char *String, const char *Reject);
char *fsh_strpbrk(const char *String, const char *Accept);
char *fsh_strupr(char *String);
char *fsh_strlwr(char *String);
char *fsh_strrev(char *String);
int fsh_strcpy_s(char *Destination, long unsigned int Size, const char *Source);
int fsh_strncpy_s(char *Destination, long unsigned int Size, const char *Source, long unsigned int Count);
int fsh_strcat_s(char *Destination, long unsigned int Size, const char *Source);
int fsh_strncat_s(char *Destination, long unsigned int Size, const char *Source, long unsigned int Count);
char *fsh_strtok_s(char *String, const char *Delimiters, char **Context);
int fsh_strupr_s(char *String, long unsigned int Size);
int fsh_strlwr_s(char *String, long unsigned int Size);
long unsigned int fsh_wcslen(const WCHAR *String);
long unsigned int fsh_wcsnlen(const WCHAR *String, long unsigned int Maximum);
WCHAR *fsh_wcscpy(WCHAR *Destination, const WCHAR *Source);
WCHAR *fsh_wcsncpy(WCHAR *Destination, const WCHAR *Source, long unsigned int Count);
WCHAR *fsh_wcscat(WCHAR *Destination, const WCHAR *Source);
WCHAR *fsh_wcsncat(WCHAR *Destination, const WCHAR *Source, long unsigned int Count);
int fsh_wcscmp(const WCHAR *String1, const WCHAR *String2);
int fsh_wcsncmp(const WCHAR *String1, const WCHAR *String2, long unsigned int Count);
int fsh_wcsicmp(const WCHAR *String1, const WCHAR *String2);
int fsh_wcsnicmp(const WCHAR *String1, const WCHAR *String2, long unsigned int Count);
WCHAR *fsh_wcschr(const WCHAR *String, WCHAR Character);
WCHAR *fsh_wcsrchr(const WCHAR *String, WCHAR Character);
WCHAR *fsh_wcsstr(const WCHAR *String, const WCHAR *Search);
long unsigned int fsh_wcsspn(const WCHAR *String, const WCHAR *Accept);
long unsigned int fsh_wcscspn(const WCHAR *String, const WCHAR *Reject);
WCHAR *fsh_wcspbrk(const WCHAR *String, const WCHAR *Accept);
WCHAR *fsh_wcsupr(WCHAR *String);
WCHAR *fsh_wcslwr(WCHAR *String);
WCHAR *fsh_wcsrev(WCHAR *String);
int fsh_wcscpy_s(WCHAR *Destination, long unsigned int Size, const WCHAR *Source);
int fsh_wcsncpy_s(WCHAR *Destination, long unsigned int Size, const WCHAR *Source,
                  long unsigned int Count);
int fsh_wcscat_s(WCHAR *Destination, long unsigned int Size, const WCHAR *Source);
int fsh_wcsncat_s(WCHAR *Destination, long unsigned int Size, const WCHAR *Source,
                  long unsigned int Count);
WCHAR *fsh_wcstok_s(WCHAR *String, const WCHAR *Delimiters, WCHAR **Context);
int fsh_wcsupr_s(WCHAR *String, long unsigned int Size);
int fsh_wcslwr_s(WCHAR *String, long unsigned int Size);
int fsh_memcpy_s(void *Destination, long unsigned int Size, const void *Source, long unsigned int Count);
int fsh_memmove_s(void *Destination, long unsigned int Size, const void *Source, long unsigned int Count);
int fsh_tolower(int Character);
int fsh_toupper(int Character);
unsigned short fsh_towlower(unsigned short Character);
unsigned short fsh_towupper(unsigned short Character);
int fsh_isalpha(int Character);
int fsh_isdigit(int Character);
int fsh_isxdigit(int Character);
int fsh_isalnum(int Character);
int fsh_isspace(int Character);
int fsh_isupper(int Character);
int fsh_islower(int Character);
int fsh_isprint(int Character);
int fsh_ispunct(int Character);
int fsh_iswalpha(unsigned short Character);
int fsh_iswdigit(unsigned short Character);
int fsh_iswxdigit(unsigned short Character);
int fsh_iswalnum(unsigned short Character);
int fsh_iswspace(unsigned short Character);
int fsh_iswupper(unsigned short Character);
int fsh_iswlower(unsigned short Character);
int fsh_iswprint(unsigned short Character);
int fsh_atoi(const char *String);
int fsh_atol(const char *String);
long long fsh_atoi64(const char *String);
int fsh_wtoi(const WCHAR *String);
int fsh_wtol(const WCHAR *String);
long long fsh_wtoi64(const WCHAR *String);
int fsh_strtol(const char *String, char **End, int Base);
unsigned int fsh_strtoul(const char *String, char **End, int Base);
long long fsh_strtoi64(const char *String, char **End, int Base);
unsigned long long fsh_strtoui64(const char *String, char **End, int Base);
int fsh_wcstol(const WCHAR *String, WCHAR **End, int Base);
unsigned int fsh_wcstoul(const WCHAR *String, WCHAR **End, int Base);
long long fsh_wcstoi64(const WCHAR *String, WCHAR **End, int Base);
unsigned long long fsh_wcstoui64(const WCHAR *String, WCHAR **End, int Base);
int fsh_itoa_s(int Value, char *Buffer, long unsigned int Size, int Radix);
int fsh_itow_s(int Value, WCHAR *Buffer, long unsigned int Size, int Radix);
int fsh_ultoa_s(unsigned int Value, char *Buffer, long unsigned int Size, int Radix);
int fsh_ultow_s(unsigned int Value, WCHAR *Buffer, long unsigned int Size, int Radix);
int fsh_i64tow_s(long long Value, WCHAR *Buffer, long unsigned int Size, int Radix);
int fsh_ui64tow_s(unsigned long long Value, WCHAR *Buffer, long unsigned int Size, int Radix);
int fsh_i64toa_s(long long Value, char *Buffer, long unsigned int Size, int Radix);
int fsh_ui64toa_s(unsigned long long Value, char *Buffer, long unsigned int Size, int Radix);
long unsigned int fsh_mbstowcs(WCHAR *Destination, const char *Source, long unsigned int Count);
long unsigned int fsh_wcstombs(char *Destination, const WCHAR *Source, long unsigned int Count);
int fsh_abs(int Value);
int fsh_rand(void);
void fsh_srand(unsigned int Seed);
void fsh_qsort(void *Base, long unsigned int Count, long unsigned int Width, int (*Compare)(const void *,
               const void *));
void *fsh_bsearch(const void *Key, const void *Base, long unsigned int Count, long unsigned int Width,
                  int (*Compare)(const void *, const void *));


int __attribute__((__ms_abi__)) fsh_snprintf(char *Buffer, long unsigned int Count, const char *Format, ...);
int __attribute__((__ms_abi__)) fsh_c99_snprintf(char *Buffer, long unsigned int Count, const char *Format, ...);
int __attribute__((__ms_abi__)) fsh_snwprintf(WCHAR *Buffer, long unsigned int Count, const WCHAR *Format, ...);
int __attribute__((__ms_abi__)) fsh_sprintf(char *Buffer, const char *Format, ...);
int __attribute__((__ms_abi__)) fsh_swprintf(WCHAR *Buffer, const WCHAR *Format, ...);
int __attribute__((__ms_abi__)) fsh_sprintf_s(char *Buffer, long unsigned int Size, const char *Format, ...);
int __attribute__((__ms_abi__)) fsh_swprintf_s(WCHAR *Buffer, long unsigned int Size, const WCHAR *Format, ...);
int __attribute__((__ms_abi__)) fsh_snprintf_s(char *Buffer, long unsigned int Size, long unsigned int Count,
                              const char *Format, ...);
int __attribute__((__ms_abi__)) fsh_snwprintf_s(WCHAR *Buffer, long unsigned int Size, long unsigned int Count,
                               const WCHAR *Format, ...);
int __attribute__((__ms_abi__)) fsh_printf(const char *Format, ...);
int __attribute__((__ms_abi__)) fsh_scprintf(const char *Format, ...);
int __attribute__((__ms_abi__)) fsh_scwprintf(const WCHAR *Format, ...);

int fsh_vsnprintf(char *Buffer, long unsigned int Count, const char *Format, FSH_VA_LIST ArgList);
int fsh_c99_vsnprintf(char *Buffer, long unsigned int Count, const char *Format, FSH_VA_LIST ArgList);
int fsh_vsnwprintf(WCHAR *Buffer, long unsigned int Count, const WCHAR *Format, FSH_VA_LIST ArgList);
int fsh_vsprintf(char *Buffer, const char *Format, FSH_VA_LIST ArgList);
int fsh_vswprintf(WCHAR *Buffer, const WCHAR *Format, FSH_VA_LIST ArgList);
int fsh_vsprintf_s(char *Buffer, long unsigned int Size, const char *Format, FSH_VA_LIST ArgList);
int fsh_vswprintf_s(WCHAR *Buffer, long unsigned int Size, const WCHAR *Format, FSH_VA_LIST ArgList);
int fsh_vsnprintf_s(char *Buffer, long unsigned int Size, long unsigned int Count, const char *Format,
                    FSH_VA_LIST ArgList);
int fsh_vsnwprintf_s(WCHAR *Buffer, long unsigned int Size, long unsigned int Count, const WCHAR *Format,
                     FSH_VA_LIST ArgList);
int fsh_vscprintf(const char *Format, FSH_VA_LIST ArgList);
int fsh_vscwprintf(const WCHAR *Format, FSH_VA_LIST ArgList);
# 11 "/work/wt-tool/fltshim/include/fsh/crt_names.h" 2
# 159 "/work/wt-tool/fltshim/include/fsh/crt_names.h"
typedef __builtin_va_list va_list;
# 19 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/interlocked.h" 1
# 14 "/work/wt-tool/fltshim/include/fsh/interlocked.h"
static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedIncrement(volatile LONG *Addend)
{
    return __atomic_add_fetch(Addend, 1, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedDecrement(volatile LONG *Addend)
{
    return __atomic_sub_fetch(Addend, 1, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedExchange(volatile LONG *Target, LONG Value)
{
    return __atomic_exchange_n(Target, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedCompareExchange(volatile LONG *Destination, LONG ExChange,
                                           LONG Comperand)
{
    return __sync_val_compare_and_swap(Destination, Comperand, ExChange);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedExchangeAdd(volatile LONG *Addend, LONG Value)
{
    return __atomic_fetch_add(Addend, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedAdd(volatile LONG *Addend, LONG Value)
{
    return __atomic_add_fetch(Addend, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedOr(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_or(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedAnd(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_and(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG InterlockedXor(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_xor(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedIncrement64(volatile LONG64 *Addend)
{
    return __atomic_add_fetch(Addend, 1, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedDecrement64(volatile LONG64 *Addend)
{
    return __atomic_sub_fetch(Addend, 1, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedExchange64(volatile LONG64 *Target, LONG64 Value)
{
    return __atomic_exchange_n(Target, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedCompareExchange64(volatile LONG64 *Destination, LONG64 ExChange,
                                               LONG64 Comperand)
{
    return __sync_val_compare_and_swap(Destination, Comperand, ExChange);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedExchangeAdd64(volatile LONG64 *Addend, LONG64 Value)
{
    return __atomic_fetch_add(Addend, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedAdd64(volatile LONG64 *Addend, LONG64 Value)
{
    return __atomic_add_fetch(Addend, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedOr64(volatile LONG64 *Destination, LONG64 Value)
{
    return __atomic_fetch_or(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedAnd64(volatile LONG64 *Destination, LONG64 Value)
{
    return __atomic_fetch_and(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) LONG64 InterlockedXor64(volatile LONG64 *Destination, LONG64 Value)
{
    return __atomic_fetch_xor(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedIncrement16(volatile SHORT *Addend)
{
    return __atomic_add_fetch(Addend, 1, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedDecrement16(volatile SHORT *Addend)
{
    return __atomic_sub_fetch(Addend, 1, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedExchange16(volatile SHORT *Target, SHORT Value)
{
    return __atomic_exchange_n(Target, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedCompareExchange16(volatile SHORT *Destination, SHORT ExChange,
                                              SHORT Comperand)
{
    return __sync_val_compare_and_swap(Destination, Comperand, ExChange);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedExchangeAdd16(volatile SHORT *Addend, SHORT Value)
{
    return __atomic_fetch_add(Addend, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedAdd16(volatile SHORT *Addend, SHORT Value)
{
    return __atomic_add_fetch(Addend, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedOr16(volatile SHORT *Destination, SHORT Value)
{
    return __atomic_fetch_or(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedAnd16(volatile SHORT *Destination, SHORT Value)
{
    return __atomic_fetch_and(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) SHORT InterlockedXor16(volatile SHORT *Destination, SHORT Value)
{
    return __atomic_fetch_xor(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) CHAR InterlockedExchange8(volatile CHAR *Target, CHAR Value)
{
    return __atomic_exchange_n(Target, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) CHAR InterlockedOr8(volatile CHAR *Destination, CHAR Value)
{
    return __atomic_fetch_or(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) CHAR InterlockedAnd8(volatile CHAR *Destination, CHAR Value)
{
    return __atomic_fetch_and(Destination, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) PVOID FshExchangePointer(PVOID volatile *Target, PVOID Value)
{
    return __atomic_exchange_n(Target, Value, 5);
}

static __inline__ __attribute__((__always_inline__, __unused__)) PVOID FshCompareExchangePointer(PVOID volatile *Destination, PVOID ExChange,
                                           PVOID Comperand)
{
    return __sync_val_compare_and_swap(Destination, Comperand, ExChange);
}

static __inline__ __attribute__((__always_inline__, __unused__)) BOOLEAN InterlockedBitTestAndSet(volatile LONG *Base, LONG Bit)
{
    LONG mask = (LONG)(1u << (Bit & 31));

    return (__atomic_fetch_or(Base + (Bit >> 5), mask, 5) & mask) != 0;
}

static __inline__ __attribute__((__always_inline__, __unused__)) BOOLEAN InterlockedBitTestAndReset(volatile LONG *Base, LONG Bit)
{
    LONG mask = (LONG)(1u << (Bit & 31));

    return (__atomic_fetch_and(Base + (Bit >> 5), ~mask, 5) & mask) != 0;
}

static __inline__ __attribute__((__always_inline__, __unused__)) BOOLEAN InterlockedBitTestAndComplement(volatile LONG *Base, LONG Bit)
{
    LONG mask = (LONG)(1u << (Bit & 31));

    return (__atomic_fetch_xor(Base + (Bit >> 5), mask, 5) & mask) != 0;
}
# 20 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/../excpt.h" 1
# 9 "/work/wt-tool/fltshim/include/fsh/../excpt.h"
# 1 "/work/wt-tool/fltshim/include/fsh/../fsh/seh.h" 1
# 13 "/work/wt-tool/fltshim/include/fsh/../fsh/seh.h"
# 1 "/work/wt-tool/fltshim/include/fsh/../fsh/types.h" 1
# 14 "/work/wt-tool/fltshim/include/fsh/../fsh/seh.h" 2

#pragma pack(push, 8)






struct fsh_x {
    NTSTATUS code;
    ULONG flags;
    PVOID address;
    ULONG_PTR parameters;
    ULONG_PTR information[2];
};


struct fsh_x_info {
    EXCEPTION_RECORD record;
    EXCEPTION_POINTERS pointers;
};


struct fsh_frame {
    unsigned long long mark;
    unsigned long long jump[8];
    struct fsh_frame *outer;
    struct fsh_x *x;
    NTSTATUS code;
    int preempt;
    unsigned char normal;
    unsigned char raised;
};





int fsh_setjmp(struct fsh_frame *frame) __attribute__((__returns_twice__));

void fsh_seh_push(struct fsh_frame *frame, struct fsh_x *x, struct fsh_frame *outer);
void fsh_seh_pop(struct fsh_frame *frame);
int fsh_seh_pop_fin(struct fsh_frame *frame);
void fsh_seh_resume(struct fsh_frame *frame);
void fsh_seh_continue(struct fsh_x *x, int disposition);
PEXCEPTION_POINTERS fsh_seh_information(const struct fsh_x *x, struct fsh_x_info *info);

NTSTATUS FsRtlNormalizeNtstatus(NTSTATUS Exception, NTSTATUS GenericException);
# 73 "/work/wt-tool/fltshim/include/fsh/../fsh/seh.h"
#pragma pack(pop)
# 10 "/work/wt-tool/fltshim/include/fsh/../excpt.h" 2
# 21 "/work/wt-tool/fltshim/include/fsh/wdk.h" 2
# 356 "/work/wt-tool/fltshim/include/fsh/wdk.h"
static const GUID GUID_NULL __attribute__((__unused__)) = { 0, 0, 0, { 0 } };


static __inline__ __attribute__((__always_inline__, __unused__)) void InitializeListHead(PLIST_ENTRY ListHead)
{
    ListHead->Flink = ListHead->Blink = ListHead;
}

static __inline__ __attribute__((__always_inline__, __unused__)) BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead)
{
    return ListHead->Flink == ListHead;
}

static __inline__ __attribute__((__always_inline__, __unused__)) BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)
{
    PLIST_ENTRY next = Entry->Flink;
    PLIST_ENTRY previous = Entry->Blink;

    previous->Flink = next;
    next->Blink = previous;
    return next == previous;
}

static __inline__ __attribute__((__always_inline__, __unused__)) PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Flink;

    RemoveEntryList(entry);
    return entry;
}

static __inline__ __attribute__((__always_inline__, __unused__)) PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Blink;

    RemoveEntryList(entry);
    return entry;
}

static __inline__ __attribute__((__always_inline__, __unused__)) void FshInsertBetween(PLIST_ENTRY Entry, PLIST_ENTRY Previous, PLIST_ENTRY Next)
{
    Entry->Flink = Next;
    Entry->Blink = Previous;
    Next->Blink = Entry;
    Previous->Flink = Entry;
}

static __inline__ __attribute__((__always_inline__, __unused__)) void InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    FshInsertBetween(Entry, ListHead, ListHead->Flink);
}

static __inline__ __attribute__((__always_inline__, __unused__)) void InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    FshInsertBetween(Entry, ListHead->Blink, ListHead);
}

static __inline__ __attribute__((__always_inline__, __unused__)) void AppendTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListToAppend)
{
    PLIST_ENTRY last = ListHead->Blink;

    ListHead->Blink->Flink = ListToAppend;
    ListHead->Blink = ListToAppend->Blink;
    ListToAppend->Blink->Flink = ListHead;
    ListToAppend->Blink = last;
}

static __inline__ __attribute__((__always_inline__, __unused__)) PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY ListHead)
{
    PSINGLE_LIST_ENTRY first = ListHead->Next;

    if (first)
        ListHead->Next = first->Next;
    return first;
}

static __inline__ __attribute__((__always_inline__, __unused__)) void PushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY Entry)
{
    Entry->Next = ListHead->Next;
    ListHead->Next = Entry;
}
# 483 "/work/wt-tool/fltshim/include/fsh/wdk.h"
static __inline__ __attribute__((__always_inline__, __unused__)) void ExInitializeDriverRuntime(ULONG RuntimeFlags)
{
    ((void)(RuntimeFlags));
}
# 7 "/work/wt-tool/fltshim/include/fltkernel.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/fltuser.h" 1
# 12 "/work/wt-tool/fltshim/include/fsh/fltuser.h"
#pragma pack(push)
#pragma pack()




typedef enum _FLT_FILESYSTEM_TYPE {
    FshNegativeFltFilesystemType = -1,
    FLT_FSTYPE_UNKNOWN = 0,
    FLT_FSTYPE_RAW,
    FLT_FSTYPE_NTFS,
    FLT_FSTYPE_FAT,
    FLT_FSTYPE_CDFS,
    FLT_FSTYPE_UDFS,
    FLT_FSTYPE_LANMAN,
    FLT_FSTYPE_WEBDAV,
    FLT_FSTYPE_RDPDR,
    FLT_FSTYPE_NFS,
    FLT_FSTYPE_MS_NETWARE,
    FLT_FSTYPE_NETWARE,
    FLT_FSTYPE_BSUDF,
    FLT_FSTYPE_MUP,
    FLT_FSTYPE_RSFX,
    FLT_FSTYPE_ROXIO_UDF1,
    FLT_FSTYPE_ROXIO_UDF2,
    FLT_FSTYPE_ROXIO_UDF3,
    FLT_FSTYPE_TACIT,
    FLT_FSTYPE_FS_REC,
    FLT_FSTYPE_INCD,
    FLT_FSTYPE_INCD_FAT,
    FLT_FSTYPE_EXFAT,
    FLT_FSTYPE_PSFS,
    FLT_FSTYPE_GPFS,
    FLT_FSTYPE_NPFS,
    FLT_FSTYPE_MSFS,
    FLT_FSTYPE_CSVFS,
    FLT_FSTYPE_REFS,
    FLT_FSTYPE_OPENAFS,
    FLT_FSTYPE_CIMFS
} FLT_FILESYSTEM_TYPE, *PFLT_FILESYSTEM_TYPE;
# 61 "/work/wt-tool/fltshim/include/fsh/fltuser.h"
typedef enum _FILTER_INFORMATION_CLASS {
    FshNegativeFilterInformationClass = -1,
    FilterFullInformation = 0,
    FilterAggregateBasicInformation,
    FilterAggregateStandardInformation
} FILTER_INFORMATION_CLASS, *PFILTER_INFORMATION_CLASS;

typedef struct _FILTER_FULL_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FrameID;
    ULONG NumberOfInstances;
    USHORT FilterNameLength;
    WCHAR FilterNameBuffer[1];
} FILTER_FULL_INFORMATION, *PFILTER_FULL_INFORMATION;



typedef struct _FILTER_AGGREGATE_BASIC_INFORMATION {
    ULONG NextEntryOffset;
    ULONG Flags;
    union {
        struct {
            ULONG FrameID;
            ULONG NumberOfInstances;
            USHORT FilterNameLength;
            USHORT FilterNameBufferOffset;
            USHORT FilterAltitudeLength;
            USHORT FilterAltitudeBufferOffset;
        } MiniFilter;
        struct {
            USHORT FilterNameLength;
            USHORT FilterNameBufferOffset;
        } LegacyFilter;
    } Type;
} FILTER_AGGREGATE_BASIC_INFORMATION, *PFILTER_AGGREGATE_BASIC_INFORMATION;



typedef struct _FILTER_AGGREGATE_STANDARD_INFORMATION {
    ULONG NextEntryOffset;
    ULONG Flags;
    union {
        struct {
            ULONG Flags;
            ULONG FrameID;
            ULONG NumberOfInstances;
            USHORT FilterNameLength;
            USHORT FilterNameBufferOffset;
            USHORT FilterAltitudeLength;
            USHORT FilterAltitudeBufferOffset;
        } MiniFilter;
        struct {
            ULONG Flags;
            USHORT FilterNameLength;
            USHORT FilterNameBufferOffset;
            USHORT FilterAltitudeLength;
            USHORT FilterAltitudeBufferOffset;
        } LegacyFilter;
    } Type;
} FILTER_AGGREGATE_STANDARD_INFORMATION, *PFILTER_AGGREGATE_STANDARD_INFORMATION;

typedef enum _FILTER_VOLUME_INFORMATION_CLASS {
    FshNegativeFilterVolumeInformationClass = -1,
    FilterVolumeBasicInformation = 0,
    FilterVolumeStandardInformation
} FILTER_VOLUME_INFORMATION_CLASS, *PFILTER_VOLUME_INFORMATION_CLASS;

typedef struct _FILTER_VOLUME_BASIC_INFORMATION {
    USHORT FilterVolumeNameLength;
    WCHAR FilterVolumeName[1];
} FILTER_VOLUME_BASIC_INFORMATION, *PFILTER_VOLUME_BASIC_INFORMATION;


typedef struct _FILTER_VOLUME_STANDARD_INFORMATION {
    ULONG NextEntryOffset;
    ULONG Flags;
    ULONG FrameID;
    FLT_FILESYSTEM_TYPE FileSystemType;
    USHORT FilterVolumeNameLength;
    WCHAR FilterVolumeName[1];
} FILTER_VOLUME_STANDARD_INFORMATION, *PFILTER_VOLUME_STANDARD_INFORMATION;

typedef enum _INSTANCE_INFORMATION_CLASS {
    FshNegativeInstanceInformationClass = -1,
    InstanceBasicInformation = 0,
    InstancePartialInformation,
    InstanceFullInformation,
    InstanceAggregateStandardInformation
} INSTANCE_INFORMATION_CLASS, *PINSTANCE_INFORMATION_CLASS;

typedef struct _INSTANCE_BASIC_INFORMATION {
    ULONG NextEntryOffset;
    USHORT InstanceNameLength;
    USHORT InstanceNameBufferOffset;
} INSTANCE_BASIC_INFORMATION, *PINSTANCE_BASIC_INFORMATION;

typedef struct _INSTANCE_PARTIAL_INFORMATION {
    ULONG NextEntryOffset;
    USHORT InstanceNameLength;
    USHORT InstanceNameBufferOffset;
    USHORT AltitudeLength;
    USHORT AltitudeBufferOffset;
} INSTANCE_PARTIAL_INFORMATION, *PINSTANCE_PARTIAL_INFORMATION;

typedef struct _INSTANCE_FULL_INFORMATION {
    ULONG NextEntryOffset;
    USHORT InstanceNameLength;
    USHORT InstanceNameBufferOffset;
    USHORT AltitudeLength;
    USHORT AltitudeBufferOffset;
    USHORT VolumeNameLength;
    USHORT VolumeNameBufferOffset;
    USHORT FilterNameLength;
    USHORT FilterNameBufferOffset;
} INSTANCE_FULL_INFORMATION, *PINSTANCE_FULL_INFORMATION;





typedef struct _INSTANCE_AGGREGATE_STANDARD_INFORMATION {
    ULONG NextEntryOffset;
    ULONG Flags;
    union {
        struct {
            ULONG Flags;
            ULONG FrameID;
            FLT_FILESYSTEM_TYPE VolumeFileSystemType;
            USHORT InstanceNameLength;
            USHORT InstanceNameBufferOffset;
            USHORT AltitudeLength;
            USHORT AltitudeBufferOffset;
            USHORT VolumeNameLength;
            USHORT VolumeNameBufferOffset;
            USHORT FilterNameLength;
            USHORT FilterNameBufferOffset;
            ULONG SupportedFeatures;
        } MiniFilter;
        struct {
            ULONG Flags;
            USHORT AltitudeLength;
            USHORT AltitudeBufferOffset;
            USHORT VolumeNameLength;
            USHORT VolumeNameBufferOffset;
            USHORT FilterNameLength;
            USHORT FilterNameBufferOffset;
            ULONG SupportedFeatures;
        } LegacyFilter;
    } Type;
} INSTANCE_AGGREGATE_STANDARD_INFORMATION, *PINSTANCE_AGGREGATE_STANDARD_INFORMATION;

typedef struct __attribute__((__aligned__(8))) _FILTER_MESSAGE_HEADER {
    ULONG ReplyLength;
    ULONGLONG MessageId;
} FILTER_MESSAGE_HEADER, *PFILTER_MESSAGE_HEADER;

typedef struct __attribute__((__aligned__(8))) _FILTER_REPLY_HEADER {
    NTSTATUS Status;
    ULONGLONG MessageId;
} FILTER_REPLY_HEADER, *PFILTER_REPLY_HEADER;

_Static_assert(sizeof(FILTER_MESSAGE_HEADER) == 16, "FILTER_MESSAGE_HEADER");
_Static_assert(sizeof(FILTER_REPLY_HEADER) == 16, "FILTER_REPLY_HEADER");




#pragma pack(pop)
# 8 "/work/wt-tool/fltshim/include/fltkernel.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/flt.h" 1
# 16 "/work/wt-tool/fltshim/include/fsh/flt.h"
# 1 "/work/wt-tool/fltshim/include/fsh/fltuser.h" 1
# 17 "/work/wt-tool/fltshim/include/fsh/flt.h" 2

#pragma pack(push)
#pragma pack()




typedef struct _FLT_FILTER *PFLT_FILTER;
typedef struct _FLT_VOLUME *PFLT_VOLUME;
typedef struct _FLT_INSTANCE *PFLT_INSTANCE;
typedef struct _FLT_PORT *PFLT_PORT;
typedef struct _FLT_GENERIC_WORKITEM *PFLT_GENERIC_WORKITEM;
typedef struct _FLT_DEFERRED_IO_WORKITEM *PFLT_DEFERRED_IO_WORKITEM;
typedef PVOID PFLT_CONTEXT;
typedef PFLT_CONTEXT *PPFLT_CONTEXT;
# 55 "/work/wt-tool/fltshim/include/fsh/flt.h"
typedef union _FLT_PARAMETERS {
    struct {
        PIO_SECURITY_CONTEXT SecurityContext;
        ULONG Options;
        USHORT __attribute__((__aligned__(8))) FileAttributes;
        USHORT ShareAccess;
        ULONG __attribute__((__aligned__(8))) EaLength;
        PVOID EaBuffer;
        LARGE_INTEGER AllocationSize;
    } Create;
    struct {
        PIO_SECURITY_CONTEXT SecurityContext;
        ULONG Options;
        USHORT __attribute__((__aligned__(8))) Reserved;
        USHORT ShareAccess;
        PVOID Parameters;
    } CreatePipe;
    struct {
        PIO_SECURITY_CONTEXT SecurityContext;
        ULONG Options;
        USHORT __attribute__((__aligned__(8))) Reserved;
        USHORT ShareAccess;
        PVOID Parameters;
    } CreateMailslot;
    struct {
        ULONG Length;
        ULONG __attribute__((__aligned__(8))) Key;
        LARGE_INTEGER ByteOffset;
        PVOID ReadBuffer;
        PMDL MdlAddress;
    } Read;
    struct {
        ULONG Length;
        ULONG __attribute__((__aligned__(8))) Key;
        LARGE_INTEGER ByteOffset;
        PVOID WriteBuffer;
        PMDL MdlAddress;
    } Write;
    struct {
        ULONG Length;
        FILE_INFORMATION_CLASS __attribute__((__aligned__(8))) FileInformationClass;
        PVOID InfoBuffer;
    } QueryFileInformation;
    struct {
        ULONG Length;
        FILE_INFORMATION_CLASS __attribute__((__aligned__(8))) FileInformationClass;
        PFILE_OBJECT ParentOfTarget;
        union {
            struct {
                BOOLEAN ReplaceIfExists;
                BOOLEAN AdvanceOnly;
            };
            ULONG ClusterCount;
            HANDLE DeleteHandle;
        };
        PVOID InfoBuffer;
    } SetFileInformation;
    struct {
        ULONG Length;
        PVOID EaList;
        ULONG EaListLength;
        ULONG __attribute__((__aligned__(8))) EaIndex;
        PVOID EaBuffer;
        PMDL MdlAddress;
    } QueryEa;
    struct {
        ULONG Length;
        PVOID EaBuffer;
        PMDL MdlAddress;
    } SetEa;
    struct {
        ULONG Length;
        FS_INFORMATION_CLASS __attribute__((__aligned__(8))) FsInformationClass;
        PVOID VolumeBuffer;
    } QueryVolumeInformation;
    struct {
        ULONG Length;
        FS_INFORMATION_CLASS __attribute__((__aligned__(8))) FsInformationClass;
        PVOID VolumeBuffer;
    } SetVolumeInformation;
    union {
        struct {
            ULONG Length;
            PUNICODE_STRING FileName;
            FILE_INFORMATION_CLASS FileInformationClass;
            ULONG __attribute__((__aligned__(8))) FileIndex;
            PVOID DirectoryBuffer;
            PMDL MdlAddress;
        } QueryDirectory;
        struct {
            ULONG Length;
            ULONG __attribute__((__aligned__(8))) CompletionFilter;
            ULONG __attribute__((__aligned__(8))) Spare1;
            ULONG __attribute__((__aligned__(8))) Spare2;
            PVOID DirectoryBuffer;
            PMDL MdlAddress;
        } NotifyDirectory;
        struct {
            ULONG Length;
            ULONG __attribute__((__aligned__(8))) CompletionFilter;
            DIRECTORY_NOTIFY_INFORMATION_CLASS __attribute__((__aligned__(8)))
                DirectoryNotifyInformationClass;
            ULONG __attribute__((__aligned__(8))) Spare2;
            PVOID DirectoryBuffer;
            PMDL MdlAddress;
        } NotifyDirectoryEx;
    } DirectoryControl;
    union {
        struct {
            PVPB Vpb;
            PDEVICE_OBJECT DeviceObject;
        } VerifyVolume;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) FsControlCode;
        } Common;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) FsControlCode;
            PVOID InputBuffer;
            PVOID OutputBuffer;
            PMDL OutputMdlAddress;
        } Neither;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) FsControlCode;
            PVOID SystemBuffer;
        } Buffered;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) FsControlCode;
            PVOID InputSystemBuffer;
            PVOID OutputBuffer;
            PMDL OutputMdlAddress;
        } Direct;
    } FileSystemControl;
    union {
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) IoControlCode;
        } Common;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) IoControlCode;
            PVOID InputBuffer;
            PVOID OutputBuffer;
            PMDL OutputMdlAddress;
        } Neither;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) IoControlCode;
            PVOID SystemBuffer;
        } Buffered;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) IoControlCode;
            PVOID InputSystemBuffer;
            PVOID OutputBuffer;
            PMDL OutputMdlAddress;
        } Direct;
        struct {
            ULONG OutputBufferLength;
            ULONG __attribute__((__aligned__(8))) InputBufferLength;
            ULONG __attribute__((__aligned__(8))) IoControlCode;
            PVOID InputBuffer;
            PVOID OutputBuffer;
        } FastIo;
    } DeviceIoControl;
    struct {
        PLARGE_INTEGER Length;
        ULONG __attribute__((__aligned__(8))) Key;
        LARGE_INTEGER ByteOffset;
        PEPROCESS ProcessId;
        BOOLEAN FailImmediately;
        BOOLEAN ExclusiveLock;
    } LockControl;
    struct {
        SECURITY_INFORMATION SecurityInformation;
        ULONG __attribute__((__aligned__(8))) Length;
        PVOID SecurityBuffer;
        PMDL MdlAddress;
    } QuerySecurity;
    struct {
        SECURITY_INFORMATION SecurityInformation;
        PSECURITY_DESCRIPTOR SecurityDescriptor;
    } SetSecurity;
    struct {
        ULONG_PTR ProviderId;
        PVOID DataPath;
        ULONG BufferSize;
        PVOID Buffer;
    } WMI;
    struct {
        ULONG Length;
        PSID StartSid;
        PFILE_GET_QUOTA_INFORMATION SidList;
        ULONG SidListLength;
        PVOID QuotaBuffer;
        PMDL MdlAddress;
    } QueryQuota;
    struct {
        ULONG Length;
        PVOID QuotaBuffer;
        PMDL MdlAddress;
    } SetQuota;
    union {
        struct {
            PCM_RESOURCE_LIST AllocatedResources;
            PCM_RESOURCE_LIST AllocatedResourcesTranslated;
        } StartDevice;
        struct {
            DEVICE_RELATION_TYPE Type;
        } QueryDeviceRelations;
        struct {
            const GUID *InterfaceType;
            USHORT Size;
            USHORT Version;
            PINTERFACE Interface;
            PVOID InterfaceSpecificData;
        } QueryInterface;
        struct {
            PDEVICE_CAPABILITIES Capabilities;
        } DeviceCapabilities;
        struct {
            PIO_RESOURCE_REQUIREMENTS_LIST IoResourceRequirementList;
        } FilterResourceRequirements;
        struct {
            ULONG WhichSpace;
            PVOID Buffer;
            ULONG Offset;
            ULONG __attribute__((__aligned__(8))) Length;
        } ReadWriteConfig;
        struct {
            BOOLEAN Lock;
        } SetLock;
        struct {
            BUS_QUERY_ID_TYPE IdType;
        } QueryId;
        struct {
            DEVICE_TEXT_TYPE DeviceTextType;
            LCID __attribute__((__aligned__(8))) LocaleId;
        } QueryDeviceText;
        struct {
            BOOLEAN InPath;
            BOOLEAN Reserved[3];
            DEVICE_USAGE_NOTIFICATION_TYPE __attribute__((__aligned__(8))) Type;
        } UsageNotification;
    } Pnp;
    struct {
        FS_FILTER_SECTION_SYNC_TYPE SyncType;
        ULONG PageProtection;
        PFS_FILTER_SECTION_SYNC_OUTPUT OutputInformation;
        ULONG Flags;
        ULONG AllocationAttributes;
    } AcquireForSectionSynchronization;
    struct {
        PLARGE_INTEGER EndingOffset;
        PERESOURCE *ResourceToRelease;
    } AcquireForModifiedPageWriter;
    struct {
        PERESOURCE ResourceToRelease;
    } ReleaseForModifiedPageWriter;
    struct {
        PIRP Irp;
        PVOID FileInformation;
        PULONG Length;
        FILE_INFORMATION_CLASS FileInformationClass;
    } QueryOpen;
    struct {
        LARGE_INTEGER FileOffset;
        ULONG Length;
        ULONG __attribute__((__aligned__(8))) LockKey;
        BOOLEAN __attribute__((__aligned__(8))) CheckForReadOperation;
    } FastIoCheckIfPossible;
    struct {
        PIRP Irp;
        PFILE_NETWORK_OPEN_INFORMATION NetworkInformation;
    } NetworkQueryOpen;
    struct {
        LARGE_INTEGER FileOffset;
        ULONG __attribute__((__aligned__(8))) Length;
        ULONG __attribute__((__aligned__(8))) Key;
        PMDL *MdlChain;
    } MdlRead;
    struct {
        PMDL MdlChain;
    } MdlReadComplete;
    struct {
        LARGE_INTEGER FileOffset;
        ULONG __attribute__((__aligned__(8))) Length;
        ULONG __attribute__((__aligned__(8))) Key;
        PMDL *MdlChain;
    } PrepareMdlWrite;
    struct {
        LARGE_INTEGER FileOffset;
        PMDL MdlChain;
    } MdlWriteComplete;
    struct {
        ULONG DeviceType;
    } MountVolume;
    struct {
        PVOID Argument1;
        PVOID Argument2;
        PVOID Argument3;
        PVOID Argument4;
        PVOID Argument5;
        LARGE_INTEGER Argument6;
    } Others;
} FLT_PARAMETERS, *PFLT_PARAMETERS;

typedef struct _FLT_IO_PARAMETER_BLOCK {
    ULONG IrpFlags;
    UCHAR MajorFunction;
    UCHAR MinorFunction;
    UCHAR OperationFlags;
    UCHAR Reserved;
    PFILE_OBJECT TargetFileObject;
    PFLT_INSTANCE TargetInstance;
    FLT_PARAMETERS Parameters;
} FLT_IO_PARAMETER_BLOCK, *PFLT_IO_PARAMETER_BLOCK;

typedef struct _FLT_TAG_DATA_BUFFER {
    ULONG FileTag;
    USHORT TagDataLength;
    USHORT UnparsedNameLength;
    union {
        struct {
            USHORT SubstituteNameOffset;
            USHORT SubstituteNameLength;
            USHORT PrintNameOffset;
            USHORT PrintNameLength;
            ULONG Flags;
            WCHAR PathBuffer[1];
        } SymbolicLinkReparseBuffer;
        struct {
            USHORT SubstituteNameOffset;
            USHORT SubstituteNameLength;
            USHORT PrintNameOffset;
            USHORT PrintNameLength;
            WCHAR PathBuffer[1];
        } MountPointReparseBuffer;
        struct {
            UCHAR DataBuffer[1];
        } GenericReparseBuffer;
        struct {
            GUID TagGuid;
            UCHAR DataBuffer[1];
        } GenericGUIDReparseBuffer;
    };
} FLT_TAG_DATA_BUFFER, *PFLT_TAG_DATA_BUFFER;


typedef ULONG FLT_CALLBACK_DATA_FLAGS;
# 428 "/work/wt-tool/fltshim/include/fsh/flt.h"
typedef struct _FLT_CALLBACK_DATA {
    FLT_CALLBACK_DATA_FLAGS Flags;
    PETHREAD const Thread;
    PFLT_IO_PARAMETER_BLOCK const Iopb;
    IO_STATUS_BLOCK IoStatus;
    struct _FLT_TAG_DATA_BUFFER *TagData;
    union {
        struct {
            LIST_ENTRY QueueLinks;
            PVOID QueueContext[2];
        };
        PVOID FilterContext[4];
    };
    KPROCESSOR_MODE RequestorMode;
} FLT_CALLBACK_DATA, *PFLT_CALLBACK_DATA;
# 454 "/work/wt-tool/fltshim/include/fsh/flt.h"
typedef struct _FLT_RELATED_OBJECTS {
    USHORT const Size;
    USHORT const TransactionContext;
    PFLT_FILTER const Filter;
    PFLT_VOLUME const Volume;
    PFLT_INSTANCE const Instance;
    PFILE_OBJECT const FileObject;
    PKTRANSACTION const Transaction;
} FLT_RELATED_OBJECTS, *PFLT_RELATED_OBJECTS;
typedef const FLT_RELATED_OBJECTS *PCFLT_RELATED_OBJECTS;

typedef struct _FLT_RELATED_CONTEXTS {
    PFLT_CONTEXT VolumeContext;
    PFLT_CONTEXT InstanceContext;
    PFLT_CONTEXT FileContext;
    PFLT_CONTEXT StreamContext;
    PFLT_CONTEXT StreamHandleContext;
    PFLT_CONTEXT TransactionContext;
} FLT_RELATED_CONTEXTS, *PFLT_RELATED_CONTEXTS;

typedef struct _FLT_RELATED_CONTEXTS_EX {
    PFLT_CONTEXT VolumeContext;
    PFLT_CONTEXT InstanceContext;
    PFLT_CONTEXT FileContext;
    PFLT_CONTEXT StreamContext;
    PFLT_CONTEXT StreamHandleContext;
    PFLT_CONTEXT TransactionContext;
    PFLT_CONTEXT SectionContext;
} FLT_RELATED_CONTEXTS_EX, *PFLT_RELATED_CONTEXTS_EX;


typedef USHORT FLT_CONTEXT_TYPE;
# 499 "/work/wt-tool/fltshim/include/fsh/flt.h"
typedef USHORT FLT_CONTEXT_REGISTRATION_FLAGS;


typedef void FLT_CONTEXT_CLEANUP_CALLBACK(PFLT_CONTEXT Context, FLT_CONTEXT_TYPE ContextType);
typedef FLT_CONTEXT_CLEANUP_CALLBACK *PFLT_CONTEXT_CLEANUP_CALLBACK;
typedef PVOID FLT_CONTEXT_ALLOCATE_CALLBACK(POOL_TYPE PoolType, SIZE_T Size,
                                            FLT_CONTEXT_TYPE ContextType);
typedef FLT_CONTEXT_ALLOCATE_CALLBACK *PFLT_CONTEXT_ALLOCATE_CALLBACK;
typedef void FLT_CONTEXT_FREE_CALLBACK(PVOID Pool, FLT_CONTEXT_TYPE ContextType);
typedef FLT_CONTEXT_FREE_CALLBACK *PFLT_CONTEXT_FREE_CALLBACK;

typedef struct _FLT_CONTEXT_REGISTRATION {
    FLT_CONTEXT_TYPE ContextType;
    FLT_CONTEXT_REGISTRATION_FLAGS Flags;
    PFLT_CONTEXT_CLEANUP_CALLBACK ContextCleanupCallback;
    SIZE_T Size;
    ULONG PoolTag;
    PFLT_CONTEXT_ALLOCATE_CALLBACK ContextAllocateCallback;
    PFLT_CONTEXT_FREE_CALLBACK ContextFreeCallback;
    PVOID Reserved1;
} FLT_CONTEXT_REGISTRATION, *PFLT_CONTEXT_REGISTRATION;
typedef const FLT_CONTEXT_REGISTRATION *PCFLT_CONTEXT_REGISTRATION;

typedef enum _FLT_SET_CONTEXT_OPERATION {
    FshNegativeFltSetContextOperation = -1,
    FLT_SET_CONTEXT_REPLACE_IF_EXISTS = 0,
    FLT_SET_CONTEXT_KEEP_IF_EXISTS
} FLT_SET_CONTEXT_OPERATION, *PFLT_SET_CONTEXT_OPERATION;


typedef enum _FLT_PREOP_CALLBACK_STATUS {
    FshNegativeFltPreopCallbackStatus = -1,
    FLT_PREOP_SUCCESS_WITH_CALLBACK = 0,
    FLT_PREOP_SUCCESS_NO_CALLBACK,
    FLT_PREOP_PENDING,
    FLT_PREOP_DISALLOW_FASTIO,
    FLT_PREOP_COMPLETE,
    FLT_PREOP_SYNCHRONIZE,
    FLT_PREOP_DISALLOW_FSFILTER_IO
} FLT_PREOP_CALLBACK_STATUS, *PFLT_PREOP_CALLBACK_STATUS;

typedef enum _FLT_POSTOP_CALLBACK_STATUS {
    FshNegativeFltPostopCallbackStatus = -1,
    FLT_POSTOP_FINISHED_PROCESSING = 0,
    FLT_POSTOP_MORE_PROCESSING_REQUIRED,
    FLT_POSTOP_DISALLOW_FSFILTER_IO
} FLT_POSTOP_CALLBACK_STATUS, *PFLT_POSTOP_CALLBACK_STATUS;

typedef ULONG FLT_POST_OPERATION_FLAGS;


typedef FLT_PREOP_CALLBACK_STATUS FLT_PRE_OPERATION_CALLBACK(PFLT_CALLBACK_DATA Data,
                                                             PCFLT_RELATED_OBJECTS FltObjects,
                                                             PVOID *CompletionContext);
typedef FLT_PRE_OPERATION_CALLBACK *PFLT_PRE_OPERATION_CALLBACK;
typedef FLT_POSTOP_CALLBACK_STATUS FLT_POST_OPERATION_CALLBACK(PFLT_CALLBACK_DATA Data,
                                                               PCFLT_RELATED_OBJECTS FltObjects,
                                                               PVOID CompletionContext,
                                                               FLT_POST_OPERATION_FLAGS Flags);
typedef FLT_POST_OPERATION_CALLBACK *PFLT_POST_OPERATION_CALLBACK;
typedef void FLT_GET_OPERATION_STATUS_CALLBACK(PCFLT_RELATED_OBJECTS FltObjects,
                                               PFLT_IO_PARAMETER_BLOCK IopbSnapshot,
                                               NTSTATUS OperationStatus, PVOID RequesterContext);
typedef FLT_GET_OPERATION_STATUS_CALLBACK *PFLT_GET_OPERATION_STATUS_CALLBACK;
typedef void FLT_COMPLETED_ASYNC_IO_CALLBACK(PFLT_CALLBACK_DATA CallbackData,
                                             PFLT_CONTEXT Context);
typedef FLT_COMPLETED_ASYNC_IO_CALLBACK *PFLT_COMPLETED_ASYNC_IO_CALLBACK;
typedef void FLT_COMPLETE_CANCELED_CALLBACK(PFLT_CALLBACK_DATA CallbackData);
typedef FLT_COMPLETE_CANCELED_CALLBACK *PFLT_COMPLETE_CANCELED_CALLBACK;
typedef void FLT_DEFERRED_IO_WORKITEM_ROUTINE(PFLT_DEFERRED_IO_WORKITEM FltWorkItem,
                                              PFLT_CALLBACK_DATA CallbackData, PVOID Context);
typedef FLT_DEFERRED_IO_WORKITEM_ROUTINE *PFLT_DEFERRED_IO_WORKITEM_ROUTINE;
typedef void FLT_GENERIC_WORKITEM_ROUTINE(PFLT_GENERIC_WORKITEM FltWorkItem, PVOID FltObject,
                                          PVOID Context);
typedef FLT_GENERIC_WORKITEM_ROUTINE *PFLT_GENERIC_WORKITEM_ROUTINE;

typedef ULONG FLT_OPERATION_REGISTRATION_FLAGS;





typedef struct _FLT_OPERATION_REGISTRATION {
    UCHAR MajorFunction;
    FLT_OPERATION_REGISTRATION_FLAGS Flags;
    PFLT_PRE_OPERATION_CALLBACK PreOperation;
    PFLT_POST_OPERATION_CALLBACK PostOperation;
    PVOID Reserved1;
} FLT_OPERATION_REGISTRATION, *PFLT_OPERATION_REGISTRATION;
typedef const FLT_OPERATION_REGISTRATION *PCFLT_OPERATION_REGISTRATION;


typedef ULONG FLT_FILTER_UNLOAD_FLAGS;

typedef NTSTATUS FLT_FILTER_UNLOAD_CALLBACK(FLT_FILTER_UNLOAD_FLAGS Flags);
typedef FLT_FILTER_UNLOAD_CALLBACK *PFLT_FILTER_UNLOAD_CALLBACK;

typedef ULONG FLT_INSTANCE_SETUP_FLAGS;






typedef NTSTATUS FLT_INSTANCE_SETUP_CALLBACK(PCFLT_RELATED_OBJECTS FltObjects,
                                             FLT_INSTANCE_SETUP_FLAGS Flags,
                                             DEVICE_TYPE VolumeDeviceType,
                                             FLT_FILESYSTEM_TYPE VolumeFilesystemType);
typedef FLT_INSTANCE_SETUP_CALLBACK *PFLT_INSTANCE_SETUP_CALLBACK;

typedef ULONG FLT_INSTANCE_QUERY_TEARDOWN_FLAGS;
typedef NTSTATUS FLT_INSTANCE_QUERY_TEARDOWN_CALLBACK(PCFLT_RELATED_OBJECTS FltObjects,
                                                      FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags);
typedef FLT_INSTANCE_QUERY_TEARDOWN_CALLBACK *PFLT_INSTANCE_QUERY_TEARDOWN_CALLBACK;

typedef ULONG FLT_INSTANCE_TEARDOWN_FLAGS;





typedef void FLT_INSTANCE_TEARDOWN_CALLBACK(PCFLT_RELATED_OBJECTS FltObjects,
                                            FLT_INSTANCE_TEARDOWN_FLAGS Reason);
typedef FLT_INSTANCE_TEARDOWN_CALLBACK *PFLT_INSTANCE_TEARDOWN_CALLBACK;

typedef NTSTATUS FLT_TRANSACTION_NOTIFICATION_CALLBACK(PCFLT_RELATED_OBJECTS FltObjects,
                                                       PFLT_CONTEXT TransactionContext,
                                                       ULONG NotificationMask);
typedef FLT_TRANSACTION_NOTIFICATION_CALLBACK *PFLT_TRANSACTION_NOTIFICATION_CALLBACK;
# 638 "/work/wt-tool/fltshim/include/fsh/flt.h"
typedef ULONG NOTIFICATION_MASK;

typedef NTSTATUS FLT_SECTION_CONFLICT_NOTIFICATION_CALLBACK(PFLT_INSTANCE Instance,
                                                            PFLT_CONTEXT SectionContext,
                                                            PFLT_CALLBACK_DATA Data);
typedef FLT_SECTION_CONFLICT_NOTIFICATION_CALLBACK *PFLT_SECTION_CONFLICT_NOTIFICATION_CALLBACK;


typedef ULONG FLT_FILE_NAME_OPTIONS;
# 664 "/work/wt-tool/fltshim/include/fsh/flt.h"
typedef USHORT FLT_FILE_NAME_PARSED_FLAGS;





typedef struct _FLT_FILE_NAME_INFORMATION {
    USHORT Size;
    FLT_FILE_NAME_PARSED_FLAGS NamesParsed;
    FLT_FILE_NAME_OPTIONS Format;
    UNICODE_STRING Name;
    UNICODE_STRING Volume;
    UNICODE_STRING Share;
    UNICODE_STRING Extension;
    UNICODE_STRING Stream;
    UNICODE_STRING FinalComponent;
    UNICODE_STRING ParentDir;
} FLT_FILE_NAME_INFORMATION, *PFLT_FILE_NAME_INFORMATION;

typedef struct _FLT_NAME_CONTROL {
    UNICODE_STRING Name;
} FLT_NAME_CONTROL, *PFLT_NAME_CONTROL;

typedef ULONG FLT_NORMALIZE_NAME_FLAGS;



typedef NTSTATUS FLT_GENERATE_FILE_NAME(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                        PFLT_CALLBACK_DATA CallbackData,
                                        FLT_FILE_NAME_OPTIONS NameOptions,
                                        PBOOLEAN CacheFileNameInformation,
                                        PFLT_NAME_CONTROL FileName);
typedef FLT_GENERATE_FILE_NAME *PFLT_GENERATE_FILE_NAME;
typedef NTSTATUS FLT_NORMALIZE_NAME_COMPONENT(PFLT_INSTANCE Instance,
                                              PCUNICODE_STRING ParentDirectory,
                                              USHORT VolumeNameLength,
                                              PCUNICODE_STRING Component,
                                              PFILE_NAMES_INFORMATION ExpandComponentName,
                                              ULONG ExpandComponentNameLength,
                                              FLT_NORMALIZE_NAME_FLAGS Flags,
                                              PVOID *NormalizationContext);
typedef FLT_NORMALIZE_NAME_COMPONENT *PFLT_NORMALIZE_NAME_COMPONENT;
typedef NTSTATUS FLT_NORMALIZE_NAME_COMPONENT_EX(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                                 PCUNICODE_STRING ParentDirectory,
                                                 USHORT VolumeNameLength,
                                                 PCUNICODE_STRING Component,
                                                 PFILE_NAMES_INFORMATION ExpandComponentName,
                                                 ULONG ExpandComponentNameLength,
                                                 FLT_NORMALIZE_NAME_FLAGS Flags,
                                                 PVOID *NormalizationContext);
typedef FLT_NORMALIZE_NAME_COMPONENT_EX *PFLT_NORMALIZE_NAME_COMPONENT_EX;
typedef void FLT_NORMALIZE_CONTEXT_CLEANUP(PVOID *NormalizationContext);
typedef FLT_NORMALIZE_CONTEXT_CLEANUP *PFLT_NORMALIZE_CONTEXT_CLEANUP;


typedef ULONG FLT_REGISTRATION_FLAGS;
# 731 "/work/wt-tool/fltshim/include/fsh/flt.h"
typedef struct _FLT_REGISTRATION {
    USHORT Size;
    USHORT Version;
    FLT_REGISTRATION_FLAGS Flags;
    const FLT_CONTEXT_REGISTRATION *ContextRegistration;
    const FLT_OPERATION_REGISTRATION *OperationRegistration;
    PFLT_FILTER_UNLOAD_CALLBACK FilterUnloadCallback;
    PFLT_INSTANCE_SETUP_CALLBACK InstanceSetupCallback;
    PFLT_INSTANCE_QUERY_TEARDOWN_CALLBACK InstanceQueryTeardownCallback;
    PFLT_INSTANCE_TEARDOWN_CALLBACK InstanceTeardownStartCallback;
    PFLT_INSTANCE_TEARDOWN_CALLBACK InstanceTeardownCompleteCallback;
    PFLT_GENERATE_FILE_NAME GenerateFileNameCallback;
    PFLT_NORMALIZE_NAME_COMPONENT NormalizeNameComponentCallback;
    PFLT_NORMALIZE_CONTEXT_CLEANUP NormalizeContextCleanupCallback;
    PFLT_TRANSACTION_NOTIFICATION_CALLBACK TransactionNotificationCallback;
    PFLT_NORMALIZE_NAME_COMPONENT_EX NormalizeNameComponentExCallback;
    PFLT_SECTION_CONFLICT_NOTIFICATION_CALLBACK SectionNotificationCallback;
} FLT_REGISTRATION, *PFLT_REGISTRATION;


typedef struct _FLT_VOLUME_PROPERTIES {
    DEVICE_TYPE DeviceType;
    ULONG DeviceCharacteristics;
    ULONG DeviceObjectFlags;
    ULONG AlignmentRequirement;
    USHORT SectorSize;
    USHORT Flags;
    UNICODE_STRING FileSystemDriverName;
    UNICODE_STRING FileSystemDeviceName;
    UNICODE_STRING RealDeviceName;
} FLT_VOLUME_PROPERTIES, *PFLT_VOLUME_PROPERTIES;



typedef enum _FLT_CALLBACK_DATA_QUEUE_FLAGS {
    FshNegativeFltCallbackDataQueueFlags = -1,
    FLT_CALLBACK_DATA_QUEUE_ENABLED = 0x01
} FLT_CALLBACK_DATA_QUEUE_FLAGS;

typedef struct _FLT_CALLBACK_DATA_QUEUE *PFLT_CALLBACK_DATA_QUEUE;
typedef struct _FLT_CALLBACK_DATA_QUEUE_IO_CONTEXT {
    PVOID FshOpaque[4];
} FLT_CALLBACK_DATA_QUEUE_IO_CONTEXT, *PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT;

typedef NTSTATUS FLT_CALLBACK_DATA_QUEUE_INSERT_IO(PFLT_CALLBACK_DATA_QUEUE Cbdq,
                                                   PFLT_CALLBACK_DATA Cbd, PVOID InsertContext);
typedef FLT_CALLBACK_DATA_QUEUE_INSERT_IO *PFLT_CALLBACK_DATA_QUEUE_INSERT_IO;
typedef void FLT_CALLBACK_DATA_QUEUE_REMOVE_IO(PFLT_CALLBACK_DATA_QUEUE Cbdq,
                                               PFLT_CALLBACK_DATA Cbd);
typedef FLT_CALLBACK_DATA_QUEUE_REMOVE_IO *PFLT_CALLBACK_DATA_QUEUE_REMOVE_IO;
typedef PFLT_CALLBACK_DATA FLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO(PFLT_CALLBACK_DATA_QUEUE Cbdq,
                                                                PFLT_CALLBACK_DATA Cbd,
                                                                PVOID PeekContext);
typedef FLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO *PFLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO;
typedef void FLT_CALLBACK_DATA_QUEUE_ACQUIRE(PFLT_CALLBACK_DATA_QUEUE Cbdq, PKIRQL Irql);
typedef FLT_CALLBACK_DATA_QUEUE_ACQUIRE *PFLT_CALLBACK_DATA_QUEUE_ACQUIRE;
typedef void FLT_CALLBACK_DATA_QUEUE_RELEASE(PFLT_CALLBACK_DATA_QUEUE Cbdq, KIRQL Irql);
typedef FLT_CALLBACK_DATA_QUEUE_RELEASE *PFLT_CALLBACK_DATA_QUEUE_RELEASE;
typedef void FLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO(PFLT_CALLBACK_DATA_QUEUE Cbdq,
                                                          PFLT_CALLBACK_DATA Cbd);
typedef FLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO
    *PFLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO;

typedef struct _FLT_CALLBACK_DATA_QUEUE {
    ULONG Version;
    FLT_CALLBACK_DATA_QUEUE_FLAGS Flags;
    PFLT_INSTANCE Instance;
    PFLT_CALLBACK_DATA_QUEUE_INSERT_IO InsertIo;
    PFLT_CALLBACK_DATA_QUEUE_REMOVE_IO RemoveIo;
    PFLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO PeekNextIo;
    PFLT_CALLBACK_DATA_QUEUE_ACQUIRE Acquire;
    PFLT_CALLBACK_DATA_QUEUE_RELEASE Release;
    PFLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO CompleteCanceledIo;
    ULONG_PTR FshOpaque[4];
} FLT_CALLBACK_DATA_QUEUE;




typedef NTSTATUS FLT_CONNECT_NOTIFY(PFLT_PORT ClientPort, PVOID ServerPortCookie,
                                    PVOID ConnectionContext, ULONG SizeOfContext,
                                    PVOID *ConnectionPortCookie);
typedef FLT_CONNECT_NOTIFY *PFLT_CONNECT_NOTIFY;
typedef void FLT_DISCONNECT_NOTIFY(PVOID ConnectionCookie);
typedef FLT_DISCONNECT_NOTIFY *PFLT_DISCONNECT_NOTIFY;
typedef NTSTATUS FLT_MESSAGE_NOTIFY(PVOID PortCookie, PVOID InputBuffer, ULONG InputBufferLength,
                                    PVOID OutputBuffer, ULONG OutputBufferLength,
                                    PULONG ReturnOutputBufferLength);
typedef FLT_MESSAGE_NOTIFY *PFLT_MESSAGE_NOTIFY;


typedef NTSTATUS FLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE(PVOID Context,
                                                         PFLT_CALLBACK_DATA CallbackData);
typedef FLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE *PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE;
typedef void FLTOPLOCK_WAIT_COMPLETE_ROUTINE(PFLT_CALLBACK_DATA CallbackData, PVOID Context);
typedef FLTOPLOCK_WAIT_COMPLETE_ROUTINE *PFLTOPLOCK_WAIT_COMPLETE_ROUTINE;
typedef void FLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE(PFLT_CALLBACK_DATA CallbackData,
                                                    PVOID Context);
typedef FLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE *PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE;

typedef ULONG FLT_IO_OPERATION_FLAGS;





typedef ULONG FLT_ALLOCATE_CALLBACK_DATA_FLAGS;
# 849 "/work/wt-tool/fltshim/include/fsh/flt.h"
typedef struct _FLT_CREATEFILE_TARGET_ECP_CONTEXT {
    PFLT_INSTANCE Instance;
    PFLT_VOLUME Volume;
    PFLT_FILE_NAME_INFORMATION FileNameInformation;
    USHORT Flags;
} FLT_CREATEFILE_TARGET_ECP_CONTEXT, *PFLT_CREATEFILE_TARGET_ECP_CONTEXT;


NTSTATUS FltRegisterFilter(PDRIVER_OBJECT Driver, const FLT_REGISTRATION *Registration,
                           PFLT_FILTER *RetFilter);
NTSTATUS FltStartFiltering(PFLT_FILTER Filter);
void FltUnregisterFilter(PFLT_FILTER Filter);
NTSTATUS FltLoadFilter(PCUNICODE_STRING FilterName);
NTSTATUS FltUnloadFilter(PCUNICODE_STRING FilterName);
NTSTATUS FltObjectReference(PVOID FltObject);
void FltObjectDereference(PVOID FltObject);
PVOID FltGetRoutineAddress(PCSTR FltMgrRoutineName);
NTSTATUS FltGetFilterFromName(PCUNICODE_STRING FilterName, PFLT_FILTER *RetFilter);
NTSTATUS FltGetFilterFromInstance(PFLT_INSTANCE Instance, PFLT_FILTER *RetFilter);
NTSTATUS FltGetFilterInformation(PFLT_FILTER Filter, FILTER_INFORMATION_CLASS InformationClass,
                                 PVOID Buffer, ULONG BufferSize, PULONG BytesReturned);
NTSTATUS FltEnumerateFilters(PFLT_FILTER *FilterList, ULONG FilterListSize,
                             PULONG NumberFiltersReturned);
NTSTATUS FltEnumerateFilterInformation(ULONG Index, FILTER_INFORMATION_CLASS InformationClass,
                                       PVOID Buffer, ULONG BufferSize, PULONG BytesReturned);


NTSTATUS FltAttachVolume(PFLT_FILTER Filter, PFLT_VOLUME Volume, PCUNICODE_STRING InstanceName,
                         PFLT_INSTANCE *RetInstance);
NTSTATUS FltAttachVolumeAtAltitude(PFLT_FILTER Filter, PFLT_VOLUME Volume,
                                   PCUNICODE_STRING Altitude, PCUNICODE_STRING InstanceName,
                                   PFLT_INSTANCE *RetInstance);
NTSTATUS FltDetachVolume(PFLT_FILTER Filter, PFLT_VOLUME Volume, PCUNICODE_STRING InstanceName);
LONG FltCompareInstanceAltitudes(PFLT_INSTANCE Instance1, PFLT_INSTANCE Instance2);
NTSTATUS FltGetInstanceInformation(PFLT_INSTANCE Instance,
                                   INSTANCE_INFORMATION_CLASS InformationClass, PVOID Buffer,
                                   ULONG BufferSize, PULONG BytesReturned);
NTSTATUS FltEnumerateInstances(PFLT_VOLUME Volume, PFLT_FILTER Filter,
                               PFLT_INSTANCE *InstanceList, ULONG InstanceListSize,
                               PULONG NumberInstancesReturned);
NTSTATUS FltEnumerateInstanceInformationByFilter(PFLT_FILTER Filter, ULONG Index,
                                                 INSTANCE_INFORMATION_CLASS InformationClass,
                                                 PVOID Buffer, ULONG BufferSize,
                                                 PULONG BytesReturned);
NTSTATUS FltEnumerateInstanceInformationByVolume(PFLT_VOLUME Volume, ULONG Index,
                                                 INSTANCE_INFORMATION_CLASS InformationClass,
                                                 PVOID Buffer, ULONG BufferSize,
                                                 PULONG BytesReturned);
NTSTATUS FltEnumerateInstanceInformationByVolumeName(PUNICODE_STRING VolumeName, ULONG Index,
                                                     INSTANCE_INFORMATION_CLASS InformationClass,
                                                     PVOID Buffer, ULONG BufferSize,
                                                     PULONG BytesReturned);
NTSTATUS FltEnumerateInstanceInformationByDeviceObject(
    PDEVICE_OBJECT DeviceObject, ULONG Index, INSTANCE_INFORMATION_CLASS InformationClass,
    PVOID Buffer, ULONG BufferSize, PULONG BytesReturned);
NTSTATUS FltGetTopInstance(PFLT_VOLUME Volume, PFLT_INSTANCE *Instance);
NTSTATUS FltGetBottomInstance(PFLT_VOLUME Volume, PFLT_INSTANCE *Instance);
NTSTATUS FltGetUpperInstance(PFLT_INSTANCE CurrentInstance, PFLT_INSTANCE *UpperInstance);
NTSTATUS FltGetLowerInstance(PFLT_INSTANCE CurrentInstance, PFLT_INSTANCE *LowerInstance);
NTSTATUS FltGetVolumeInstanceFromName(PFLT_FILTER Filter, PFLT_VOLUME Volume,
                                      PCUNICODE_STRING InstanceName, PFLT_INSTANCE *RetInstance);
NTSTATUS FltGetVolumeFromFileObject(PFLT_FILTER Filter, PFILE_OBJECT FileObject,
                                    PFLT_VOLUME *RetVolume);
NTSTATUS FltGetVolumeFromDeviceObject(PFLT_FILTER Filter, PDEVICE_OBJECT DeviceObject,
                                      PFLT_VOLUME *RetVolume);
NTSTATUS FltGetVolumeFromInstance(PFLT_INSTANCE Instance, PFLT_VOLUME *RetVolume);
NTSTATUS FltGetVolumeFromName(PFLT_FILTER Filter, PCUNICODE_STRING VolumeName,
                              PFLT_VOLUME *RetVolume);
NTSTATUS FltGetVolumeName(PFLT_VOLUME Volume, PUNICODE_STRING VolumeName,
                          PULONG BufferSizeNeeded);
NTSTATUS FltGetVolumeGuidName(PFLT_VOLUME Volume, PUNICODE_STRING VolumeGuidName,
                              PULONG BufferSizeNeeded);
NTSTATUS FltGetVolumeProperties(PFLT_VOLUME Volume, PFLT_VOLUME_PROPERTIES VolumeProperties,
                                ULONG VolumePropertiesLength, PULONG LengthReturned);
NTSTATUS FltGetVolumeInformation(PFLT_VOLUME Volume,
                                 FILTER_VOLUME_INFORMATION_CLASS InformationClass, PVOID Buffer,
                                 ULONG BufferSize, PULONG BytesReturned);
NTSTATUS FltEnumerateVolumes(PFLT_FILTER Filter, PFLT_VOLUME *VolumeList, ULONG VolumeListSize,
                             PULONG NumberVolumesReturned);
NTSTATUS FltEnumerateVolumeInformation(PFLT_FILTER Filter, ULONG Index,
                                       FILTER_VOLUME_INFORMATION_CLASS InformationClass,
                                       PVOID Buffer, ULONG BufferSize, PULONG BytesReturned);
NTSTATUS FltGetDeviceObject(PFLT_VOLUME Volume, PDEVICE_OBJECT *DeviceObject);
NTSTATUS FltGetDiskDeviceObject(PFLT_VOLUME Volume, PDEVICE_OBJECT *DiskDeviceObject);
NTSTATUS FltGetFileSystemType(PVOID FltObject, PFLT_FILESYSTEM_TYPE FileSystemType);
NTSTATUS FltIsVolumeWritable(PVOID FltObject, PBOOLEAN IsWritable);
NTSTATUS FltIsVolumeSnapshot(PVOID FltObject, PBOOLEAN IsSnapshotVolume);
BOOLEAN FltIsFltMgrVolumeDeviceObject(PDEVICE_OBJECT DeviceObject);
NTSTATUS FltIsDirectory(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance, PBOOLEAN IsDirectory);
NTSTATUS FltOpenVolume(PFLT_INSTANCE Instance, PHANDLE VolumeHandle,
                       PFILE_OBJECT *VolumeFileObject);
NTSTATUS FltQueryVolumeInformation(PFLT_INSTANCE Instance, PIO_STATUS_BLOCK Iosb,
                                   PVOID FsInformation, ULONG Length,
                                   FS_INFORMATION_CLASS FsInformationClass);
NTSTATUS FltSetVolumeInformation(PFLT_INSTANCE Instance, PIO_STATUS_BLOCK Iosb,
                                 PVOID FsInformation, ULONG Length,
                                 FS_INFORMATION_CLASS FsInformationClass);
NTSTATUS FltQueryVolumeInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                       PVOID FsInformation, ULONG Length,
                                       FS_INFORMATION_CLASS FsInformationClass,
                                       PULONG LengthReturned);
NTSTATUS FltCreateSystemVolumeInformationFolder(PFLT_INSTANCE Instance);


void FltSetCallbackDataDirty(PFLT_CALLBACK_DATA Data);
void FltClearCallbackDataDirty(PFLT_CALLBACK_DATA Data);
BOOLEAN FltIsCallbackDataDirty(PFLT_CALLBACK_DATA Data);
BOOLEAN FltIsOperationSynchronous(PFLT_CALLBACK_DATA CallbackData);
BOOLEAN FltIs32bitProcess(PFLT_CALLBACK_DATA CallbackData);
PEPROCESS FltGetRequestorProcess(PFLT_CALLBACK_DATA CallbackData);
ULONG FltGetRequestorProcessId(PFLT_CALLBACK_DATA CallbackData);
HANDLE FltGetRequestorProcessIdEx(PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltGetRequestorSessionId(PFLT_CALLBACK_DATA CallbackData, PULONG SessionId);
PCHAR FltGetIrpName(UCHAR IrpMajorCode);
NTSTATUS FltDecodeParameters(PFLT_CALLBACK_DATA CallbackData, PMDL **MdlAddressPointer,
                             PVOID **Buffer, PULONG *Length, LOCK_OPERATION *DesiredAccess);
PMDL FltGetSwappedBufferMdlAddress(PFLT_CALLBACK_DATA CallbackData);
void FltRetainSwappedBufferMdlAddress(PFLT_CALLBACK_DATA CallbackData);
PVOID FltGetNewSystemBufferAddress(PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltLockUserBuffer(PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltRequestOperationStatusCallback(PFLT_CALLBACK_DATA Data,
                                           PFLT_GET_OPERATION_STATUS_CALLBACK CallbackRoutine,
                                           PVOID RequesterContext);
NTSTATUS FltIsIoRedirectionAllowed(PFLT_INSTANCE SourceInstance, PFLT_INSTANCE TargetInstance,
                                   PBOOLEAN RedirectionAllowed);
NTSTATUS FltIsIoRedirectionAllowedForOperation(PFLT_CALLBACK_DATA Data,
                                               PFLT_INSTANCE TargetInstance,
                                               PBOOLEAN RedirectionAllowedThisIo,
                                               PBOOLEAN RedirectionAllowedAllIo);
NTSTATUS FltAdjustDeviceStackSizeForIoRedirection(PFLT_INSTANCE SourceInstance,
                                                  PFLT_INSTANCE TargetInstance,
                                                  PBOOLEAN SourceDeviceStackSizeModified);
NTSTATUS FltGetActivityIdCallbackData(PFLT_CALLBACK_DATA CallbackData, LPGUID Guid);
NTSTATUS FltSetActivityIdCallbackData(PFLT_CALLBACK_DATA CallbackData, LPCGUID Guid);
NTSTATUS FltPropagateActivityIdToThread(PFLT_CALLBACK_DATA CallbackData, LPGUID PropagateId,
                                        LPGUID *OriginalId);
NTSTATUS FltPropagateIrpExtension(PFLT_CALLBACK_DATA SourceData, PFLT_CALLBACK_DATA TargetData,
                                  ULONG Flags);
NTSTATUS FltGetCopyInformationFromCallbackData(PFLT_CALLBACK_DATA Data,
                                               PCOPY_INFORMATION CopyInformation);
NTSTATUS FltVetoBypassIo(PFLT_CALLBACK_DATA CallbackData, PCFLT_RELATED_OBJECTS FltObjects,
                         NTSTATUS OperationStatus, PCUNICODE_STRING FailureReason);


void FltCompletePendedPreOperation(PFLT_CALLBACK_DATA CallbackData,
                                   FLT_PREOP_CALLBACK_STATUS CallbackStatus, PVOID Context);
void FltCompletePendedPostOperation(PFLT_CALLBACK_DATA CallbackData);
BOOLEAN FltDoCompletionProcessingWhenSafe(PFLT_CALLBACK_DATA Data,
                                          PCFLT_RELATED_OBJECTS FltObjects,
                                          PVOID CompletionContext,
                                          FLT_POST_OPERATION_FLAGS Flags,
                                          PFLT_POST_OPERATION_CALLBACK SafePostCallback,
                                          PFLT_POSTOP_CALLBACK_STATUS RetPostOperationStatus);
NTSTATUS FltSetCancelCompletion(PFLT_CALLBACK_DATA CallbackData,
                                PFLT_COMPLETE_CANCELED_CALLBACK CanceledCallback);
NTSTATUS FltClearCancelCompletion(PFLT_CALLBACK_DATA CallbackData);
BOOLEAN FltIsIoCanceled(PFLT_CALLBACK_DATA CallbackData);
BOOLEAN FltCancelIo(PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltCancellableWaitForSingleObject(PVOID Object, PLARGE_INTEGER Timeout,
                                           PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltCancellableWaitForMultipleObjects(ULONG Count, PVOID ObjectArray[],
                                              WAIT_TYPE WaitType, PLARGE_INTEGER Timeout,
                                              PKWAIT_BLOCK WaitBlockArray,
                                              PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltCbdqInitialize(PFLT_INSTANCE Instance, PFLT_CALLBACK_DATA_QUEUE Cbdq,
                           PFLT_CALLBACK_DATA_QUEUE_INSERT_IO CbdqInsertIo,
                           PFLT_CALLBACK_DATA_QUEUE_REMOVE_IO CbdqRemoveIo,
                           PFLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO CbdqPeekNextIo,
                           PFLT_CALLBACK_DATA_QUEUE_ACQUIRE CbdqAcquire,
                           PFLT_CALLBACK_DATA_QUEUE_RELEASE CbdqRelease,
                           PFLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO CbdqCompleteCanceledIo);
void FltCbdqEnable(PFLT_CALLBACK_DATA_QUEUE Cbdq);
void FltCbdqDisable(PFLT_CALLBACK_DATA_QUEUE Cbdq);
NTSTATUS FltCbdqInsertIo(PFLT_CALLBACK_DATA_QUEUE Cbdq, PFLT_CALLBACK_DATA Cbd,
                         PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context, PVOID InsertContext);
PFLT_CALLBACK_DATA FltCbdqRemoveIo(PFLT_CALLBACK_DATA_QUEUE Cbdq,
                                   PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context);
PFLT_CALLBACK_DATA FltCbdqRemoveNextIo(PFLT_CALLBACK_DATA_QUEUE Cbdq, PVOID PeekContext);


PFLT_DEFERRED_IO_WORKITEM FltAllocateDeferredIoWorkItem(void);
void FltFreeDeferredIoWorkItem(PFLT_DEFERRED_IO_WORKITEM FltWorkItem);
NTSTATUS FltQueueDeferredIoWorkItem(PFLT_DEFERRED_IO_WORKITEM FltWorkItem,
                                    PFLT_CALLBACK_DATA Data,
                                    PFLT_DEFERRED_IO_WORKITEM_ROUTINE WorkerRoutine,
                                    WORK_QUEUE_TYPE QueueType, PVOID Context);
PFLT_GENERIC_WORKITEM FltAllocateGenericWorkItem(void);
void FltFreeGenericWorkItem(PFLT_GENERIC_WORKITEM FltWorkItem);
NTSTATUS FltQueueGenericWorkItem(PFLT_GENERIC_WORKITEM FltWorkItem, PVOID FltObject,
                                 PFLT_GENERIC_WORKITEM_ROUTINE WorkerRoutine,
                                 WORK_QUEUE_TYPE QueueType, PVOID Context);


NTSTATUS FltAllocateCallbackData(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                 PFLT_CALLBACK_DATA *RetNewCallbackData);
NTSTATUS FltAllocateCallbackDataEx(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                   FLT_ALLOCATE_CALLBACK_DATA_FLAGS Flags,
                                   PFLT_CALLBACK_DATA *RetNewCallbackData);
void FltFreeCallbackData(PFLT_CALLBACK_DATA CallbackData);
void FltReuseCallbackData(PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltPerformAsynchronousIo(PFLT_CALLBACK_DATA CallbackData,
                                  PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
                                  PVOID CallbackContext);
void FltPerformSynchronousIo(PFLT_CALLBACK_DATA CallbackData);
void FltReissueSynchronousIo(PFLT_INSTANCE InitiatingInstance, PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltCreateFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
                       ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
                       PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER AllocationSize,
                       ULONG FileAttributes, ULONG ShareAccess, ULONG CreateDisposition,
                       ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength, ULONG Flags);
NTSTATUS FltCreateFileEx(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
                         PFILE_OBJECT *FileObject, ACCESS_MASK DesiredAccess,
                         POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                         PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                         ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                         ULONG EaLength, ULONG Flags);
NTSTATUS FltCreateFileEx2(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
                          PFILE_OBJECT *FileObject, ACCESS_MASK DesiredAccess,
                          POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                          PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                          ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                          ULONG EaLength, ULONG Flags, PIO_DRIVER_CREATE_CONTEXT DriverContext);
NTSTATUS FltCreateNamedPipeFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
                                PFILE_OBJECT *FileObject, ULONG DesiredAccess,
                                POBJECT_ATTRIBUTES ObjectAttributes,
                                PIO_STATUS_BLOCK IoStatusBlock, ULONG ShareAccess,
                                ULONG CreateDisposition, ULONG CreateOptions,
                                ULONG NamedPipeType, ULONG ReadMode, ULONG CompletionMode,
                                ULONG MaximumInstances, ULONG InboundQuota, ULONG OutboundQuota,
                                PLARGE_INTEGER DefaultTimeout,
                                PIO_DRIVER_CREATE_CONTEXT DriverContext);
NTSTATUS FltCreateMailslotFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
                               PFILE_OBJECT *FileObject, ULONG DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes,
                               PIO_STATUS_BLOCK IoStatusBlock, ULONG CreateOptions,
                               ULONG MailslotQuota, ULONG MaximumMessageSize,
                               PLARGE_INTEGER ReadTimeout,
                               PIO_DRIVER_CREATE_CONTEXT DriverContext);
NTSTATUS FltClose(HANDLE FileHandle);
void FltCancelFileOpen(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject);
NTSTATUS FltReadFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
                     PLARGE_INTEGER ByteOffset, ULONG Length, PVOID Buffer,
                     FLT_IO_OPERATION_FLAGS Flags, PULONG BytesRead,
                     PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, PVOID CallbackContext);
NTSTATUS FltReadFileEx(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
                       PLARGE_INTEGER ByteOffset, ULONG Length, PVOID Buffer,
                       FLT_IO_OPERATION_FLAGS Flags, PULONG BytesRead,
                       PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, PVOID CallbackContext,
                       PULONG Key, PMDL Mdl);
NTSTATUS FltWriteFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
                      PLARGE_INTEGER ByteOffset, ULONG Length, PVOID Buffer,
                      FLT_IO_OPERATION_FLAGS Flags, PULONG BytesWritten,
                      PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, PVOID CallbackContext);
NTSTATUS FltWriteFileEx(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
                        PLARGE_INTEGER ByteOffset, ULONG Length, PVOID Buffer,
                        FLT_IO_OPERATION_FLAGS Flags, PULONG BytesWritten,
                        PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, PVOID CallbackContext,
                        PULONG Key, PMDL Mdl);
NTSTATUS FltFastIoMdlRead(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
                          PLARGE_INTEGER FileOffset, ULONG Length, ULONG LockKey,
                          PMDL *MdlChain, PIO_STATUS_BLOCK IoStatus);
BOOLEAN FltFastIoMdlReadComplete(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
                                 PMDL MdlChain);
BOOLEAN FltFastIoPrepareMdlWrite(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
                                 PLARGE_INTEGER FileOffset, ULONG Length, ULONG LockKey,
                                 PMDL *MdlChain, PIO_STATUS_BLOCK IoStatus);
BOOLEAN FltFastIoMdlWriteComplete(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
                                  PLARGE_INTEGER FileOffset, PMDL MdlChain);
NTSTATUS FltQueryInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                 PVOID FileInformation, ULONG Length,
                                 FILE_INFORMATION_CLASS FileInformationClass,
                                 PULONG LengthReturned);
NTSTATUS FltQueryInformationByName(PFLT_FILTER Filter, PFLT_INSTANCE Instance,
                                   POBJECT_ATTRIBUTES ObjectAttributes,
                                   PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation,
                                   ULONG Length, FILE_INFORMATION_CLASS FileInformationClass,
                                   PIO_DRIVER_CREATE_CONTEXT DriverContext);
NTSTATUS FltSetInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                               PVOID FileInformation, ULONG Length,
                               FILE_INFORMATION_CLASS FileInformationClass);
NTSTATUS FltQueryDirectoryFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                               PVOID FileInformation, ULONG Length,
                               FILE_INFORMATION_CLASS FileInformationClass,
                               BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
                               BOOLEAN RestartScan, PULONG LengthReturned);
NTSTATUS FltQueryDirectoryFileEx(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                 PVOID FileInformation, ULONG Length,
                                 FILE_INFORMATION_CLASS FileInformationClass, ULONG QueryFlags,
                                 PUNICODE_STRING FileName, PULONG LengthReturned);
NTSTATUS FltQueryEaFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID ReturnedEaData,
                        ULONG Length, BOOLEAN ReturnSingleEntry, PVOID EaList,
                        ULONG EaListLength, PULONG EaIndex, BOOLEAN RestartScan,
                        PULONG LengthReturned);
NTSTATUS FltSetEaFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID EaBuffer,
                      ULONG Length);
NTSTATUS FltQuerySecurityObject(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                SECURITY_INFORMATION SecurityInformation,
                                PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length,
                                PULONG LengthNeeded);
NTSTATUS FltSetSecurityObject(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                              SECURITY_INFORMATION SecurityInformation,
                              PSECURITY_DESCRIPTOR SecurityDescriptor);
NTSTATUS FltQueryQuotaInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                      PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
                                      BOOLEAN ReturnSingleEntry, PVOID SidList,
                                      ULONG SidListLength, PSID StartSid, BOOLEAN RestartScan,
                                      PULONG LengthReturned);
NTSTATUS FltSetQuotaInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                    PVOID Buffer, ULONG Length);
NTSTATUS FltFlushBuffers(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject);
NTSTATUS FltFlushBuffers2(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, ULONG FlushType,
                          PFLT_CALLBACK_DATA CallbackData);
NTSTATUS FltFsControlFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, ULONG FsControlCode,
                          PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                          ULONG OutputBufferLength, PULONG LengthReturned);
NTSTATUS FltDeviceIoControlFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength,
                                PVOID OutputBuffer, ULONG OutputBufferLength,
                                PULONG LengthReturned);
struct _REAL_NOTIFY_SYNC;
typedef BOOLEAN CHECK_FOR_TRAVERSE_ACCESS(PVOID NotifyContext, PVOID TargetContext,
                                          PSECURITY_SUBJECT_CONTEXT SubjectContext);
typedef CHECK_FOR_TRAVERSE_ACCESS *PCHECK_FOR_TRAVERSE_ACCESS;
typedef BOOLEAN FILTER_REPORT_CHANGE(PVOID NotifyContext, PVOID FilterContext);
typedef FILTER_REPORT_CHANGE *PFILTER_REPORT_CHANGE;
void FltNotifyFilterChangeDirectory(struct _REAL_NOTIFY_SYNC *NotifySync, PLIST_ENTRY NotifyList,
                                    PVOID FsContext, PSTRING FullDirectoryName,
                                    BOOLEAN WatchTree, BOOLEAN IgnoreBuffer,
                                    ULONG CompletionFilter,
                                    PFLT_CALLBACK_DATA NotifyCallbackData,
                                    PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback,
                                    PSECURITY_SUBJECT_CONTEXT SubjectContext,
                                    PFILTER_REPORT_CHANGE FilterCallback);
NTSTATUS FltTagFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, ULONG FileTag,
                    GUID *Guid, PVOID DataBuffer, USHORT DataBufferLength);
NTSTATUS FltTagFileEx(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, ULONG FileTag,
                      GUID *Guid, PVOID DataBuffer, USHORT DataBufferLength,
                      ULONG ExistingFileTag, GUID *ExistingGuid, ULONG Flags);
NTSTATUS FltUntagFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, ULONG FileTag,
                      GUID *Guid);
PVOID FltAllocatePoolAlignedWithTag(PFLT_INSTANCE Instance, POOL_TYPE PoolType,
                                    SIZE_T NumberOfBytes, ULONG Tag);
void FltFreePoolAlignedWithTag(PFLT_INSTANCE Instance, PVOID Buffer, ULONG Tag);


NTSTATUS FltGetFileNameInformation(PFLT_CALLBACK_DATA CallbackData,
                                   FLT_FILE_NAME_OPTIONS NameOptions,
                                   PFLT_FILE_NAME_INFORMATION *FileNameInformation);
NTSTATUS FltGetFileNameInformationUnsafe(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance,
                                         FLT_FILE_NAME_OPTIONS NameOptions,
                                         PFLT_FILE_NAME_INFORMATION *FileNameInformation);
NTSTATUS FltGetDestinationFileNameInformation(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                              HANDLE RootDirectory, PWSTR FileName,
                                              ULONG FileNameLength,
                                              FLT_FILE_NAME_OPTIONS NameOptions,
                                              PFLT_FILE_NAME_INFORMATION
                                                  *RetFileNameInformation);
void FltReferenceFileNameInformation(PFLT_FILE_NAME_INFORMATION FileNameInformation);
void FltReleaseFileNameInformation(PFLT_FILE_NAME_INFORMATION FileNameInformation);
NTSTATUS FltParseFileNameInformation(PFLT_FILE_NAME_INFORMATION FileNameInformation);
NTSTATUS FltParseFileName(PCUNICODE_STRING FileName, PUNICODE_STRING Extension,
                          PUNICODE_STRING Stream, PUNICODE_STRING FinalComponent);
NTSTATUS FltGetTunneledName(PFLT_CALLBACK_DATA CallbackData,
                            PFLT_FILE_NAME_INFORMATION FileNameInformation,
                            PFLT_FILE_NAME_INFORMATION *RetTunneledFileNameInformation);
NTSTATUS FltCheckAndGrowNameControl(PFLT_NAME_CONTROL NameCtrl, USHORT NewSize);
NTSTATUS FltPurgeFileNameInformationCache(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject);


NTSTATUS FltAllocateContext(PFLT_FILTER Filter, FLT_CONTEXT_TYPE ContextType, SIZE_T ContextSize,
                            POOL_TYPE PoolType, PFLT_CONTEXT *ReturnedContext);
void FltReferenceContext(PFLT_CONTEXT Context);
void FltReleaseContext(PFLT_CONTEXT Context);
void FltDeleteContext(PFLT_CONTEXT Context);
void FltGetContexts(PCFLT_RELATED_OBJECTS FltObjects, FLT_CONTEXT_TYPE DesiredContexts,
                    PFLT_RELATED_CONTEXTS Contexts);
void FltReleaseContexts(PFLT_RELATED_CONTEXTS Contexts);
NTSTATUS FltGetContextsEx(PCFLT_RELATED_OBJECTS FltObjects, FLT_CONTEXT_TYPE DesiredContexts,
                          SIZE_T ContextsSize, PFLT_RELATED_CONTEXTS_EX Contexts);
NTSTATUS FltReleaseContextsEx(SIZE_T ContextsSize, PFLT_RELATED_CONTEXTS_EX Contexts);
NTSTATUS FltSetVolumeContext(PFLT_VOLUME Volume, FLT_SET_CONTEXT_OPERATION Operation,
                             PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext);
NTSTATUS FltGetVolumeContext(PFLT_FILTER Filter, PFLT_VOLUME Volume, PFLT_CONTEXT *Context);
NTSTATUS FltDeleteVolumeContext(PFLT_FILTER Filter, PFLT_VOLUME Volume,
                                PFLT_CONTEXT *OldContext);
NTSTATUS FltSetInstanceContext(PFLT_INSTANCE Instance, FLT_SET_CONTEXT_OPERATION Operation,
                               PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext);
NTSTATUS FltGetInstanceContext(PFLT_INSTANCE Instance, PFLT_CONTEXT *Context);
NTSTATUS FltDeleteInstanceContext(PFLT_INSTANCE Instance, PFLT_CONTEXT *OldContext);
NTSTATUS FltSetFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                           FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext,
                           PFLT_CONTEXT *OldContext);
NTSTATUS FltGetFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                           PFLT_CONTEXT *Context);
NTSTATUS FltDeleteFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                              PFLT_CONTEXT *OldContext);
NTSTATUS FltSetStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                             FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext,
                             PFLT_CONTEXT *OldContext);
NTSTATUS FltGetStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                             PFLT_CONTEXT *Context);
NTSTATUS FltDeleteStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                PFLT_CONTEXT *OldContext);
NTSTATUS FltSetStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                   FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext,
                                   PFLT_CONTEXT *OldContext);
NTSTATUS FltGetStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                   PFLT_CONTEXT *Context);
NTSTATUS FltDeleteStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                      PFLT_CONTEXT *OldContext);
NTSTATUS FltSetTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                                  FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext,
                                  PFLT_CONTEXT *OldContext);
NTSTATUS FltGetTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                                  PFLT_CONTEXT *Context);
NTSTATUS FltDeleteTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                                     PFLT_CONTEXT *OldContext);
NTSTATUS FltGetSectionContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                              PFLT_CONTEXT *Context);
BOOLEAN FltSupportsFileContexts(PFILE_OBJECT FileObject);
BOOLEAN FltSupportsFileContextsEx(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance);
BOOLEAN FltSupportsStreamContexts(PFILE_OBJECT FileObject);
BOOLEAN FltSupportsStreamHandleContexts(PFILE_OBJECT FileObject);


NTSTATUS FltRegisterForDataScan(PFLT_INSTANCE Instance);
NTSTATUS FltCreateSectionForDataScan(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
                                     PFLT_CONTEXT SectionContext, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes,
                                     PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
                                     ULONG AllocationAttributes, ULONG Flags,
                                     PHANDLE SectionHandle, PVOID *SectionObject,
                                     PLARGE_INTEGER SectionFileSize);
NTSTATUS FltCloseSectionForDataScan(PFLT_CONTEXT SectionContext);


NTSTATUS FltBuildDefaultSecurityDescriptor(PSECURITY_DESCRIPTOR *SecurityDescriptor,
                                           ACCESS_MASK DesiredAccess);
void FltFreeSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor);
NTSTATUS FltCreateCommunicationPort(PFLT_FILTER Filter, PFLT_PORT *ServerPort,
                                    POBJECT_ATTRIBUTES ObjectAttributes, PVOID ServerPortCookie,
                                    PFLT_CONNECT_NOTIFY ConnectNotifyCallback,
                                    PFLT_DISCONNECT_NOTIFY DisconnectNotifyCallback,
                                    PFLT_MESSAGE_NOTIFY MessageNotifyCallback,
                                    LONG MaxConnections);
void FltCloseCommunicationPort(PFLT_PORT ServerPort);
void FltCloseClientPort(PFLT_FILTER Filter, PFLT_PORT *ClientPort);
NTSTATUS FltSendMessage(PFLT_FILTER Filter, PFLT_PORT *ClientPort, PVOID SenderBuffer,
                        ULONG SenderBufferLength, PVOID ReplyBuffer, PULONG ReplyLength,
                        PLARGE_INTEGER Timeout);


void FltAcquireResourceExclusive(PERESOURCE Resource);
void FltAcquireResourceShared(PERESOURCE Resource);
void FltReleaseResource(PERESOURCE Resource);
void FltInitializePushLock(PEX_PUSH_LOCK PushLock);
void FltDeletePushLock(PEX_PUSH_LOCK PushLock);
void FltAcquirePushLockExclusiveEx(PEX_PUSH_LOCK PushLock, ULONG Flags);
void FltAcquirePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags);
void FltReleasePushLockEx(PEX_PUSH_LOCK PushLock, ULONG Flags);




void FltInitializeFileLock(PFILE_LOCK FileLock);
void FltUninitializeFileLock(PFILE_LOCK FileLock);
PFILE_LOCK FltAllocateFileLock(PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE
                                   CompleteLockCallbackDataRoutine,
                               PUNLOCK_ROUTINE UnlockRoutine);
void FltFreeFileLock(PFILE_LOCK FileLock);
FLT_PREOP_CALLBACK_STATUS FltProcessFileLock(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData,
                                             PVOID Context);
BOOLEAN FltCheckLockForReadAccess(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData);
BOOLEAN FltCheckLockForWriteAccess(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData);

void FltInitializeOplock(POPLOCK Oplock);
void FltUninitializeOplock(POPLOCK Oplock);
FLT_PREOP_CALLBACK_STATUS FltOplockFsctrl(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
                                          ULONG OpenCount);
FLT_PREOP_CALLBACK_STATUS FltOplockFsctrlEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
                                            ULONG OpenCount, ULONG Flags);
FLT_PREOP_CALLBACK_STATUS FltCheckOplock(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
                                         PVOID Context,
                                         PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
                                         PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
                                             PrePostCallbackDataRoutine);
FLT_PREOP_CALLBACK_STATUS FltCheckOplockEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
                                           ULONG Flags, PVOID Context,
                                           PFLTOPLOCK_WAIT_COMPLETE_ROUTINE
                                               WaitCompletionRoutine,
                                           PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
                                               PrePostCallbackDataRoutine);
FLT_PREOP_CALLBACK_STATUS FltOplockBreakToNone(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
                                               PVOID Context,
                                               PFLTOPLOCK_WAIT_COMPLETE_ROUTINE
                                                   WaitCompletionRoutine,
                                               PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
                                                   PrePostCallbackDataRoutine);
FLT_PREOP_CALLBACK_STATUS FltOplockBreakToNoneEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
                                                 ULONG Flags, PVOID Context,
                                                 PFLTOPLOCK_WAIT_COMPLETE_ROUTINE
                                                     WaitCompletionRoutine,
                                                 PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
                                                     PrePostCallbackDataRoutine);
FLT_PREOP_CALLBACK_STATUS FltOplockBreakH(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
                                          ULONG Flags, PVOID Context,
                                          PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
                                          PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
                                              PrePostCallbackDataRoutine);
BOOLEAN FltOplockIsFastIoPossible(POPLOCK Oplock);
BOOLEAN FltOplockIsSharedRequest(PFLT_CALLBACK_DATA CallbackData);
BOOLEAN FltOplockKeysEqual(PFILE_OBJECT Fo1, PFILE_OBJECT Fo2);
BOOLEAN FltCurrentBatchOplock(POPLOCK Oplock);
BOOLEAN FltCurrentOplock(POPLOCK Oplock);
BOOLEAN FltCurrentOplockH(POPLOCK Oplock);


NTSTATUS FltAllocateExtraCreateParameterList(PFLT_FILTER Filter,
                                             FSRTL_ALLOCATE_ECPLIST_FLAGS Flags,
                                             PECP_LIST *EcpList);
void FltFreeExtraCreateParameterList(PFLT_FILTER Filter, PECP_LIST EcpList);
NTSTATUS FltAllocateExtraCreateParameter(PFLT_FILTER Filter, LPCGUID EcpType, ULONG SizeOfContext,
                                         FSRTL_ALLOCATE_ECP_FLAGS Flags,
                                         PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK
                                             CleanupCallback,
                                         ULONG PoolTag, PVOID *EcpContext);
NTSTATUS FltAllocateExtraCreateParameterFromLookasideList(
    PFLT_FILTER Filter, LPCGUID EcpType, ULONG SizeOfContext, FSRTL_ALLOCATE_ECP_FLAGS Flags,
    PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, PVOID LookasideList,
    PVOID *EcpContext);
void FltInitExtraCreateParameterLookasideList(PFLT_FILTER Filter, PVOID Lookaside,
                                              FSRTL_ECP_LOOKASIDE_FLAGS Flags, SIZE_T Size,
                                              ULONG Tag);
void FltDeleteExtraCreateParameterLookasideList(PFLT_FILTER Filter, PVOID Lookaside,
                                                FSRTL_ECP_LOOKASIDE_FLAGS Flags);
void FltFreeExtraCreateParameter(PFLT_FILTER Filter, PVOID EcpContext);
NTSTATUS FltInsertExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, PVOID EcpContext);
NTSTATUS FltRemoveExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, LPCGUID EcpType,
                                       PVOID *EcpContext, PULONG EcpContextSize);
NTSTATUS FltFindExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, LPCGUID EcpType,
                                     PVOID *EcpContext, PULONG EcpContextSize);
NTSTATUS FltGetNextExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList,
                                        PVOID CurrentEcpContext, LPGUID NextEcpType,
                                        PVOID *NextEcpContext, PULONG NextEcpContextSize);
NTSTATUS FltGetEcpListFromCallbackData(PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
                                       PECP_LIST *EcpList);
NTSTATUS FltSetEcpListIntoCallbackData(PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
                                       PECP_LIST EcpList);
void FltAcknowledgeEcp(PFLT_FILTER Filter, PVOID EcpContext);
BOOLEAN FltIsEcpAcknowledged(PFLT_FILTER Filter, PVOID EcpContext);
BOOLEAN FltIsEcpFromUserMode(PFLT_FILTER Filter, PVOID EcpContext);
void FltPrepareToReuseEcp(PFLT_FILTER Filter, PVOID EcpContext);
NTSTATUS FltAddOpenReparseEntry(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
                                POPEN_REPARSE_LIST_ENTRY OpenReparseEntry);
void FltRemoveOpenReparseEntry(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
                               POPEN_REPARSE_LIST_ENTRY OpenReparseEntry);
NTSTATUS FltCopyOpenReparseList(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
                                PECP_LIST EcpList);
void FltFreeOpenReparseList(PFLT_FILTER Filter, PECP_LIST EcpList);


NTSTATUS FltRequestFileInfoOnCreateCompletion(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
                                              ULONG InfoClassFlags);
PVOID FltRetrieveFileInfoOnCreateCompletion(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
                                            ULONG InfoClass, PULONG Size);
NTSTATUS FltRetrieveFileInfoOnCreateCompletionEx(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
                                                 ULONG InfoClass, PULONG RetInfoSize,
                                                 PVOID RetInfoBuffer);
NTSTATUS FltRequestSecurityInfoOnCreateCompletion(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
                                                  SECURITY_INFORMATION SecurityInformation);


IO_PRIORITY_HINT FltGetIoPriorityHint(PFLT_CALLBACK_DATA Data);
IO_PRIORITY_HINT FltGetIoPriorityHintFromCallbackData(PFLT_CALLBACK_DATA Data);
IO_PRIORITY_HINT FltGetIoPriorityHintFromFileObject(PFILE_OBJECT FileObject);
IO_PRIORITY_HINT FltGetIoPriorityHintFromThread(PETHREAD Thread);
NTSTATUS FltSetIoPriorityHintIntoCallbackData(PFLT_CALLBACK_DATA Data,
                                              IO_PRIORITY_HINT PriorityHint);
NTSTATUS FltSetIoPriorityHintIntoFileObject(PFILE_OBJECT FileObject,
                                            IO_PRIORITY_HINT PriorityHint);
NTSTATUS FltSetIoPriorityHintIntoThread(PETHREAD Thread, IO_PRIORITY_HINT PriorityHint);
NTSTATUS FltRetrieveIoPriorityInfo(PFLT_CALLBACK_DATA Data, PFILE_OBJECT FileObject,
                                   PETHREAD Thread, PIO_PRIORITY_INFO PriorityInfo);
NTSTATUS FltApplyPriorityInfoThread(PIO_PRIORITY_INFO InputPriorityInfo,
                                    PIO_PRIORITY_INFO OutputPriorityInfo, PETHREAD Thread);


NTSTATUS FltEnlistInTransaction(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                                PFLT_CONTEXT TransactionContext,
                                NOTIFICATION_MASK NotificationMask);
NTSTATUS FltRollbackEnlistment(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                               PFLT_CONTEXT TransactionContext);
NTSTATUS FltPrePrepareComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                               PFLT_CONTEXT TransactionContext);
NTSTATUS FltPrepareComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                            PFLT_CONTEXT TransactionContext);
NTSTATUS FltCommitComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                           PFLT_CONTEXT TransactionContext);
NTSTATUS FltCommitFinalizeComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                                   PFLT_CONTEXT TransactionContext);
NTSTATUS FltRollbackComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
                             PFLT_CONTEXT TransactionContext);

_Static_assert(sizeof(FLT_PARAMETERS) == 48, "FLT_PARAMETERS");
_Static_assert(((LONG)__builtin_offsetof(FLT_PARAMETERS, Create.EaLength)) == 24, "Create.EaLength");
_Static_assert(((LONG)__builtin_offsetof(FLT_PARAMETERS, Create.ShareAccess)) == 18, "Create.ShareAccess");
_Static_assert(((LONG)__builtin_offsetof(FLT_PARAMETERS, Read.ByteOffset)) == 16, "Read.ByteOffset");
_Static_assert(((LONG)__builtin_offsetof(FLT_PARAMETERS, SetFileInformation.InfoBuffer)) == 32, "InfoBuffer");
_Static_assert(((LONG)__builtin_offsetof(FLT_PARAMETERS, DirectoryControl.QueryDirectory.DirectoryBuffer)) ==
               32, "QueryDirectory.DirectoryBuffer");
_Static_assert(((LONG)__builtin_offsetof(FLT_PARAMETERS, FileSystemControl.Neither.OutputMdlAddress)) == 40,
               "FileSystemControl.Neither");
_Static_assert(sizeof(FLT_IO_PARAMETER_BLOCK) == 72, "FLT_IO_PARAMETER_BLOCK");
_Static_assert(sizeof(FLT_CALLBACK_DATA) == 88, "FLT_CALLBACK_DATA");
_Static_assert(sizeof(FLT_RELATED_OBJECTS) == 48, "FLT_RELATED_OBJECTS");
_Static_assert(sizeof(FLT_REGISTRATION) == 112, "FLT_REGISTRATION");
_Static_assert(sizeof(FLT_OPERATION_REGISTRATION) == 32, "FLT_OPERATION_REGISTRATION");
_Static_assert(sizeof(FLT_CONTEXT_REGISTRATION) == 56, "FLT_CONTEXT_REGISTRATION");
_Static_assert(sizeof(FLT_FILE_NAME_INFORMATION) == 120, "FLT_FILE_NAME_INFORMATION");




#pragma pack(pop)
# 9 "/work/wt-tool/fltshim/include/fltkernel.h" 2
# 1 "/work/wt-tool/fltshim/include/fsh/fltmacros.h" 1
# 10 "/work/wt-tool/fltshim/include/fltkernel.h" 2
# 9 "kunit/guest/filters/sehtest/sehtest.c" 2
# 1 "/work/wt-tool/sehtest.build/prep/work/wt-tool/kunit/guest/filters/sehtest/sehtest.h" 1
# 1 "kunit/guest/filters/sehtest/sehtest.h"






       

void
SehCheck (
    BOOLEAN Holds,
    PCSTR What,
    ULONG Line
    );







void
RaiseDeep (
    ULONG Depth,
    NTSTATUS Status
    );

void
CheckLanguage (
    void
    );
# 10 "kunit/guest/filters/sehtest/sehtest.c" 2

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD SehUnload;

static ULONG Checks;
static ULONG Failures;






void
SehCheck (
    BOOLEAN Holds,
    PCSTR What,
    ULONG Line
    )
{
    Checks += 1;

    if (!Holds) {

        Failures += 1;
        DbgPrint("sehtest: line %u: %s does not hold\n", Line, What);
    }
}





__attribute__((__optimize__("O0"))) static NTSTATUS
HandleRaise (
    NTSTATUS Status
    )
{
    NTSTATUS Caught = ((NTSTATUS)0x00000000);
    ULONG Steps = 1;

    { struct fsh_x __fsh_x1 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f1 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f1, &__fsh_x1, 0); if (fsh_setjmp(&__fsh_f1)) goto __fsh_exc1; {

        Steps = 2;

        if (!(((NTSTATUS)(Status)) >= 0)) {

            ExRaiseStatus(Status);
        }

        Steps = 3;

    } } goto __fsh_leave1; __fsh_exc1:; { int __fsh_d1 = (1); if (__fsh_d1 <= 0) fsh_seh_continue(&__fsh_x1, __fsh_d1); } {

        Caught = (__fsh_x1.code);
        SehCheck((BOOLEAN)((Steps == 2) != 0), "Steps == 2", 64);
    } __fsh_leave1:; }

    SehCheck((BOOLEAN)((Steps == ((((NTSTATUS)(Status)) >= 0) ? 3 : 2)) != 0), "Steps == (NT_SUCCESS(Status) ? 3 : 2)", 67);
    return Caught;
}

__attribute__((__optimize__("O0"))) static void
CheckHandlers (
    void
    )
{
    NTSTATUS Status;
    ULONG Order = 0;

    SehCheck((BOOLEAN)((HandleRaise(((NTSTATUS)0x00000000)) == ((NTSTATUS)0x00000000)) != 0), "HandleRaise(STATUS_SUCCESS) == STATUS_SUCCESS", 79);
    SehCheck((BOOLEAN)((HandleRaise(((NTSTATUS)0xC000000D)) == ((NTSTATUS)0xC000000D)) != 0), "HandleRaise(STATUS_INVALID_PARAMETER) == STATUS_INVALID_PARAMETER", 80);





    { struct fsh_x __fsh_x2 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f2 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f2, &__fsh_x2, 0); if (fsh_setjmp(&__fsh_f2)) goto __fsh_exc2; {

        { struct fsh_x __fsh_x3 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f3 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f3, &__fsh_x3, &__fsh_f2); if (fsh_setjmp(&__fsh_f3)) goto __fsh_exc3; {

            ExRaiseAccessViolation();

        } } goto __fsh_leave3; __fsh_exc3:; { int __fsh_d3 = ((__fsh_x3.code) == ((NTSTATUS)0xC0000005)); if (__fsh_d3 <= 0) fsh_seh_continue(&__fsh_x3, __fsh_d3); } {

            Order = Order * 10 + 1;
        } __fsh_leave3:; }

        Order = Order * 10 + 2;

    } } goto __fsh_leave2; __fsh_exc2:; { int __fsh_d2 = (1); if (__fsh_d2 <= 0) fsh_seh_continue(&__fsh_x2, __fsh_d2); } {

        Order = Order * 10 + 3;
    } __fsh_leave2:; }

    SehCheck((BOOLEAN)((Order == 12) != 0), "Order == 12", 104);





    Order = 0;

    { struct fsh_x __fsh_x4 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f4 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f4, &__fsh_x4, 0); if (fsh_setjmp(&__fsh_f4)) goto __fsh_exc4; {

        { struct fsh_x __fsh_x5 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f5 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f5, &__fsh_x5, &__fsh_f4); if (fsh_setjmp(&__fsh_f5)) goto __fsh_exc5; {

            ExRaiseDatatypeMisalignment();

        } } goto __fsh_leave5; __fsh_exc5:; { int __fsh_d5 = ((__fsh_x5.code) == ((NTSTATUS)0xC0000005) ? 1
                                                                  : 0); if (__fsh_d5 <= 0) fsh_seh_continue(&__fsh_x5, __fsh_d5); } {

            Order = Order * 10 + 1;
        } __fsh_leave5:; }

        Order = Order * 10 + 2;

    } } goto __fsh_leave4; __fsh_exc4:; { int __fsh_d4 = (1); if (__fsh_d4 <= 0) fsh_seh_continue(&__fsh_x4, __fsh_d4); } {

        Order = Order * 10 + 3;
        SehCheck((BOOLEAN)(((__fsh_x4.code) == ((NTSTATUS)0x80000002)) != 0), "GetExceptionCode() == STATUS_DATATYPE_MISALIGNMENT", 129);
    } __fsh_leave4:; }

    SehCheck((BOOLEAN)((Order == 3) != 0), "Order == 3", 132);





    Status = ((NTSTATUS)0x00000000);

    { struct fsh_x __fsh_x6 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f6 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f6, &__fsh_x6, 0); if (fsh_setjmp(&__fsh_f6)) goto __fsh_exc6; {

        { struct fsh_x __fsh_x7 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f7 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f7, &__fsh_x7, &__fsh_f6); if (fsh_setjmp(&__fsh_f7)) goto __fsh_exc7; {

            RaiseDeep(5, ((NTSTATUS)0xC000007F));

        } } goto __fsh_leave7; __fsh_exc7:; { int __fsh_d7 = (1); if (__fsh_d7 <= 0) fsh_seh_continue(&__fsh_x7, __fsh_d7); } {

            RaiseDeep(5, ((NTSTATUS)0xC00000BB));
        } __fsh_leave7:; }

    } } goto __fsh_leave6; __fsh_exc6:; { int __fsh_d6 = (1); if (__fsh_d6 <= 0) fsh_seh_continue(&__fsh_x6, __fsh_d6); } {

        Status = (__fsh_x6.code);
    } __fsh_leave6:; }

    SehCheck((BOOLEAN)((Status == ((NTSTATUS)0xC00000BB)) != 0), "Status == STATUS_NOT_SUPPORTED", 156);





    { struct fsh_x __fsh_x8 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f8 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f8, &__fsh_x8, 0); if (fsh_setjmp(&__fsh_f8)) goto __fsh_exc8; {

        ExRaiseStatus(((NTSTATUS)0xC000007F));

    } } goto __fsh_leave8; __fsh_exc8:; { int __fsh_d8 = (1); if (__fsh_d8 <= 0) fsh_seh_continue(&__fsh_x8, __fsh_d8); } {

        { struct fsh_x __fsh_x9 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f9 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f9, &__fsh_x9, 0); if (fsh_setjmp(&__fsh_f9)) goto __fsh_exc9; {

            SehCheck((BOOLEAN)(((__fsh_x8.code) == ((NTSTATUS)0xC000007F)) != 0), "GetExceptionCode() == STATUS_DISK_FULL", 170);
            ExRaiseStatus(((NTSTATUS)0xC00000BB));

        } } goto __fsh_leave9; __fsh_exc9:; { int __fsh_d9 = (1); if (__fsh_d9 <= 0) fsh_seh_continue(&__fsh_x9, __fsh_d9); } {

            SehCheck((BOOLEAN)(((__fsh_x9.code) == ((NTSTATUS)0xC00000BB)) != 0), "GetExceptionCode() == STATUS_NOT_SUPPORTED", 175);
        } __fsh_leave9:; }

        SehCheck((BOOLEAN)(((__fsh_x8.code) == ((NTSTATUS)0xC000007F)) != 0), "GetExceptionCode() == STATUS_DISK_FULL", 178);
    } __fsh_leave8:; }





    { struct fsh_x __fsh_x10 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f10 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f10, &__fsh_x10, 0); if (fsh_setjmp(&__fsh_f10)) goto __fsh_exc10; {

        { struct fsh_x __fsh_x11 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f11 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f11, &__fsh_x11, &__fsh_f10); if (fsh_setjmp(&__fsh_f11)) goto __fsh_exc11; {

            ExRaiseStatus(((NTSTATUS)0xC000007F));

        } } goto __fsh_leave11; __fsh_exc11:; { int __fsh_d11 = ((-1)); if (__fsh_d11 <= 0) fsh_seh_continue(&__fsh_x11, __fsh_d11); } {

            SehCheck((BOOLEAN)((0) != 0), "FALSE", 193);
        } __fsh_leave11:; }

    } } goto __fsh_leave10; __fsh_exc10:; { int __fsh_d10 = (1); if (__fsh_d10 <= 0) fsh_seh_continue(&__fsh_x10, __fsh_d10); } {

        SehCheck((BOOLEAN)(((__fsh_x10.code) == ((NTSTATUS)0xC0000025)) != 0), "GetExceptionCode() == STATUS_NONCONTINUABLE_EXCEPTION", 198);
    } __fsh_leave10:; }
}

static LONG
FilterException (
    PEXCEPTION_POINTERS Pointers,
    PNTSTATUS Seen
    )
{
    *Seen = Pointers->ExceptionRecord->ExceptionCode;

    return FsRtlIsNtstatusExpected(*Seen) ? 1 : 0;
}

__attribute__((__optimize__("O0"))) static void
CheckFilterFunction (
    void
    )
{
    NTSTATUS Seen = ((NTSTATUS)0x00000000);
    ULONG Order = 0;

    { struct fsh_x __fsh_x12 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f12 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f12, &__fsh_x12, 0); if (fsh_setjmp(&__fsh_f12)) goto __fsh_exc12; {

        { struct fsh_x __fsh_x13 __attribute__((__uninitialized__)); struct fsh_x_info __fsh_i13 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f13 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f13, &__fsh_x13, &__fsh_f12); if (fsh_setjmp(&__fsh_f13)) goto __fsh_exc13; {

            RaiseDeep(1, ((NTSTATUS)0xC000007F));

        } } goto __fsh_leave13; __fsh_exc13:; { int __fsh_d13 = (FilterException((fsh_seh_information(&__fsh_x13, &__fsh_i13)), &Seen)); if (__fsh_d13 <= 0) fsh_seh_continue(&__fsh_x13, __fsh_d13); } {

            Order = Order * 10 + 1;
            SehCheck((BOOLEAN)((Seen == ((NTSTATUS)0xC000007F)) != 0), "Seen == STATUS_DISK_FULL", 230);
        } __fsh_leave13:; }

        { struct fsh_x __fsh_x14 __attribute__((__uninitialized__)); struct fsh_x_info __fsh_i14 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f14 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f14, &__fsh_x14, &__fsh_f12); if (fsh_setjmp(&__fsh_f14)) goto __fsh_exc14; {

            ExRaiseAccessViolation();

        } } goto __fsh_leave14; __fsh_exc14:; { int __fsh_d14 = (FilterException((fsh_seh_information(&__fsh_x14, &__fsh_i14)), &Seen)); if (__fsh_d14 <= 0) fsh_seh_continue(&__fsh_x14, __fsh_d14); } {

            Order = Order * 10 + 2;
        } __fsh_leave14:; }

    } } goto __fsh_leave12; __fsh_exc12:; { int __fsh_d12 = (1); if (__fsh_d12 <= 0) fsh_seh_continue(&__fsh_x12, __fsh_d12); } {

        Order = Order * 10 + 3;
        SehCheck((BOOLEAN)((Seen == ((NTSTATUS)0xC0000005)) != 0), "Seen == STATUS_ACCESS_VIOLATION", 245);
    } __fsh_leave12:; }

    SehCheck((BOOLEAN)((Order == 13) != 0), "Order == 13", 248);
    SehCheck((BOOLEAN)((FsRtlNormalizeNtstatus(((NTSTATUS)0xC000007F), ((NTSTATUS)0xC0000001)) == ((NTSTATUS)0xC000007F)) != 0), "FsRtlNormalizeNtstatus(STATUS_DISK_FULL, STATUS_UNSUCCESSFUL) == STATUS_DISK_FULL", 249);
    SehCheck((BOOLEAN)((FsRtlNormalizeNtstatus(((NTSTATUS)0xC0000005), ((NTSTATUS)0xC0000001)) == ((NTSTATUS)0xC0000001)) != 0), "FsRtlNormalizeNtstatus(STATUS_ACCESS_VIOLATION, STATUS_UNSUCCESSFUL) == STATUS_UNSUCCESSFUL", 250)
                                 ;
}





static ULONG Ended;
static ULONG EndedAbnormally;

__attribute__((__optimize__("O0"))) static ULONG
ReturnThrough (
    ULONG Way
    )
{
    ULONG Result = 1;

    { auto void __attribute__((__optimize__("O0"))) __fsh_fin15(struct fsh_frame *); struct fsh_x __fsh_x15 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f15 __attribute__((__cleanup__(__fsh_fin15), __uninitialized__)); fsh_seh_push(&__fsh_f15, &__fsh_x15, 0); if (fsh_setjmp(&__fsh_f15)) goto __fsh_end15; {

        if (Way == 1) {

            return Result;
        }

        if (Way == 2) {

            goto Out;
        }

        if (Way == 3) {

            goto __fsh_leave15;
        }

        if (Way == 4) {

            ExRaiseStatus(((NTSTATUS)0xC000007F));
        }

        Result = 2;

    } __fsh_leave15:; __fsh_f15.normal = 1; __fsh_end15:; } __attribute__((__optimize__("O0"))) void __fsh_fin15(struct fsh_frame *__fsh_p15) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p15); {

        Ended += 1;
        EndedAbnormally += (__fsh_ab) ? 1 : 0;
        Result += 10;
    } fsh_seh_resume(__fsh_p15); } }

    return Result;

Out:

    return Result + 100;
}

__attribute__((__optimize__("O0"))) static void
CheckFinally (
    void
    )
{
    ULONG Order = 0;
    ULONG Index;
    ULONG Rounds = 0;

    Ended = EndedAbnormally = 0;

    SehCheck((BOOLEAN)((ReturnThrough(0) == 12) != 0), "ReturnThrough(0) == 12", 317);
    SehCheck((BOOLEAN)((Ended == 1 && EndedAbnormally == 0) != 0), "Ended == 1 && EndedAbnormally == 0", 318);
    SehCheck((BOOLEAN)((ReturnThrough(1) == 1) != 0), "ReturnThrough(1) == 1", 319);
    SehCheck((BOOLEAN)((Ended == 2 && EndedAbnormally == 1) != 0), "Ended == 2 && EndedAbnormally == 1", 320);
    SehCheck((BOOLEAN)((ReturnThrough(2) == 111) != 0), "ReturnThrough(2) == 111", 321);
    SehCheck((BOOLEAN)((Ended == 3 && EndedAbnormally == 2) != 0), "Ended == 3 && EndedAbnormally == 2", 322);
    SehCheck((BOOLEAN)((ReturnThrough(3) == 11) != 0), "ReturnThrough(3) == 11", 323);
    SehCheck((BOOLEAN)((Ended == 4 && EndedAbnormally == 2) != 0), "Ended == 4 && EndedAbnormally == 2", 324);

    { struct fsh_x __fsh_x16 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f16 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f16, &__fsh_x16, 0); if (fsh_setjmp(&__fsh_f16)) goto __fsh_exc16; {

        ReturnThrough(4);
        SehCheck((BOOLEAN)((0) != 0), "FALSE", 329);

    } } goto __fsh_leave16; __fsh_exc16:; { int __fsh_d16 = (1); if (__fsh_d16 <= 0) fsh_seh_continue(&__fsh_x16, __fsh_d16); } {

        Order = 1;
    } __fsh_leave16:; }

    SehCheck((BOOLEAN)((Order == 1) != 0), "Order == 1", 336);
    SehCheck((BOOLEAN)((Ended == 5 && EndedAbnormally == 3) != 0), "Ended == 5 && EndedAbnormally == 3", 337);





    Order = 0;

    { struct fsh_x __fsh_x17 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f17 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f17, &__fsh_x17, 0); if (fsh_setjmp(&__fsh_f17)) goto __fsh_exc17; {

        { auto void __attribute__((__optimize__("O0"))) __fsh_fin18(struct fsh_frame *); struct fsh_x __fsh_x18 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f18 __attribute__((__cleanup__(__fsh_fin18), __uninitialized__)); fsh_seh_push(&__fsh_f18, &__fsh_x18, &__fsh_f17); if (fsh_setjmp(&__fsh_f18)) goto __fsh_end18; {

            { auto void __attribute__((__optimize__("O0"))) __fsh_fin19(struct fsh_frame *); struct fsh_x __fsh_x19 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f19 __attribute__((__cleanup__(__fsh_fin19), __uninitialized__)); fsh_seh_push(&__fsh_f19, &__fsh_x19, &__fsh_f18); if (fsh_setjmp(&__fsh_f19)) goto __fsh_end19; {

                ExRaiseStatus(((NTSTATUS)0xC000007F));

            } __fsh_leave19:; __fsh_f19.normal = 1; __fsh_end19:; } __attribute__((__optimize__("O0"))) void __fsh_fin19(struct fsh_frame *__fsh_p19) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p19); {

                Order = Order * 10 + 1;
            } fsh_seh_resume(__fsh_p19); } }

        } __fsh_leave18:; __fsh_f18.normal = 1; __fsh_end18:; } __attribute__((__optimize__("O0"))) void __fsh_fin18(struct fsh_frame *__fsh_p18) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p18); {

            Order = Order * 10 + 2;
        } fsh_seh_resume(__fsh_p18); } }

    } } goto __fsh_leave17; __fsh_exc17:; { int __fsh_d17 = (1); if (__fsh_d17 <= 0) fsh_seh_continue(&__fsh_x17, __fsh_d17); } {

        Order = Order * 10 + 3;
    } __fsh_leave17:; }

    SehCheck((BOOLEAN)((Order == 123) != 0), "Order == 123", 368);






    { struct fsh_x __fsh_x20 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f20 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f20, &__fsh_x20, 0); if (fsh_setjmp(&__fsh_f20)) goto __fsh_exc20; {

        { auto void __attribute__((__optimize__("O0"))) __fsh_fin21(struct fsh_frame *); struct fsh_x __fsh_x21 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f21 __attribute__((__cleanup__(__fsh_fin21), __uninitialized__)); fsh_seh_push(&__fsh_f21, &__fsh_x21, &__fsh_f20); if (fsh_setjmp(&__fsh_f21)) goto __fsh_end21; {

            ExRaiseStatus(((NTSTATUS)0xC000007F));

        } __fsh_leave21:; __fsh_f21.normal = 1; __fsh_end21:; } __attribute__((__optimize__("O0"))) void __fsh_fin21(struct fsh_frame *__fsh_p21) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p21); {

            { struct fsh_x __fsh_x22 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f22 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f22, &__fsh_x22, 0); if (fsh_setjmp(&__fsh_f22)) goto __fsh_exc22; {

                ExRaiseStatus(((NTSTATUS)0xC00000BB));

            } } goto __fsh_leave22; __fsh_exc22:; { int __fsh_d22 = (1); if (__fsh_d22 <= 0) fsh_seh_continue(&__fsh_x22, __fsh_d22); } {

                Order = 4;
            } __fsh_leave22:; }
        } fsh_seh_resume(__fsh_p21); } }

    } } goto __fsh_leave20; __fsh_exc20:; { int __fsh_d20 = ((__fsh_x20.code) == ((NTSTATUS)0xC000007F)); if (__fsh_d20 <= 0) fsh_seh_continue(&__fsh_x20, __fsh_d20); } {

        Order = Order * 10 + 5;
    } __fsh_leave20:; }

    SehCheck((BOOLEAN)((Order == 45) != 0), "Order == 45", 398);

    { struct fsh_x __fsh_x23 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f23 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f23, &__fsh_x23, 0); if (fsh_setjmp(&__fsh_f23)) goto __fsh_exc23; {

        { auto void __attribute__((__optimize__("O0"))) __fsh_fin24(struct fsh_frame *); struct fsh_x __fsh_x24 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f24 __attribute__((__cleanup__(__fsh_fin24), __uninitialized__)); fsh_seh_push(&__fsh_f24, &__fsh_x24, &__fsh_f23); if (fsh_setjmp(&__fsh_f24)) goto __fsh_end24; {

            ExRaiseStatus(((NTSTATUS)0xC000007F));

        } __fsh_leave24:; __fsh_f24.normal = 1; __fsh_end24:; } __attribute__((__optimize__("O0"))) void __fsh_fin24(struct fsh_frame *__fsh_p24) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p24); {

            ExRaiseStatus(((NTSTATUS)0xC00000BB));
        } fsh_seh_resume(__fsh_p24); } }

    } } goto __fsh_leave23; __fsh_exc23:; { int __fsh_d23 = (1); if (__fsh_d23 <= 0) fsh_seh_continue(&__fsh_x23, __fsh_d23); } {

        SehCheck((BOOLEAN)(((__fsh_x23.code) == ((NTSTATUS)0xC00000BB)) != 0), "GetExceptionCode() == STATUS_NOT_SUPPORTED", 413);
    } __fsh_leave23:; }





    Order = 0;

    for (Index = 0; Index < 10; Index += 1) {

        { auto void __attribute__((__optimize__("O0"))) __fsh_fin25(struct fsh_frame *); struct fsh_x __fsh_x25 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f25 __attribute__((__cleanup__(__fsh_fin25), __uninitialized__)); fsh_seh_push(&__fsh_f25, &__fsh_x25, 0); if (fsh_setjmp(&__fsh_f25)) goto __fsh_end25; {

            if (Index == 3) {

                continue;
            }

            if (Index == 6) {

                break;
            }

            Order += 1;

        } __fsh_leave25:; __fsh_f25.normal = 1; __fsh_end25:; } __attribute__((__optimize__("O0"))) void __fsh_fin25(struct fsh_frame *__fsh_p25) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p25); {

            Rounds += 1;
        } fsh_seh_resume(__fsh_p25); } }
    }

    SehCheck((BOOLEAN)((Order == 5 && Rounds == 7 && Index == 6) != 0), "Order == 5 && Rounds == 7 && Index == 6", 444);
}





__attribute__((__optimize__("O0"))) static void
CheckLeave (
    void
    )
{
    ULONG Index;
    ULONG Order = 0;

    { auto void __attribute__((__optimize__("O0"))) __fsh_fin26(struct fsh_frame *); struct fsh_x __fsh_x26 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f26 __attribute__((__cleanup__(__fsh_fin26), __uninitialized__)); fsh_seh_push(&__fsh_f26, &__fsh_x26, 0); if (fsh_setjmp(&__fsh_f26)) goto __fsh_end26; {

        for (Index = 0; Index < 10; Index += 1) {

            switch (Index) {

            case 4:

                goto __fsh_leave26;

            case 2:

                { struct fsh_x __fsh_x27 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f27 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f27, &__fsh_x27, &__fsh_f26); if (fsh_setjmp(&__fsh_f27)) goto __fsh_exc27; {

                    ExRaiseStatus(((NTSTATUS)0xC000007F));

                } } goto __fsh_leave27; __fsh_exc27:; { int __fsh_d27 = (1); if (__fsh_d27 <= 0) fsh_seh_continue(&__fsh_x27, __fsh_d27); } {

                    Order += 100;
                } __fsh_leave27:; }

                break;

            default:

                Order += 1;
                break;
            }
        }

        SehCheck((BOOLEAN)((0) != 0), "FALSE", 489);

    } __fsh_leave26:; __fsh_f26.normal = 1; __fsh_end26:; } __attribute__((__optimize__("O0"))) void __fsh_fin26(struct fsh_frame *__fsh_p26) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p26); {

        SehCheck((BOOLEAN)((!(__fsh_ab)) != 0), "!AbnormalTermination()", 493);
        SehCheck((BOOLEAN)((Index == 4) != 0), "Index == 4", 494);
    } fsh_seh_resume(__fsh_p26); } }

    SehCheck((BOOLEAN)((Order == 103) != 0), "Order == 103", 497);





    { struct fsh_x __fsh_x28 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f28 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f28, &__fsh_x28, 0); if (fsh_setjmp(&__fsh_f28)) goto __fsh_exc28; {

        { struct fsh_x __fsh_x29 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f29 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f29, &__fsh_x29, &__fsh_f28); if (fsh_setjmp(&__fsh_f29)) goto __fsh_exc29; {

            ExRaiseStatus(((NTSTATUS)0xC000007F));

        } } goto __fsh_leave29; __fsh_exc29:; { int __fsh_d29 = (1); if (__fsh_d29 <= 0) fsh_seh_continue(&__fsh_x29, __fsh_d29); } {

            goto __fsh_leave28;
        } __fsh_leave29:; }

        SehCheck((BOOLEAN)((0) != 0), "FALSE", 514);

    } } goto __fsh_leave28; __fsh_exc28:; { int __fsh_d28 = (1); if (__fsh_d28 <= 0) fsh_seh_continue(&__fsh_x28, __fsh_d28); } {

        SehCheck((BOOLEAN)((0) != 0), "FALSE", 518);
    } __fsh_leave28:; }

    if (Order == 103) { auto void __attribute__((__optimize__("O0"))) __fsh_fin30(struct fsh_frame *); struct fsh_x __fsh_x30 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f30 __attribute__((__cleanup__(__fsh_fin30), __uninitialized__)); fsh_seh_push(&__fsh_f30, &__fsh_x30, 0); if (fsh_setjmp(&__fsh_f30)) goto __fsh_end30; {

        Order = 1;

    } __fsh_leave30:; __fsh_f30.normal = 1; __fsh_end30:; } __attribute__((__optimize__("O0"))) void __fsh_fin30(struct fsh_frame *__fsh_p30) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p30); {

        Order += 1;

    } fsh_seh_resume(__fsh_p30); } } else {

        SehCheck((BOOLEAN)((0) != 0), "FALSE", 531);
    }

    SehCheck((BOOLEAN)((Order == 2) != 0), "Order == 2", 534);
}





__attribute__((__optimize__("O0"))) static ULONG
CountDown (
    ULONG Depth
    )
{
    ULONG Result = 0;
    ULONG Here = Depth;

    { struct fsh_x __fsh_x31 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f31 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f31, &__fsh_x31, 0); if (fsh_setjmp(&__fsh_f31)) goto __fsh_exc31; {

        Here += 1;

        if (Depth == 0) {

            Here += 1;
            RaiseDeep(3, ((NTSTATUS)0xC000007F));
        }

        Result = CountDown(Depth - 1);
        Here += 10;

    } } goto __fsh_leave31; __fsh_exc31:; { int __fsh_d31 = (1); if (__fsh_d31 <= 0) fsh_seh_continue(&__fsh_x31, __fsh_d31); } {

        SehCheck((BOOLEAN)((Here == Depth + 2) != 0), "Here == Depth + 2", 564);
        Result = 1000;
    } __fsh_leave31:; }

    return Result + Here;
}

static void
CheckLocals (
    void
    )
{
    ULONG Round;

    for (Round = 0; Round < 1000; Round += 1) {

        if (HandleRaise(((NTSTATUS)0xC0000001)) != ((NTSTATUS)0xC0000001)) {

            SehCheck((BOOLEAN)((0) != 0), "FALSE", 582);
        }
    }

    SehCheck((BOOLEAN)((CountDown(10) == 1000 + 2 + 55 + 10 * 11) != 0), "CountDown(10) == 1000 + 2 + 55 + 10 * 11", 586);
}





__attribute__((__optimize__("O0"))) static void
CheckLevel (
    void
    )
{
    KSPIN_LOCK Lock;
    KIRQL Irql;
    KIRQL Before = KeGetCurrentIrql();
    NTSTATUS Status = ((NTSTATUS)0x00000000);

    KeInitializeSpinLock(&Lock);

    { struct fsh_x __fsh_x32 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f32 __attribute__((__cleanup__(fsh_seh_pop), __uninitialized__)); fsh_seh_push(&__fsh_f32, &__fsh_x32, 0); if (fsh_setjmp(&__fsh_f32)) goto __fsh_exc32; {

        (*(&Irql) = KeAcquireSpinLockRaiseToDpc(&Lock));

        { auto void __attribute__((__optimize__("O0"))) __fsh_fin33(struct fsh_frame *); struct fsh_x __fsh_x33 __attribute__((__uninitialized__)); { struct fsh_frame __fsh_f33 __attribute__((__cleanup__(__fsh_fin33), __uninitialized__)); fsh_seh_push(&__fsh_f33, &__fsh_x33, &__fsh_f32); if (fsh_setjmp(&__fsh_f33)) goto __fsh_end33; {

            SehCheck((BOOLEAN)((KeGetCurrentIrql() == 2) != 0), "KeGetCurrentIrql() == DISPATCH_LEVEL", 611);
            RaiseDeep(2, ((NTSTATUS)0xC000007F));

        } __fsh_leave33:; __fsh_f33.normal = 1; __fsh_end33:; } __attribute__((__optimize__("O0"))) void __fsh_fin33(struct fsh_frame *__fsh_p33) { int __fsh_ab = fsh_seh_pop_fin(__fsh_p33); {

            SehCheck((BOOLEAN)((KeGetCurrentIrql() == 2) != 0), "KeGetCurrentIrql() == DISPATCH_LEVEL", 616);
            KeReleaseSpinLock(&Lock, Irql);
        } fsh_seh_resume(__fsh_p33); } }

    } } goto __fsh_leave32; __fsh_exc32:; { int __fsh_d32 = (1); if (__fsh_d32 <= 0) fsh_seh_continue(&__fsh_x32, __fsh_d32); } {

        Status = (__fsh_x32.code);
        SehCheck((BOOLEAN)((KeGetCurrentIrql() == Before) != 0), "KeGetCurrentIrql() == Before", 623);
    } __fsh_leave32:; }

    SehCheck((BOOLEAN)((Status == ((NTSTATUS)0xC000007F)) != 0), "Status == STATUS_DISK_FULL", 626);
}





void
SehUnload (
    PDRIVER_OBJECT DriverObject
    )
{
    ((void)(DriverObject));
    ((void)0);
}

NTSTATUS
DriverEntry (
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    ((void)(RegistryPath));

    DriverObject->DriverUnload = SehUnload;

    CheckHandlers();
    CheckFilterFunction();
    CheckFinally();
    CheckLeave();
    CheckLocals();
    CheckLevel();
    CheckLanguage();

    DbgPrint("sehtest: %u checks, %u failed\n", Checks, Failures);

    return Failures == 0 ? ((NTSTATUS)0x00000000) : ((NTSTATUS)0xC0000001);
}
