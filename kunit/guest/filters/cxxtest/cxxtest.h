/*++

    What the sources of this test driver share: the checks report here, and a few of the classes
    that drivers in C++ bring along.

--*/

#pragma once

extern "C" {

#include <fltKernel.h>
#include <ntstrsafe.h>

}

#include <new>
#include <utility>

#define TAG_TEST 'ppcC'

//
//  The checks that follow belong to this row of the contract; one line says how they went.
//

void CxxRow(PCSTR Row);
void CxxCheck(bool Holds, PCSTR What, ULONG Line);

#define CHECK(_e) CxxCheck(!!(_e), #_e, __LINE__)

//
//  Memory with a type and a tag.
//

void *__cdecl operator new(size_t Size, POOL_TYPE Type, ULONG Tag = TAG_TEST);
void *__cdecl operator new[](SIZE_T Size, POOL_TYPE Type, ULONG Tag = TAG_TEST);
void __cdecl operator delete(void *Memory);
void __cdecl operator delete(void *Memory, size_t Size);
void __cdecl operator delete[](void *Memory);
void __cdecl operator delete[](void *Memory, size_t Size);

extern LONG Alive;          //  of the objects below
extern LONG Allocated;      //  blocks that operator new gave and delete did not take yet

//
//  A lock that is held as long as a variable lives.
//

class FastMutex {

public:

    FastMutex() { ExInitializeFastMutex(&m_Mutex); }

    void Lock() { ExAcquireFastMutex(&m_Mutex); }
    void Unlock() { ExReleaseFastMutex(&m_Mutex); }

private:

    FAST_MUTEX m_Mutex;
};

template <typename TLock>
class AutoLock {

public:

    __forceinline explicit AutoLock(TLock &Lock) : m_Lock(Lock) { m_Lock.Lock(); }
    __forceinline ~AutoLock() { m_Lock.Unlock(); }

    AutoLock(const AutoLock &) = delete;
    AutoLock &operator=(const AutoLock &) = delete;

private:

    TLock &m_Lock;
};

//
//  An object with a life that can be watched.
//

class Shape {

public:

    explicit Shape(ULONG Size) : m_Size{Size} { InterlockedIncrement(&Alive); }
    virtual ~Shape() { InterlockedDecrement(&Alive); }

    virtual ULONG Area() const = 0;

    ULONG Size() const noexcept { return m_Size; }

protected:

    ULONG m_Size;
};

class Square final : public Shape {

public:

    using Shape::Shape;

    ULONG Area() const override { return m_Size * m_Size; }
};

class Line : public Shape {

public:

    Line() : Shape(7) {}

    ULONG Area() const override { return 0; }
};

//
//  Calls a function without a body while there is none yet.
//

class Unfinished {

public:

    Unfinished();

    virtual ULONG Missing() = 0;
};

ULONG CxxCall(Unfinished &Object);
void CxxCheckTry();
ULONG CxxStatics();
