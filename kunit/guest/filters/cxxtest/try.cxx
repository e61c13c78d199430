/*++

    Structured exception handling in C++, and an object of another source file.

--*/

#include "cxxtest.h"

static struct Other {

    Other() : Value(4711) {}
    ~Other() { DbgPrint("cxxtest: the other source ends\n"); }

    ULONG Value;

} Elsewhere;

ULONG CxxStatics()
{
    return Elsewhere.Value;
}

static ULONG Ended;
static ULONG EndedAbnormally;

static ULONG ReturnThrough(ULONG Way)
{
    ULONG Result = 1;

    __try {

        if (Way == 1) {

            return Result;
        }

        if (Way == 2) {

            goto Out;
        }

        if (Way == 3) {

            __leave;
        }

        if (Way == 4) {

            ExRaiseStatus(STATUS_DISK_FULL);
        }

        Result = 2;

    } __finally {

        Ended += 1;
        EndedAbnormally += AbnormalTermination() ? 1 : 0;
        Result += 10;
    }

    return Result;

Out:

    return Result + 100;
}

//
//  In a member of a class, in a template, in a constructor.
//

class Worker {

public:

    Worker(ULONG Start) : m_Count{Start}, m_Seen(STATUS_SUCCESS)
    {
        __try {

            ExRaiseStatus(STATUS_NOT_SUPPORTED);

        } __except (EXCEPTION_EXECUTE_HANDLER) {

            m_Seen = GetExceptionCode();
        }
    }

    NTSTATUS Work(ULONG Depth) const
    {
        NTSTATUS Status = STATUS_SUCCESS;
        ULONG Here = Depth;

        __try {

            Here += 1;

            if (Depth == 0) {

                ExRaiseStatus(STATUS_DISK_FULL);
            }

            Work(Depth - 1);

        } __finally {

            m_Ends += 1;
            CHECK(Here == Depth + 1 && AbnormalTermination());
        }

        return Status;
    }

    template <typename T>
    T Guarded(T Value);

    ULONG m_Count;
    NTSTATUS m_Seen;
    mutable ULONG m_Ends = 0;
};

template <typename T>
T Worker::Guarded(T Value)
{
    T Result = 0;

    __try {

        Result = Value;

        if (Value > 5) {

            ExRaiseStatus(STATUS_INVALID_PARAMETER);
        }

        Result += 1;

    } __except (GetExceptionCode() == STATUS_INVALID_PARAMETER ? EXCEPTION_EXECUTE_HANDLER
                                                               : EXCEPTION_CONTINUE_SEARCH) {

        Result += 1000;
    }

    return Result;
}

Unfinished::Unfinished()
{
    CxxCall(*this);
}

class Finished : public Unfinished {

public:

    ULONG Missing() override { return 1; }
};

//
//  An object that a try body leaves on its way out, without an exception.
//

struct Watched {

    explicit Watched(ULONG &Ends) : m_Ends(Ends) {}
    ~Watched() { m_Ends += 1; }

    ULONG &m_Ends;
};

static ULONG LeaveObject(ULONG &Ends)
{
    __try {

        Watched Object(Ends);

        if (Ends == 0) {

            return 5;
        }

    } __finally {

        Ends += 10;
    }

    return 6;
}

void CxxCheckTry()
{
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Order = 0;
    ULONG Rounds = 0;
    ULONG Ends = 0;
    ULONG Index;

    CxxRow("SRC-147");

    CHECK(ReturnThrough(0) == 12 && Ended == 1 && EndedAbnormally == 0);
    CHECK(ReturnThrough(1) == 1 && Ended == 2 && EndedAbnormally == 1);
    CHECK(ReturnThrough(2) == 111 && Ended == 3 && EndedAbnormally == 2);
    CHECK(ReturnThrough(3) == 11 && Ended == 4 && EndedAbnormally == 2);

    __try {

        ReturnThrough(4);
        Order = 7;

    } __except (GetExceptionInformation()->ExceptionRecord->ExceptionCode == STATUS_DISK_FULL) {

        Order = 1;
        Status = GetExceptionCode();
    }

    CHECK(Order == 1 && Status == STATUS_DISK_FULL && Ended == 5 && EndedAbnormally == 3);

    //
    //  Inner to outer, with a try inside a finally block, and a loop around one.
    //

    Order = 0;

    __try {

        __try {

            __try {

                ExRaiseStatus(STATUS_DISK_FULL);

            } __finally {

                __try {

                    ExRaiseStatus(STATUS_NOT_SUPPORTED);

                } __except (EXCEPTION_EXECUTE_HANDLER) {

                    Order = Order * 10 + 1;
                }
            }

        } __finally {

            Order = Order * 10 + 2;
        }

    } __except (GetExceptionCode() == STATUS_DISK_FULL) {

        Order = Order * 10 + 3;
    }

    CHECK(Order == 123);

    Order = 0;

    for (Index = 0; Index < 10; Index += 1) {

        __try {

            if (Index == 3) {

                continue;
            }

            if (Index == 6) {

                break;
            }

            Order += 1;

        } __finally {

            Rounds += 1;
        }
    }

    CHECK(Order == 5 && Rounds == 7 && Index == 6);

    Worker Object(3);

    CHECK(Object.m_Count == 3 && Object.m_Seen == STATUS_NOT_SUPPORTED);

    __try {

        Object.Work(4);

    } __except (EXCEPTION_EXECUTE_HANDLER) {

        Order = 77;
    }

    CHECK(Order == 77 && Object.m_Ends == 5);
    CHECK(Object.Guarded(3u) == 4 && Object.Guarded(6LL) == 1006);
    CHECK(LeaveObject(Ends) == 5 && Ends == 11);
    CHECK(LeaveObject(Ends) == 6 && Ends == 22);

    Status = STATUS_SUCCESS;

    __try {

        Finished Never;

        Order = Never.Missing();

    } __except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    CHECK(Status == STATUS_ILLEGAL_INSTRUCTION && Order == 77);
}
