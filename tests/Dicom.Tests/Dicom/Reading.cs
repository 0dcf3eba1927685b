namespace MedCloud.Dicom.Tests;

/// <summary>Reads bytes to the end, and what the tests want of it.</summary>
internal static class Reading
{
    /// <summary>A data set without file meta information.</summary>
    public static async Task<DataSet> DataSetAsync(byte[] bytes, TransferSyntax? syntax = null, DicomReadLimits? limits = null, int chunk = int.MaxValue)
    {
        using var reader = DicomReader.ForDataSet(new ChunkStream(bytes, chunk), syntax ?? TransferSyntax.ExplicitVrLittleEndian, limits);
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        return reader.DataSet;
    }

    public static async Task<DataSet> FileAsync(byte[] bytes, DicomReadLimits? limits = null, int chunk = int.MaxValue)
    {
        using var reader = DicomReader.ForPart10(new ChunkStream(bytes, chunk), limits);
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        return reader.DataSet;
    }

    public static async Task<DicomFormatException> FaultAsync(byte[] bytes, TransferSyntax? syntax = null, DicomReadLimits? limits = null) =>
        await Assert.ThrowsAsync<DicomFormatException>(() => DataSetAsync(bytes, syntax, limits));

    /// <summary>The frames of a Part 10 file, each copied.</summary>
    public static async Task<List<byte[]>> FramesAsync(byte[] file, int chunk = int.MaxValue)
    {
        var frames = new List<byte[]>();
        using var reader = DicomReader.ForPart10(new ChunkStream(file, chunk));
        await reader.ReadUntilAsync(DicomTags.PixelData, TestContext.Current.CancellationToken);
        var pixelData = reader.OpenPixelData();
        Assert.NotNull(pixelData);
        var description = PixelDescription.From(reader.DataSet, out var problem);
        Assert.True(description is not null, problem);
        await foreach (var frame in pixelData.ReadFramesAsync(description, TestContext.Current.CancellationToken))
            frames.Add(frame.ToArray());
        return frames;
    }

    /// <summary>A stream that gives at most so many bytes at a time, and tells how far it was read.</summary>
    public sealed class ChunkStream(byte[] bytes, int chunk) : MemoryStream(bytes, writable: false)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
