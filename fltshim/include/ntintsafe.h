// SPDX-License-Identifier: GPL-2.0
/*
 * ntintsafe.h: arithmetic and conversions that report an overflow. The result is all ones then,
 * so that a caller who ignores the status fails later rather than not at all.
 */
#ifndef _NTINTSAFE_H_INCLUDED_
#define _NTINTSAFE_H_INCLUDED_

#include "fsh/wdk.h"

FSH_INLINE NTSTATUS RtlUCharAdd(UCHAR Left, UCHAR Right, UCHAR *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUCharSub(UCHAR Left, UCHAR Right, UCHAR *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUCharMult(UCHAR Left, UCHAR Right, UCHAR *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUInt8Add(UINT8 Left, UINT8 Right, UINT8 *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT8)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUInt8Sub(UINT8 Left, UINT8 Right, UINT8 *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT8)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUInt8Mult(UINT8 Left, UINT8 Right, UINT8 *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT8)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortAdd(SHORT Left, SHORT Right, SHORT *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortSub(SHORT Left, SHORT Right, SHORT *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortMult(SHORT Left, SHORT Right, SHORT *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUShortAdd(USHORT Left, USHORT Right, USHORT *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUShortSub(USHORT Left, USHORT Right, USHORT *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUShortMult(USHORT Left, USHORT Right, USHORT *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntAdd(INT Left, INT Right, INT *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntSub(INT Left, INT Right, INT *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntMult(INT Left, INT Right, INT *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntAdd(UINT Left, UINT Right, UINT *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntSub(UINT Left, UINT Right, UINT *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntMult(UINT Left, UINT Right, UINT *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongAdd(LONG Left, LONG Right, LONG *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongSub(LONG Left, LONG Right, LONG *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongMult(LONG Left, LONG Right, LONG *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongAdd(ULONG Left, ULONG Right, ULONG *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongSub(ULONG Left, ULONG Right, ULONG *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongMult(ULONG Left, ULONG Right, ULONG *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordAdd(DWORD Left, DWORD Right, DWORD *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordSub(DWORD Left, DWORD Right, DWORD *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordMult(DWORD Left, DWORD Right, DWORD *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongAdd(LONGLONG Left, LONGLONG Right, LONGLONG *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongSub(LONGLONG Left, LONGLONG Right, LONGLONG *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongMult(LONGLONG Left, LONGLONG Right, LONGLONG *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongAdd(ULONGLONG Left, ULONGLONG Right, ULONGLONG *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongSub(ULONGLONG Left, ULONGLONG Right, ULONGLONG *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongMult(ULONGLONG Left, ULONGLONG Right, ULONGLONG *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETAdd(SIZE_T Left, SIZE_T Right, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETSub(SIZE_T Left, SIZE_T Right, SIZE_T *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETMult(SIZE_T Left, SIZE_T Right, SIZE_T *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTAdd(SIZE_T Left, SIZE_T Right, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTSub(SIZE_T Left, SIZE_T Right, SIZE_T *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTMult(SIZE_T Left, SIZE_T Right, SIZE_T *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrAdd(ULONG_PTR Left, ULONG_PTR Right, ULONG_PTR *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrSub(ULONG_PTR Left, ULONG_PTR Right, ULONG_PTR *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrMult(ULONG_PTR Left, ULONG_PTR Right, ULONG_PTR *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntPtrAdd(UINT_PTR Left, UINT_PTR Right, UINT_PTR *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntPtrSub(UINT_PTR Left, UINT_PTR Right, UINT_PTR *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntPtrMult(UINT_PTR Left, UINT_PTR Right, UINT_PTR *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (UINT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordPtrAdd(DWORD_PTR Left, DWORD_PTR Right, DWORD_PTR *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordPtrSub(DWORD_PTR Left, DWORD_PTR Right, DWORD_PTR *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordPtrMult(DWORD_PTR Left, DWORD_PTR Right, DWORD_PTR *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrAdd(LONG_PTR Left, LONG_PTR Right, LONG_PTR *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrSub(LONG_PTR Left, LONG_PTR Right, LONG_PTR *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrMult(LONG_PTR Left, LONG_PTR Right, LONG_PTR *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (LONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntPtrAdd(INT_PTR Left, INT_PTR Right, INT_PTR *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (INT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntPtrSub(INT_PTR Left, INT_PTR Right, INT_PTR *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (INT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntPtrMult(INT_PTR Left, INT_PTR Right, INT_PTR *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (INT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlWordAdd(WORD Left, WORD Right, WORD *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (WORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlWordSub(WORD Left, WORD Right, WORD *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (WORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlWordMult(WORD Left, WORD Right, WORD *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (WORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordLongAdd(DWORDLONG Left, DWORDLONG Right, DWORDLONG *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORDLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordLongSub(DWORDLONG Left, DWORDLONG Right, DWORDLONG *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORDLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordLongMult(DWORDLONG Left, DWORDLONG Right, DWORDLONG *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (DWORDLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSSIZETAdd(SSIZE_T Left, SSIZE_T Right, SSIZE_T *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SSIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSSIZETSub(SSIZE_T Left, SSIZE_T Right, SSIZE_T *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SSIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSSIZETMult(SSIZE_T Left, SSIZE_T Right, SSIZE_T *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (SSIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTAdd(ptrdiff_t Left, ptrdiff_t Right, ptrdiff_t *Result)
{
    if (!__builtin_add_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ptrdiff_t)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTSub(ptrdiff_t Left, ptrdiff_t Right, ptrdiff_t *Result)
{
    if (!__builtin_sub_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ptrdiff_t)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTMult(ptrdiff_t Left, ptrdiff_t Right, ptrdiff_t *Result)
{
    if (!__builtin_mul_overflow(Left, Right, Result))
        return STATUS_SUCCESS;
    *Result = (ptrdiff_t)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToUChar(LONG Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToUShort(LONG Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToUInt(LONG Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToULong(LONG Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToShort(LONG Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToULongLong(LONG Operand, ULONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToSIZET(LONG Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToSizeT(LONG Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToULongPtr(LONG Operand, ULONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToUIntPtr(LONG Operand, UINT_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongToIntPtr(LONG Operand, INT_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (INT_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToUChar(INT Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToUShort(INT Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToUInt(INT Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToULong(INT Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToShort(INT Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToULongLong(INT Operand, ULONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToSIZET(INT Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToSizeT(INT Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntToULongPtr(INT Operand, ULONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntToUChar(UINT Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntToUShort(UINT Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntToInt(UINT Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntToLong(UINT Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntToShort(UINT Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongToUChar(ULONG Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongToUShort(ULONG Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongToInt(ULONG Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongToLong(ULONG Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongToShort(ULONG Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongToUInt(ULONG Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongToLongPtr(ULONG Operand, LONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongToIntPtr(ULONG Operand, INT_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (INT_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortToUShort(SHORT Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortToUChar(SHORT Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortToUInt(SHORT Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortToULong(SHORT Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortToULongLong(SHORT Operand, ULONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlShortToSIZET(SHORT Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUShortToUChar(USHORT Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUShortToShort(USHORT Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToInt(LONGLONG Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToLong(LONGLONG Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToUInt(LONGLONG Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToULong(LONGLONG Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToULongLong(LONGLONG Operand, ULONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToUShort(LONGLONG Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToShort(LONGLONG Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToUChar(LONGLONG Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToSIZET(LONGLONG Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToSizeT(LONGLONG Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToULongPtr(LONGLONG Operand, ULONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToUIntPtr(LONGLONG Operand, UINT_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToLongPtr(LONGLONG Operand, LONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongLongToIntPtr(LONGLONG Operand, INT_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (INT_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToInt(ULONGLONG Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToLong(ULONGLONG Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToUInt(ULONGLONG Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToULong(ULONGLONG Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToLongLong(ULONGLONG Operand, LONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToUShort(ULONGLONG Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToShort(ULONGLONG Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToUChar(ULONGLONG Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToSIZET(ULONGLONG Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToSizeT(ULONGLONG Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToULongPtr(ULONGLONG Operand, ULONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToUIntPtr(ULONGLONG Operand, UINT_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToLongPtr(ULONGLONG Operand, LONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToIntPtr(ULONGLONG Operand, INT_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (INT_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToInt(ULONG_PTR Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToLong(ULONG_PTR Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToUInt(ULONG_PTR Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToULong(ULONG_PTR Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToUShort(ULONG_PTR Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToUChar(ULONG_PTR Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToLongLong(ULONG_PTR Operand, LONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToLongPtr(ULONG_PTR Operand, LONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToIntPtr(ULONG_PTR Operand, INT_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (INT_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongPtrToShort(ULONG_PTR Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntPtrToULong(UINT_PTR Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntPtrToUInt(UINT_PTR Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntPtrToLong(UINT_PTR Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntPtrToInt(UINT_PTR Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlUIntPtrToUShort(UINT_PTR Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrToULong(LONG_PTR Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrToLong(LONG_PTR Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrToULongPtr(LONG_PTR Operand, ULONG_PTR *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG_PTR)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG_PTR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrToInt(LONG_PTR Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrToUInt(LONG_PTR Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlLongPtrToULongLong(LONG_PTR Operand, ULONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntPtrToInt(INT_PTR Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntPtrToULong(INT_PTR Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntPtrToUInt(INT_PTR Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlIntPtrToULongLong(INT_PTR Operand, ULONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToInt(SIZE_T Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToLong(SIZE_T Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToUInt(SIZE_T Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToULong(SIZE_T Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToUShort(SIZE_T Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToUChar(SIZE_T Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToLongLong(SIZE_T Operand, LONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToShort(SIZE_T Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToInt(SIZE_T Operand, INT *Result)
{
    if (!__builtin_add_overflow(Operand, (INT)0, Result))
        return STATUS_SUCCESS;
    *Result = (INT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToLong(SIZE_T Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToUInt(SIZE_T Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToULong(SIZE_T Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToUShort(SIZE_T Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToUChar(SIZE_T Operand, UCHAR *Result)
{
    if (!__builtin_add_overflow(Operand, (UCHAR)0, Result))
        return STATUS_SUCCESS;
    *Result = (UCHAR)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToLongLong(SIZE_T Operand, LONGLONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONGLONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONGLONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToShort(SIZE_T Operand, SHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (SHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (SHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSizeTToDWord(SIZE_T Operand, DWORD *Result)
{
    if (!__builtin_add_overflow(Operand, (DWORD)0, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSIZETToDWord(SIZE_T Operand, DWORD *Result)
{
    if (!__builtin_add_overflow(Operand, (DWORD)0, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordToUShort(DWORD Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlDWordToLong(DWORD Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlULongLongToDWord(ULONGLONG Operand, DWORD *Result)
{
    if (!__builtin_add_overflow(Operand, (DWORD)0, Result))
        return STATUS_SUCCESS;
    *Result = (DWORD)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlSSIZETToSIZET(SSIZE_T Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTToULong(ptrdiff_t Operand, ULONG *Result)
{
    if (!__builtin_add_overflow(Operand, (ULONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (ULONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTToSIZET(ptrdiff_t Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTToSizeT(ptrdiff_t Operand, SIZE_T *Result)
{
    if (!__builtin_add_overflow(Operand, (SIZE_T)0, Result))
        return STATUS_SUCCESS;
    *Result = (SIZE_T)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTToUShort(ptrdiff_t Operand, USHORT *Result)
{
    if (!__builtin_add_overflow(Operand, (USHORT)0, Result))
        return STATUS_SUCCESS;
    *Result = (USHORT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTToLong(ptrdiff_t Operand, LONG *Result)
{
    if (!__builtin_add_overflow(Operand, (LONG)0, Result))
        return STATUS_SUCCESS;
    *Result = (LONG)-1;
    return STATUS_INTEGER_OVERFLOW;
}

FSH_INLINE NTSTATUS RtlPtrdiffTToUInt(ptrdiff_t Operand, UINT *Result)
{
    if (!__builtin_add_overflow(Operand, (UINT)0, Result))
        return STATUS_SUCCESS;
    *Result = (UINT)-1;
    return STATUS_INTEGER_OVERFLOW;
}

#endif /* _NTINTSAFE_H_INCLUDED_ */
