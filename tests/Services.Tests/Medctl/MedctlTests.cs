using MedCloud.Tests;
using SkiaSharp;

namespace MedCloud.Services.Tests.Medctl;

/// <summary>medctl against the product.</summary>
public abstract class MedctlTests(Configuration configuration, Servers servers) : ProductTest(configuration, servers)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FoldersFilesAndPicturesAreStoredAndWhatIsNoImageIsPassedOver()
    {
        using var folder = new TemporaryFolder();
        var deep = Directory.CreateDirectory(Path.Combine(folder.Path, "a", "b")).FullName;
        var sample = SampleXray.New();
        await File.WriteAllBytesAsync(Path.Combine(deep, "without-extension"), sample.File, Cancelled);
        await File.WriteAllTextAsync(Path.Combine(deep, "README.md"), "no image", Cancelled);
        MedctlRun.Picture(Path.Combine(folder.Path, "a", "one.png"), SKEncodedImageFormat.Png);
        var single = MedctlRun.Picture(Path.Combine(folder.Path, "two.jpg"), SKEncodedImageFormat.Jpeg);

        var run = await MedctlRun.OfAsync("send", Path.Combine(folder.Path, "a"), single, "--url", Product.HttpUrl);

        Assert.Equal(0, run.Code);
        Assert.Equal("3 stored, 0 refused, 1 passed over as neither DICOM, PNG nor JPEG", run.Output.Last());
        Assert.Contains($"stored {Path.Combine(deep, "without-extension")}: study {sample.Study}", run.Output);
        Assert.Equal(sample.File, await Client.RetrieveAsync(sample.Study, sample.Series, sample.Instance, Cancelled));
    }

    [Fact]
    public async Task ARefusalHasItsReasonAndTheOthersAreStored()
    {
        using var folder = new TemporaryFolder();
        var junk = Path.Combine(folder.Path, "junk.dcm");
        await File.WriteAllTextAsync(junk, "no DICOM", Cancelled);
        var cut = MedctlRun.Picture(Path.Combine(folder.Path, "cut.png"), SKEncodedImageFormat.Png);
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(cut, Cancelled))[..^100], Cancelled);
        var deep = Path.Combine(folder.Path, "deep.png");
        await File.WriteAllBytesAsync(deep, [0x89, .. "PNG\r\n"u8, 0x1A, .. "\n\0\0\0\rIHDR\0\0\0\u0001\0\0\0\u0001\u0010\0\0\0\0"u8], Cancelled);
        var good = MedctlRun.Picture(Path.Combine(folder.Path, "good.png"), SKEncodedImageFormat.Png);

        var run = await MedctlRun.OfAsync("send", junk, cut, deep, good, "--url", Product.HttpUrl);

        Assert.Equal(1, run.Code);
        Assert.Contains(run.Output, line => line.StartsWith($"refused {junk}: C000 ", StringComparison.Ordinal));
        Assert.Contains($"refused {cut}: the picture is cut short or damaged", run.Output);
        Assert.Contains($"refused {deep}: the picture has more than 8 bits for a sample, which wrapping would lose", run.Output);
        Assert.Equal("1 stored, 3 refused, 0 passed over as neither DICOM, PNG nor JPEG", run.Output.Last());
    }

    [Fact]
    public async Task APictureIsSentAsItsModalityOnceAndAsStat()
    {
        var picture = Directory.GetFiles(SharedData.Path("bccd/test"), "*.jpg").Order(StringComparer.Ordinal).First();

        var first = await MedctlRun.OfAsync("send", picture, "--modality", "SM", "--url", Product.HttpUrl);
        var second = await MedctlRun.OfAsync("send", picture, "--modality", "SM", "--stat", "--url", Product.HttpUrl);
        var chest = await MedctlRun.OfAsync("send", picture, "--url", Product.HttpUrl);

        Assert.Equal(first.Output, second.Output);
        Assert.NotEqual(first.Output, chest.Output);
        var study = await MedctlRun.OfAsync("study", StudyOf(first), "--wait", "--url", Product.HttpUrl);
        Assert.Equal(0, study.Code);
        Assert.Equal($"study {StudyOf(first)}: COMPLETE, STAT, series: 1, instances: 1", study.Output.First());
        Assert.Contains("  blood-cells 1.0.0: COMPLETED", study.Output);
    }

    [Fact]
    public async Task AStudyIsPrintedWithFindingsAndTheReasonsOfRefusalsButWithoutThePatient()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "xray.dcm");
        var sample = SampleXray.New("ZZMARKED^PATIENT");
        await File.WriteAllBytesAsync(file, sample.File, Cancelled);
        Assert.Equal(0, (await MedctlRun.OfAsync("send", file, "--url", Product.HttpUrl)).Code);

        var run = await MedctlRun.OfAsync("study", sample.Study, "--wait", "--url", Product.HttpUrl);

        Assert.Equal(0, run.Code);
        Assert.Contains($"instance {sample.Instance}", run.Output);
        Assert.Contains(run.Output, line => line.StartsWith("  blood-cells 1.0.0: REFUSED: ", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.StartsWith("    Pneumonia: probability 0.", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.StartsWith("    Right lung: score 0.", StringComparison.Ordinal) && line.Contains(", x 0.", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Output, line => line.Contains("ZZMARKED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnUnknownStudyIsSaidToBeSo()
    {
        var run = await MedctlRun.OfAsync("study", "1.2.3", "--url", Product.HttpUrl);

        Assert.Equal(1, run.Code);
        Assert.Equal(["MedCloud has no study 1.2.3."], run.Errors);
    }

    [Fact]
    public async Task EvaluatePrintsTheFiguresOfDicomFilesAndPicturesAndNamesWhatHasNoResult()
    {
        using var folder = new TemporaryFolder();
        foreach (var sample in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.dcm"))
            File.Copy(sample, Path.Combine(folder.Path, Path.GetFileName(sample)));
        MedctlRun.Picture(Path.Combine(folder.Path, "picture.png"), SKEncodedImageFormat.Png);
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "labels.csv"),
            """
            file,label,subtype,source,split
            child-normal.dcm,normal,normal,kermany_pediatric,night
            child-bacterial-pneumonia.dcm,pneumonia,bacterial,kermany_pediatric,night
            child-viral-pneumonia.dcm,pneumonia,viral,kermany_pediatric,night
            adult-normal.dcm,normal,normal,nih_adult,night
            adult-pneumonia.dcm,pneumonia,unspecified,nih_adult,night
            picture.png,normal,normal,nih_adult,night
            absent.png,normal,normal,nih_adult,night
            absent.png,normal,normal,nih_adult,day
            """,
            Cancelled);

        var run = await MedctlRun.OfAsync("evaluate", folder.Path, "--split", "night", "--url", Product.HttpUrl);

        Assert.Equal(1, run.Code);
        Assert.StartsWith($"no result for {Path.Combine(folder.Path, "absent.png")}: ", run.Errors.First(), StringComparison.Ordinal);
        Assert.StartsWith("cxr-pneumonia 1.1.0 (sha256:e0f0794b", run.Output.First(), StringComparison.Ordinal);
        Assert.Contains("| | children | adults |", run.Output);
        Assert.Contains("| with pneumonia | 2 | 1 |", run.Output);
        Assert.Contains(run.Output, line => line.StartsWith("| AUC, pneumonia | 1.000 [1.000, 1.000] | ", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.StartsWith("Viral against bacterial, 2 with pneumonia: AUC ", StringComparison.Ordinal));
    }

    private static string StudyOf(MedctlRun run) => run.Output.First().Split(' ')[^1];
}

public sealed class MedctlTestsInOneProcess(Servers servers) : MedctlTests(Configuration.OneProcess, servers);

public sealed class MedctlTestsInACluster(Servers servers) : MedctlTests(Configuration.Cluster, servers);

/// <summary>A door that receives one Store request at a time.</summary>
public sealed class MedctlAtABusyDoorTests(Servers servers) : ProductTest(Configuration.OneProcess, servers, ("MedCloud__DicomWeb__MaxStoreRequests", "1"))
{
    [Fact]
    public async Task WhatADoorHasNoPlaceForIsSentAgainWhenItAsksForThat()
    {
        using var folder = new TemporaryFolder();
        for (var number = 0; number < 12; number++)
            MedctlRun.Picture(Path.Combine(folder.Path, $"{number}.png"), SKEncodedImageFormat.Png, number);

        var run = await MedctlRun.OfAsync("send", folder.Path, "--url", Product.HttpUrl);

        Assert.Equal("12 stored, 0 refused, 0 passed over as neither DICOM, PNG nor JPEG", run.Output.Last());
        Assert.Contains(Product.Log, line => line.Contains("As many Store requests as may be are being received", StringComparison.Ordinal));
    }
}
