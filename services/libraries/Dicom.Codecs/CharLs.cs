using System.Runtime.InteropServices;

namespace MedCloud.Dicom.Codecs;

/// <summary>JPEG-LS by libcharls (BSD-3-Clause), version 2.</summary>
internal static unsafe partial class CharLs
{
    private const string Library = "libcharls.so.2";

    /// <summary>jpegls_errc::jpeg_marker_start_byte_not_found.</summary>
    private const int NoMarker = 12;

    public static CodecAnswer Decode(CodecRequest request, byte[] frame)
    {
        if (!NativeLibrary.TryLoad(Library, out _))
            return CodecAnswer.Of(CodecOutcome.LibraryMissing, $"JPEG-LS needs {Library} (Debian: libcharls2), which is not on this machine");
        var code = Decode(request, frame, out var answer);
        // Some encoders pad the coded data to an even length before the end marker.
        if (code == NoMarker && frame.AsSpan().TrimEnd((byte)0) is [.., 0, 0xFF, 0xD9] padded)
            code = Decode(request, padded[..^3], out answer);
        return code == 0 ? answer : CodecAnswer.Of(CodecOutcome.Corrupt, $"the JPEG-LS frame is damaged (CharLS error {code})");
    }

    private static int Decode(CodecRequest request, ReadOnlySpan<byte> frame, out CodecAnswer answer)
    {
        // CharLS 2.4 reads for ever where a frame ends without its end marker.
        byte[] ended = [.. frame, 0xFF, 0xD9];
        var decoder = Create();
        try
        {
            fixed (byte* source = ended)
                return Decode(decoder, request, source, (nuint)ended.Length, out answer);
        }
        finally
        {
            Destroy(decoder);
        }
    }

    private static int Decode(nint decoder, CodecRequest request, byte* source, nuint length, out CodecAnswer answer)
    {
        answer = default;
        var code = SetSource(decoder, source, length);
        if (code == 0)
            code = ReadHeader(decoder);
        var info = default(FrameInfo);
        if (code == 0)
            code = GetFrameInfo(decoder, out info);
        var mode = 0;
        if (code == 0)
            code = GetInterleaveMode(decoder, out mode);
        if (code != 0)
            return code;
        if (info.Width != request.Columns || info.Height != request.Rows || info.Components != request.Samples || info.Bits > 8 * request.SampleBytes)
        {
            answer = CodecAnswer.Of(CodecOutcome.Corrupt, "the JPEG-LS frame has two headers that differ");
            return 0;
        }

        var bytes = info.Bits > 8 ? 2 : 1;
        var decoded = new byte[(long)request.Columns * request.Rows * request.Samples * bytes];
        fixed (byte* destination = decoded)
            code = DecodeTo(decoder, destination, (nuint)decoded.Length, 0);
        if (code == 0)
            answer = new CodecAnswer(CodecOutcome.Decoded, Arrange(request, decoded, bytes, planes: mode == 0));
        return code;
    }

    /// <summary>Puts the samples of a pixel together and gives each its bytes; components in scans of their own come as planes.</summary>
    private static byte[] Arrange(CodecRequest request, byte[] decoded, int bytes, bool planes)
    {
        if (bytes == request.SampleBytes && (!planes || request.Samples == 1))
            return decoded;
        var pixels = request.Columns * request.Rows;
        var arranged = new byte[request.DecodedBytes];
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            for (var sample = 0; sample < request.Samples; sample++)
            {
                var from = planes ? (sample * pixels) + pixel : (pixel * request.Samples) + sample;
                decoded.AsSpan(from * bytes, bytes).CopyTo(arranged.AsSpan(((pixel * request.Samples) + sample) * request.SampleBytes));
            }
        }
        return arranged;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FrameInfo
    {
        public uint Width;
        public uint Height;
        public int Bits;
        public int Components;
    }

    [LibraryImport(Library, EntryPoint = "charls_jpegls_decoder_create")]
    private static partial nint Create();

    [LibraryImport(Library, EntryPoint = "charls_jpegls_decoder_destroy")]
    private static partial void Destroy(nint decoder);

    [LibraryImport(Library, EntryPoint = "charls_jpegls_decoder_set_source_buffer")]
    private static partial int SetSource(nint decoder, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "charls_jpegls_decoder_read_header")]
    private static partial int ReadHeader(nint decoder);

    [LibraryImport(Library, EntryPoint = "charls_jpegls_decoder_get_frame_info")]
    private static partial int GetFrameInfo(nint decoder, out FrameInfo info);

    [LibraryImport(Library, EntryPoint = "charls_jpegls_decoder_get_interleave_mode")]
    private static partial int GetInterleaveMode(nint decoder, out int mode);

    [LibraryImport(Library, EntryPoint = "charls_jpegls_decoder_decode_to_buffer")]
    private static partial int DecodeTo(nint decoder, byte* destination, nuint length, uint stride);
}
