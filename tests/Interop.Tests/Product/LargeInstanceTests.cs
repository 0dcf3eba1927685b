using System.Net.Http.Headers;
using System.Security.Cryptography;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests.Product;

/// <summary>An instance far larger than the memory that MedCloud may take: a door streams, and so does whoever reads it later.</summary>
public sealed class LargeInstanceTests
{
    private const int Side = 1024;
    private const int FrameBytes = 2 * Side * Side;
    private const long MostMemory = 300L << 20;

    /// <summary>1 GiB; in the gate just more than all the memory.</summary>
    private static readonly int Frames = LongRun.Is ? 512 : 160;

    [Fact]
    public async Task AnInstanceLargerThanMemoryPassesBothDoorsAndComesBack()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var process = await AllInOneProcess.StartAsync(Path.Combine(folder.Path, "data"));
        using var client = new ProductClient(process.HttpUrl);

        var stowed = await WriteAsync(folder.Path, "1.2.826.0.1.3680043.10.1.1", cancellationToken);
        await StowAsync(process, stowed.Path, cancellationToken);
        Assert.Equal(stowed.File, await RetrievedHashAsync(process, stowed, wholeFile: true, cancellationToken));
        File.Delete(stowed.Path);
        var sent = await WriteAsync(folder.Path, "1.2.826.0.1.3680043.10.1.2", cancellationToken);
        await Tool.RunAsync("dcmsend", "-aec", "MEDCLOUD", "127.0.0.1", $"{process.DimsePort}", sent.Path);
        Assert.Equal(sent.DataSet, await RetrievedHashAsync(process, sent, wholeFile: false, cancellationToken));

        foreach (var study in new[] { stowed.Study, sent.Study })
        {
            var analyses = ProductClient.InScope(await client.FinishedStudyAsync(study, 2, cancellationToken));
            Assert.All(analyses, analysis => Assert.Equal($"The instance has {Frames} frames; only single frames are analysed", (string?)analysis!["reason"]!["text"]));
        }
        Assert.InRange(process.PeakMemory, 1, MostMemory);
        await LongRun.ReportAsync($"an instance of {Frames} frames, {(long)Frames * FrameBytes >> 20} MiB, by STOW and by dcmsend, and back: at most {process.PeakMemory >> 20} MiB of memory");
    }

    private static async Task StowAsync(AllInOneProcess process, string path, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(process.HttpUrl), Timeout = TimeSpan.FromMinutes(10) };
        await using var file = File.OpenRead(path);
        using var content = new MultipartContent("related", "medcloud-test-boundary");
        content.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("type", "\"application/dicom\""));
        var part = new StreamContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
        content.Add(part);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/dicom-web/studies") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await http.SendAsync(request, cancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    /// <summary>SHA-256 of what WADO-RS gives, or of its data set alone: MedCloud writes the file meta group of what came by DIMSE.</summary>
    private static async Task<string> RetrievedHashAsync(AllInOneProcess process, Large instance, bool wholeFile, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(process.HttpUrl), Timeout = TimeSpan.FromMinutes(10) };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/dicom-web/studies/{instance.Study}/series/{instance.Study}.1/instances/{instance.Study}.1.1");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/dicom"));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var body = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellationToken);
        if (!wholeFile)
        {
            var head = new byte[144];
            await body.ReadExactlyAsync(head, cancellationToken);
            await body.ReadExactlyAsync(new byte[BitConverter.ToInt32(head, 140)], cancellationToken);
        }
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(body, cancellationToken));
    }

    /// <summary>Writes a digital X-ray of many frames of noise.</summary>
    private static async Task<Large> WriteAsync(string folder, string study, CancellationToken cancellationToken)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SopClassUid, "1.2.840.10008.5.1.4.1.1.1.1");
        dataSet.Set(DicomTags.SopInstanceUid, $"{study}.1.1");
        dataSet.Set(DicomTags.StudyInstanceUid, study);
        dataSet.Set(DicomTags.SeriesInstanceUid, $"{study}.1");
        dataSet.Set(DicomTags.Modality, "DX");
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        dataSet.Set(DicomTags.NumberOfFrames, $"{Frames}");
        dataSet.SetUInt16(DicomTags.SamplesPerPixel, 1);
        dataSet.SetUInt16(DicomTags.Rows, Side);
        dataSet.SetUInt16(DicomTags.Columns, Side);
        dataSet.SetUInt16(DicomTags.BitsAllocated, 16);
        dataSet.SetUInt16(DicomTags.BitsStored, 16);
        dataSet.SetUInt16(DicomTags.HighBit, 15);
        dataSet.SetUInt16(DicomTags.PixelRepresentation, 0);
        var meta = new FileMetaInformation
        {
            TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid,
            MediaStorageSopClassUid = dataSet.GetUid(DicomTags.SopClassUid),
            MediaStorageSopInstanceUid = dataSet.GetUid(DicomTags.SopInstanceUid),
        };
        byte[] pixelData = [0xE0, 0x7F, 0x10, 0x00, (byte)'O', (byte)'W', 0, 0, .. BitConverter.GetBytes((uint)Frames * FrameBytes)];

        var path = Path.Combine(folder, $"{study}.dcm");
        await using var file = File.Create(path);
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var own = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await AddAsync(DicomWriter.ToBytes(meta), inDataSet: false);
        await AddAsync([.. DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian), .. pixelData], inDataSet: true);
        var (random, frame) = (new Random(1), new byte[FrameBytes]);
        for (var number = 0; number < Frames; number++)
        {
            random.NextBytes(frame);
            await AddAsync(frame, inDataSet: true);
        }
        return new Large(path, study, Convert.ToHexStringLower(whole.GetCurrentHash()), Convert.ToHexStringLower(own.GetCurrentHash()));

        async Task AddAsync(byte[] bytes, bool inDataSet)
        {
            whole.AppendData(bytes);
            if (inDataSet)
                own.AppendData(bytes);
            await file.WriteAsync(bytes, cancellationToken);
        }
    }

    /// <param name="Path">Of the file.</param>
    /// <param name="Study">Its Study Instance UID, which the others begin with.</param>
    /// <param name="File">SHA-256 of the file.</param>
    /// <param name="DataSet">SHA-256 of the data set.</param>
    private sealed record Large(string Path, string Study, string File, string DataSet);
}
