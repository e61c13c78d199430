// SPDX-License-Identifier: GPL-2.0
/*
 * What the Windows compiler understands and gcc does not: calling conventions, declspecs,
 * keywords, intrinsic functions. For minifilter sources only; these names clash with Linux.
 */
#ifndef _FSH_COMPILER_H
#define _FSH_COMPILER_H

/* Types of the compiler itself, before anything else names them. */
#ifndef __cplusplus
typedef __WCHAR_TYPE__ wchar_t;
#endif
typedef __typeof__(sizeof(0)) size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef unsigned short wint_t;
typedef unsigned short wctype_t;
typedef int errno_t;
typedef size_t rsize_t;

#ifndef NULL
#ifdef __cplusplus
#define NULL 0
#else
#define NULL ((void *)0)
#endif
#endif

#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long

#define __cdecl
#define _cdecl
#define __stdcall
#define _stdcall
#define __fastcall
#define _fastcall
#define __vectorcall
#define __thiscall
#define __clrcall
#define NTAPI
#define FLTAPI
#define FASTCALL
#define WINAPI
#define APIENTRY
#define CALLBACK
#define STDCALL
#define NTAPI_INLINE
#define NTSYSAPI
#define NTSYSCALLAPI
#define NTKERNELAPI
#define NTHALAPI
#define NTNDISAPI
#define STDAPI
#define WINBASEAPI
#define PCMD_API

/* Each word names an attribute, or none; with an argument or, as deprecated, with or without. */
#define __declspec(x) __attribute__((FSH_DECLSPEC_##x))
#define _declspec(x) __attribute__((FSH_DECLSPEC_##x))
#define FSH_DECLSPEC_align(n) __aligned__(n)
#define FSH_DECLSPEC_selectany __weak__
#define FSH_DECLSPEC_noinline __noinline__
#define FSH_DECLSPEC_deprecated __deprecated__
#define FSH_DECLSPEC_noreturn
#define FSH_DECLSPEC_dllimport
#define FSH_DECLSPEC_dllexport
#define FSH_DECLSPEC_novtable
#define FSH_DECLSPEC_restrict
#define FSH_DECLSPEC_noalias
#define FSH_DECLSPEC_nothrow
#define FSH_DECLSPEC_naked
#define FSH_DECLSPEC_thread
#define FSH_DECLSPEC_safebuffers
#define FSH_DECLSPEC_guard(x)
#define FSH_DECLSPEC_spectre(x)
#define FSH_DECLSPEC_code_seg(x)
#define FSH_DECLSPEC_allocate(x)
#define FSH_DECLSPEC_property(...)
#define FSH_DECLSPEC_uuid(x)
#define FSH_DECLSPEC_empty_bases
#define DECLSPEC_ALIGN(n) __attribute__((__aligned__(n)))
#define DECLSPEC_CACHEALIGN __attribute__((__aligned__(64)))
#define SYSTEM_CACHE_ALIGNMENT_SIZE 64
#define DECLSPEC_NOINLINE __attribute__((__noinline__))
#define DECLSPEC_SELECTANY __attribute__((__weak__))
#define DECLSPEC_IMPORT
#define DECLSPEC_EXPORT
#define DECLSPEC_UUID(x)
#define DECLSPEC_NOVTABLE
#define DECLSPEC_DEPRECATED
#define DECLSPEC_DEPRECATED_DDK
#define DECLSPEC_ADDRSAFE
#define DECLSPEC_GUARDNOCF
/* objtool does not know foreign functions that never return, so the compiler may not either. */
#define DECLSPEC_NORETURN

#define FSH_INLINE static __inline__ __attribute__((__always_inline__, __unused__))
#ifdef __cplusplus
/* A member function may not be static for it. */
#define __forceinline inline __attribute__((__always_inline__))
#else
#define __forceinline FSH_INLINE
#endif
#define FORCEINLINE __forceinline
#define CFORCEINLINE __forceinline
#ifndef __cplusplus
/* A C inline function of the Windows compiler needs no external definition elsewhere. */
#define __inline static __inline__ __attribute__((__unused__))
#define _inline static __inline__ __attribute__((__unused__))
#define inline static __inline__ __attribute__((__unused__))
#else
#define _inline inline
#endif

#define __volatile volatile
#define __unaligned
#define UNALIGNED
#define UNALIGNED64
#define __ptr32
#define __ptr64
#define POINTER_32
#define POINTER_64
#define __sptr
#define __uptr
#define __w64
#define RESTRICTED_POINTER
#define FIRMWARE_PTR
#define CONST const
#define __assume(e) ((void)0)
#define __noop(...) ((void)0)
#define __nullptr 0
#ifndef __cplusplus
#define __alignof _Alignof
#endif
#define TYPE_ALIGNMENT(t) __alignof(t)
#define PROBE_ALIGNMENT(s) TYPE_ALIGNMENT(ULONG)
#define __pragma(...)
#define __annotation(...) ((void)0)
#define __analysis_message(...)
#define __identifier(x) x
#define __FUNCDNAME__ __FUNCTION__
#define __FUNCSIG__ __FUNCTION__
#define POINTER_ALIGNMENT FSH_POINTER_ALIGNMENT
#define DUMMYUNIONNAME
#define DUMMYUNIONNAME2
#define DUMMYUNIONNAME3
#define DUMMYUNIONNAME4
#define DUMMYSTRUCTNAME
#define DUMMYSTRUCTNAME2
#define DUMMYSTRUCTNAME3
#define _ANONYMOUS_UNION
#define _ANONYMOUS_STRUCT
#define NOTHING
#define CRITICAL

#define IN
#define OUT
#define OPTIONAL
#ifdef __cplusplus
#define EXTERN_C extern "C"
#define EXTERN_C_START extern "C" {
#define EXTERN_C_END }
#else
#define EXTERN_C extern
#define EXTERN_C_START
#define EXTERN_C_END
#endif
#define STDMETHODCALLTYPE

/* Barriers and small instructions */
#define _ReadWriteBarrier() __asm__ __volatile__("" ::: "memory")
#define _ReadBarrier() _ReadWriteBarrier()
#define _WriteBarrier() _ReadWriteBarrier()
#define MemoryBarrier() __sync_synchronize()
#define KeMemoryBarrier() __sync_synchronize()
#define KeMemoryBarrierWithoutFence() _ReadWriteBarrier()
#define _mm_mfence() __sync_synchronize()
#define _mm_pause() __builtin_ia32_pause()
#define YieldProcessor() __builtin_ia32_pause()
#define _ReturnAddress() __builtin_return_address(0)
#define _AddressOfReturnAddress() __builtin_frame_address(0)
#define __debugbreak() DbgBreakPoint()
#define __rdtsc() __builtin_ia32_rdtsc()
#define ReadTimeStampCounter() __builtin_ia32_rdtsc()
#define __fastfail(Code) KeBugCheck(Code)
#define _byteswap_ushort(v) __builtin_bswap16(v)
#define _byteswap_ulong(v) __builtin_bswap32(v)
#define _byteswap_uint64(v) __builtin_bswap64(v)
#define RtlUshortByteSwap(v) __builtin_bswap16((USHORT)(v))
#define RtlUlongByteSwap(v) __builtin_bswap32((ULONG)(v))
#define RtlUlonglongByteSwap(v) __builtin_bswap64((ULONGLONG)(v))

FSH_INLINE unsigned int _rotl(unsigned int Value, int Shift)
{
    return (Value << (Shift & 31)) | (Value >> (-Shift & 31));
}

FSH_INLINE unsigned int _rotr(unsigned int Value, int Shift)
{
    return (Value >> (Shift & 31)) | (Value << (-Shift & 31));
}

FSH_INLINE unsigned long long _rotl64(unsigned long long Value, int Shift)
{
    return (Value << (Shift & 63)) | (Value >> (-Shift & 63));
}

FSH_INLINE unsigned long long _rotr64(unsigned long long Value, int Shift)
{
    return (Value >> (Shift & 63)) | (Value << (-Shift & 63));
}

FSH_INLINE unsigned char _BitScanForward(unsigned int *Index, unsigned int Mask)
{
    if (!Mask)
        return 0;
    *Index = (unsigned int)__builtin_ctz(Mask);
    return 1;
}

FSH_INLINE unsigned char _BitScanReverse(unsigned int *Index, unsigned int Mask)
{
    if (!Mask)
        return 0;
    *Index = 31 - (unsigned int)__builtin_clz(Mask);
    return 1;
}

FSH_INLINE unsigned char _BitScanForward64(unsigned int *Index, unsigned long long Mask)
{
    if (!Mask)
        return 0;
    *Index = (unsigned int)__builtin_ctzll(Mask);
    return 1;
}

FSH_INLINE unsigned char _BitScanReverse64(unsigned int *Index, unsigned long long Mask)
{
    if (!Mask)
        return 0;
    *Index = 63 - (unsigned int)__builtin_clzll(Mask);
    return 1;
}

FSH_INLINE void __stosb(unsigned char *Destination, unsigned char Value, size_t Count)
{
    __asm__ __volatile__("rep stosb" : "+D"(Destination), "+c"(Count) : "a"(Value) : "memory");
}

FSH_INLINE void __movsb(unsigned char *Destination, const unsigned char *Source, size_t Count)
{
    __asm__ __volatile__("rep movsb" : "+D"(Destination), "+S"(Source), "+c"(Count) : :
                         "memory");
}

FSH_INLINE void __cpuid(int CpuInfo[4], int FunctionId)
{
    __asm__ __volatile__("cpuid" : "=a"(CpuInfo[0]), "=b"(CpuInfo[1]), "=c"(CpuInfo[2]),
                         "=d"(CpuInfo[3]) : "a"(FunctionId), "c"(0));
}

FSH_INLINE void __cpuidex(int CpuInfo[4], int FunctionId, int SubfunctionId)
{
    __asm__ __volatile__("cpuid" : "=a"(CpuInfo[0]), "=b"(CpuInfo[1]), "=c"(CpuInfo[2]),
                         "=d"(CpuInfo[3]) : "a"(FunctionId), "c"(SubfunctionId));
}

#endif /* _FSH_COMPILER_H */
