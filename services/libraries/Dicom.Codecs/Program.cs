using MedCloud.Dicom.Codecs;

// Answers one request after the other until its parent closes the pipe. What a damaged frame does to the native libraries, it does to this process alone.
ProcessLimits.Silence();
using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
while (CodecRequest.Read(input, out var frame) is { } request)
{
    ProcessLimits.Begin(request);
    var answer = request.Codec switch
    {
        NativeCodec.JpegLs => CharLs.Decode(request, frame),
        NativeCodec.Jpeg2000 => OpenJpeg.Decode(request, frame),
        _ => throw new InvalidDataException("a codec that nobody knows"),
    };
    ProcessLimits.End();
    answer.Write(output);
}
