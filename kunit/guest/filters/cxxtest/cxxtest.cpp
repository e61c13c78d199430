/*++

    A driver that checks what drivers in C++ need: objects that live before DriverEntry and after
    the unload, memory through operators of their own, and the language itself. It registers no
    filter: DriverEntry runs the checks and fails if one fails.

--*/

#include "cxxtest.h"

extern "C" DRIVER_INITIALIZE DriverEntry;
extern "C" DRIVER_UNLOAD CxxUnload;

static ULONG Checks;
static ULONG Failures;

static PCSTR CurrentRow = nullptr;
static ULONG RowFailures;

LONG Alive;
LONG Allocated;

void CxxRow(PCSTR Row)
{
    if (CurrentRow != nullptr) {

        DbgPrint("cxxtest: row %s %s\n", CurrentRow, RowFailures == 0 ? "ok" : "failed");
    }

    CurrentRow = Row;
    RowFailures = 0;
}

void CxxCheck(bool Holds, PCSTR What, ULONG Line)
{
    Checks += 1;

    if (!Holds) {

        Failures += 1;
        RowFailures += 1;
        DbgPrint("cxxtest: line %u: %s does not hold\n", Line, What);
    }
}

ULONG CxxCall(Unfinished &Object)
{
    return Object.Missing();
}

//
//  Memory
//

void *__cdecl operator new(size_t Size, POOL_TYPE Type, ULONG Tag)
{
    void *Memory = Size > 0x100000 ? NULL : ExAllocatePoolWithTag(Type, Size, Tag);

    Allocated += Memory != NULL;
    return Memory;
}

void *__cdecl operator new[](SIZE_T Size, POOL_TYPE Type, ULONG Tag)
{
    return operator new(Size, Type, Tag);
}

void __cdecl operator delete(void *Memory)
{
    if (Memory != nullptr) {

        Allocated -= 1;
        ExFreePoolWithTag(Memory, TAG_TEST);
    }
}

void __cdecl operator delete(void *Memory, size_t)
{
    operator delete(Memory);
}

void __cdecl operator delete[](void *Memory)
{
    operator delete(Memory);
}

void __cdecl operator delete[](void *Memory, size_t)
{
    operator delete(Memory);
}

//
//  Objects outside every function: in the order of this file, before DriverEntry.
//

static ULONG Order;
static ULONG StartOrder[3];

struct Early {

    explicit Early(ULONG Index) : Pool(new (NonPagedPoolNx) ULONG[4]), m_Index(Index)
    {
        StartOrder[Index] = ++Order;
        Pool[3] = Index + 100;
    }

    ~Early()
    {
        DbgPrint("cxxtest: object %u ends, %u\n", m_Index, Pool[3]);
        delete[] Pool;
    }

    PULONG Pool;

private:

    ULONG m_Index;
};

static Early First(0);
Early Second{1};

//
//  Raises if the service key says so. What was made before it is destroyed; the rest never was.
//

struct Fragile {

    Fragile()
    {
        UNICODE_STRING Path = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System\\CurrentControlSet"
                                                  L"\\Services\\Cxxtest\\Parameters");
        UNICODE_STRING Name = RTL_CONSTANT_STRING(L"Raise");
        KEY_VALUE_PARTIAL_INFORMATION Value;
        OBJECT_ATTRIBUTES Attributes;
        NTSTATUS Status;
        HANDLE Key;
        ULONG Length;

        InitializeObjectAttributes(&Attributes, &Path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                   NULL, NULL);

        Status = ZwOpenKey(&Key, KEY_READ, &Attributes);

        if (!NT_SUCCESS(Status)) {

            return;
        }

        Status = ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, &Value, sizeof(Value),
                                 &Length);
        ZwClose(Key);

        if (NT_SUCCESS(Status)) {

            ExRaiseStatus(STATUS_DISK_FULL);
        }
    }
};

static Fragile Raises;
static const Line ConstantLine;

static Early &Local()
{
    static Early Third(2);

    return Third;
}

static void CheckStatics()
{
    CxxRow("SRC-142");

    CHECK(StartOrder[0] == 1 && StartOrder[1] == 2 && StartOrder[2] == 0);
    CHECK(First.Pool[3] == 100 && Second.Pool[3] == 101);
    CHECK(ConstantLine.Size() == 7 && ConstantLine.Area() == 0);
    CHECK(Local().Pool[3] == 102 && StartOrder[2] == 3);
    CHECK(&Local() == &Local() && Order == 3);
    CHECK(CxxStatics() == 4711);
}

static void CheckMemory()
{
    LONG Before = Alive;
    LONG Blocks = Allocated;

    CxxRow("SRC-143");

    Shape *One = new (NonPagedPoolNx, TAG_TEST) Square(3);

    CHECK(One != nullptr && Alive == Before + 1 && Allocated == Blocks + 1);
    CHECK(One->Area() == 9);
    delete One;
    CHECK(Alive == Before && Allocated == Blocks);

    Line *Several = new (PagedPool) Line[3];

    CHECK(Several != nullptr && Alive == Before + 3 && Allocated == Blocks + 1);
    CHECK(Several[2].Size() == 7);
    delete[] Several;
    CHECK(Alive == Before && Allocated == Blocks);

    //
    //  In memory that is there already.
    //

    alignas(Square) UCHAR Place[sizeof(Square)];
    Square *There = new (Place) Square(4);

    CHECK((PVOID)There == (PVOID)Place && There->Area() == 16 && Alive == Before + 1);
    There->~Square();
    CHECK(Alive == Before);

    //
    //  Without memory no constructor runs.
    //

    struct Huge : Line { UCHAR Data[0x200000]; };

    Huge *None = new (NonPagedPoolNx) Huge;

    CHECK(None == nullptr && Alive == Before);
    delete None;
}

//
//  The language
//

enum class Colour : UCHAR { Red = 1, Green, Blue };

namespace Inner { namespace Deeper {

template <typename T, ULONG Count>
struct Table {

    T Items[Count];

    T *begin() { return Items; }
    T *end() { return Items + Count; }
    constexpr ULONG Size() const { return Count; }
};

} }

template <typename T>
static T Sum(T One)
{
    return One;
}

template <typename T, typename... TRest>
static T Sum(T One, TRest... Rest)
{
    return One + Sum(Rest...);
}

static constexpr ULONG Square2(ULONG a)
{
    return a * a;
}

static_assert(Square2(12) == 144, "a constant");
static_assert(sizeof(long) == 4 && sizeof(long long) == 8 && sizeof(wchar_t) == 2, "types");

//
//  These are one type each.
//

static int Which(ULONG64) { return 64; }
static int Which(ULONG) { return 32; }
static int Which(USHORT) { return 16; }

struct Pair { ULONG Left; WCHAR Right; };

static void CheckLanguage()
{
    Inner::Deeper::Table<ULONG, 4> Numbers = { { 1, 2, 3, 4 } };
    FastMutex Mutex;
    ULONG Total = 0;

    CxxRow("SRC-144");

    {
        AutoLock<FastMutex> Guard(Mutex);

        CHECK(KeGetCurrentIrql() == APC_LEVEL);

        for (auto Number : Numbers) {

            Total += Number;
        }
    }

    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    CHECK(Total == 10 && Numbers.Size() == 4);

    auto Add = [&Total](ULONG More) { return Total += More; };

    CHECK(Add(5) == 15 && Total == 15);

    auto [Left, Right] = Pair { 5, L'x' };

    CHECK(Left == 5 && Right == L'x');
    CHECK(static_cast<UCHAR>(Colour::Blue) == 3);
    CHECK(Sum(1u, 2u, 3u) == 6);
    CHECK(1'000'000 == 1000 * 1000);
    CHECK(strcmp(R"(a"b\n)", "a\"b\\n") == 0);

    SIZE_T Size = sizeof(Pair);
    size_t Other = Size;
    ULONG_PTR *Same = &Size;
    ULONGLONG &Reference = Other;
    unsigned __int64 *Native = &Other;
    PULONGLONG Long = Native;

    CHECK(Which(Size) == 64 && Which(Other) == 64 && Which(*Same) == 64 && Which(1ULL) == 64);
    CHECK(Which(7ul) == 32 && Which((USHORT)1) == 16 && Reference == *Long);

    ULONG Moved = 9;
    ULONG Taken = std::move(Moved);

    CHECK(Taken == 9 && std::forward<ULONG>(Taken) == 9);

    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Name");
    WCHAR Buffer[40];

    CHECK(NT_SUCCESS(RtlStringCchPrintfW(Buffer, ARRAYSIZE(Buffer), L"%wZ %d", &Name, 5)));
    CHECK(wcscmp(Buffer, L"\\Device\\Name 5") == 0);

    CxxRow("SRC-149");

    //
    //  Initialisers as C writes them, and the macros of the headers.
    //

    LIST_ENTRY Head;
    OBJECT_ATTRIBUTES Attributes;
    FLT_OPERATION_REGISTRATION Operations[] = {

        { IRP_MJ_CREATE, 0, nullptr, nullptr },
        { IRP_MJ_OPERATION_END }
    };
    LARGE_INTEGER Time = { { 5, 0 } };

    InitializeListHead(&Head);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    CHECK(IsListEmpty(&Head) && Attributes.ObjectName == &Name);
    CHECK(Operations[1].MajorFunction == IRP_MJ_OPERATION_END && Time.QuadPart == 5);
    CHECK(CONTAINING_RECORD(&Operations[1].Flags, FLT_OPERATION_REGISTRATION, Flags)
          == &Operations[1]);
}

EXTERN_C VOID CxxUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    DbgPrint("cxxtest: unload\n");
}

extern "C" NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject,
                                _In_ PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverUnload = CxxUnload;

    CheckStatics();
    CheckMemory();
    CheckLanguage();
    CxxCheckTry();
    CxxRow(nullptr);

    DbgPrint("cxxtest: %u checks, %u failed\n", Checks, Failures);

    return Failures == 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
