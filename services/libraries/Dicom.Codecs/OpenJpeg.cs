using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MedCloud.Dicom.Codecs;

/// <summary>JPEG 2000 and HTJ2K by libopenjp2 (BSD-2-Clause), version 2.5; the struct offsets are those of its openjpeg.h on 64-bit machines.</summary>
internal static unsafe partial class OpenJpeg
{
    private const string Library = "libopenjp2.so.7";
    private const int Codestream = 0;
    private const int ParametersBytes = 16 * 1024;

    /// <summary>The first version that decodes HTJ2K.</summary>
    private static readonly Version Least = new(2, 5);

    public static CodecAnswer Decode(CodecRequest request, byte[] frame)
    {
        if (!NativeLibrary.TryLoad(Library, out _))
            return CodecAnswer.Of(CodecOutcome.LibraryMissing, $"JPEG 2000 needs {Library} (Debian: libopenjp2-7), which is not on this machine");
        if (!Version.TryParse(Marshal.PtrToStringUTF8(GetVersion()), out var version) || version < Least)
            return CodecAnswer.Of(CodecOutcome.LibraryMissing, $"JPEG 2000 needs {Library} of version {Least} or later, this machine has {version}");
        fixed (byte* bytes = frame)
        {
            var source = new Source { Bytes = bytes, Length = frame.Length };
            return Decode(request, &source);
        }
    }

    private static CodecAnswer Decode(CodecRequest request, Source* source)
    {
        var stream = CreateStream(isInput: 1);
        var codec = CreateDecoder(Codestream);
        var parameters = NativeMemory.AllocZeroed(ParametersBytes);
        var image = default(nint);
        try
        {
            SetRead(stream, &Read);
            SetSkip(stream, &Skip);
            SetSeek(stream, &Seek);
            SetUserData(stream, source, 0);
            SetLength(stream, (ulong)source->Length);
            SetDefaults(parameters);
            if (SetUp(codec, parameters) == 0 || ReadHeader(stream, codec, out image) == 0 || DecodeImage(codec, stream, image) == 0 || EndDecompress(codec, stream) == 0)
                return CodecAnswer.Of(CodecOutcome.Corrupt, "the JPEG 2000 frame is damaged");
            return Samples(request, (byte*)image);
        }
        finally
        {
            NativeMemory.Free(parameters);
            DestroyImage(image);
            DestroyCodec(codec);
            DestroyStream(stream);
        }
    }

    /// <summary>opj_image_t: the number of components at 16, the components at 24, each of 64 bytes: width at 8, height at 12, samples at 48.</summary>
    private static CodecAnswer Samples(CodecRequest request, byte* image)
    {
        var components = *(byte**)(image + 24);
        if (*(uint*)(image + 16) != request.Samples)
            return CodecAnswer.Of(CodecOutcome.Corrupt, "the JPEG 2000 frame has other components than its header");
        var decoded = new byte[request.DecodedBytes];
        var pixels = request.Columns * request.Rows;
        for (var sample = 0; sample < request.Samples; sample++)
        {
            var component = components + (64 * sample);
            var values = *(int**)(component + 48);
            if (*(uint*)(component + 8) != request.Columns || *(uint*)(component + 12) != request.Rows || values is null)
                return CodecAnswer.Of(CodecOutcome.Corrupt, "the JPEG 2000 frame is not whole");
            Put(new ReadOnlySpan<int>(values, pixels), decoded, sample, request);
        }
        return new CodecAnswer(CodecOutcome.Decoded, decoded);
    }

    private static void Put(ReadOnlySpan<int> values, byte[] decoded, int sample, CodecRequest request)
    {
        var stride = request.Samples * request.SampleBytes;
        var at = sample * request.SampleBytes;
        foreach (var value in values)
        {
            switch (request.SampleBytes)
            {
                case 1:
                    decoded[at] = (byte)value;
                    break;
                case 2:
                    Unsafe.WriteUnaligned(ref decoded[at], (ushort)value);
                    break;
                default:
                    Unsafe.WriteUnaligned(ref decoded[at], value);
                    break;
            }
            at += stride;
        }
    }

    private struct Source
    {
        public byte* Bytes;
        public long Length;
        public long Position;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint Read(byte* buffer, nuint count, Source* source)
    {
        var taken = Math.Min((long)count, source->Length - source->Position);
        if (taken <= 0)
            return nuint.MaxValue;
        NativeMemory.Copy(source->Bytes + source->Position, buffer, (nuint)taken);
        source->Position += taken;
        return (nuint)taken;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Skip(long count, Source* source)
    {
        if (count < 0 || count > source->Length - source->Position)
            return -1;
        source->Position += count;
        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Seek(long position, Source* source)
    {
        if (position < 0 || position > source->Length)
            return 0;
        source->Position = position;
        return 1;
    }

    [LibraryImport(Library, EntryPoint = "opj_version")]
    private static partial nint GetVersion();

    [LibraryImport(Library, EntryPoint = "opj_stream_default_create")]
    private static partial nint CreateStream(int isInput);

    [LibraryImport(Library, EntryPoint = "opj_stream_set_read_function")]
    private static partial void SetRead(nint stream, delegate* unmanaged[Cdecl]<byte*, nuint, Source*, nuint> read);

    [LibraryImport(Library, EntryPoint = "opj_stream_set_skip_function")]
    private static partial void SetSkip(nint stream, delegate* unmanaged[Cdecl]<long, Source*, long> skip);

    [LibraryImport(Library, EntryPoint = "opj_stream_set_seek_function")]
    private static partial void SetSeek(nint stream, delegate* unmanaged[Cdecl]<long, Source*, int> seek);

    [LibraryImport(Library, EntryPoint = "opj_stream_set_user_data")]
    private static partial void SetUserData(nint stream, Source* source, nint free);

    [LibraryImport(Library, EntryPoint = "opj_stream_set_user_data_length")]
    private static partial void SetLength(nint stream, ulong length);

    [LibraryImport(Library, EntryPoint = "opj_stream_destroy")]
    private static partial void DestroyStream(nint stream);

    [LibraryImport(Library, EntryPoint = "opj_create_decompress")]
    private static partial nint CreateDecoder(int format);

    [LibraryImport(Library, EntryPoint = "opj_set_default_decoder_parameters")]
    private static partial void SetDefaults(void* parameters);

    [LibraryImport(Library, EntryPoint = "opj_setup_decoder")]
    private static partial int SetUp(nint codec, void* parameters);

    [LibraryImport(Library, EntryPoint = "opj_read_header")]
    private static partial int ReadHeader(nint stream, nint codec, out nint image);

    [LibraryImport(Library, EntryPoint = "opj_decode")]
    private static partial int DecodeImage(nint codec, nint stream, nint image);

    [LibraryImport(Library, EntryPoint = "opj_end_decompress")]
    private static partial int EndDecompress(nint codec, nint stream);

    [LibraryImport(Library, EntryPoint = "opj_image_destroy")]
    private static partial void DestroyImage(nint image);

    [LibraryImport(Library, EntryPoint = "opj_destroy_codec")]
    private static partial void DestroyCodec(nint codec);
}
