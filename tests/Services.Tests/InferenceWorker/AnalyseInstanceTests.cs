using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.InferenceWorker;
using MedCloud.Results.V1;
using MedCloud.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.Services.Tests.InferenceWorker;

public sealed class AnalyseInstanceTests
{
    [Fact]
    public async Task ASampleIsClassified()
    {
        await using var worker = await WorkerHost.StartAsync();

        var request = await worker.SendAsync(await File.ReadAllBytesAsync(WorkerHost.Sample("child-bacterial-pneumonia.dcm"), TestContext.Current.CancellationToken));

        var outcome = await worker.NextAsync<AnalysisCompleted>();
        Assert.Equal(request.Key, outcome.Key);
        Assert.Equal(("1.1.0", "CPUExecutionProvider"), (outcome.Model.Version, outcome.Model.ExecutionProvider));
        Assert.Matches("^sha256:[0-9a-f]{64}$", outcome.Model.Digest);
        Assert.Equal(["233604007", "53084003", "75570004"], outcome.Classifications.Select(each => each.Code));
        Assert.Equal(["Pneumonia", "Bacterial pneumonia", "Viral pneumonia"], outcome.Classifications.Select(each => each.Display));
        Assert.True(outcome.Classifications[0].Positive);
        Assert.Equal(1, outcome.Classifications[1].Probability + outcome.Classifications[2].Probability, 1e-9);
        Assert.Empty(outcome.Detections);
        Assert.Equal(ExplanationMethod.ClassActivation, outcome.Explanation!.Method);
        Assert.Equal(("233604007", "Pneumonia", 8, 8, 64), outcome.Explanation.Maps.Select(map => (map.Code, map.Display, map.Rows, map.Columns, map.Values.Count)).First());
        Assert.Equal((request.ReceivedAt, request.QueuedAt, 1), (outcome.Timings.ReceivedAt, outcome.Timings.QueuedAt, outcome.Timings.BatchSize));
        Assert.Equal(DateTimeKind.Utc, outcome.Timings.StartedAt.Kind);
        Assert.True(outcome.Timings.StartedAt > DateTime.UnixEpoch && outcome.Timings.CompletedAt >= outcome.Timings.StartedAt);
        Assert.True(outcome.Timings.PrepareMs > 0 && outcome.Timings.DeviceMs > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheLungsOfASampleAreFoundFromEitherQueue(bool stat)
    {
        await using var worker = await WorkerHost.StartAsync();

        var request = await worker.SendAsync(await File.ReadAllBytesAsync(WorkerHost.Sample("child-normal.dcm"), TestContext.Current.CancellationToken), "cxr-lungs", stat);

        var outcome = await worker.NextAsync<AnalysisCompleted>();
        Assert.Equal(request.Key, outcome.Key);
        Assert.Empty(outcome.Classifications);
        Assert.Equal([("3341006", "Right lung"), ("44029006", "Left lung")], outcome.Detections.Select(each => (each.Code, each.Display)));
        Assert.True(outcome.Detections[0].XMax < outcome.Detections[1].XMax, "the patient's right lung is on the left of the image");
        Assert.All(outcome.Detections, each => Assert.True(each.XMin >= 0 && each.XMin < each.XMax && each.XMax <= 1 && each.YMin >= 0 && each.YMin < each.YMax && each.YMax <= 1));
        Assert.All(outcome.Detections, each => Assert.InRange(each.Score, 0, 1));
    }

    [Fact]
    public async Task ManyRequestsAtOnceHaveOneOutcomeEach()
    {
        await using var worker = await WorkerHost.StartAsync();
        var file = await File.ReadAllBytesAsync(WorkerHost.Sample("adult-normal.dcm"), TestContext.Current.CancellationToken);

        var sent = new List<Guid>();
        for (var i = 0; i < 40; i++)
            sent.Add((await worker.SendAsync(file, i % 2 == 0 ? "cxr-pneumonia" : "cxr-lungs", stat: i % 4 < 2)).Key.AnalysisId);

        var completed = new List<Guid>();
        while (completed.Count < sent.Count)
            completed.Add((await worker.NextAsync<AnalysisCompleted>()).Key.AnalysisId);
        Assert.Equal(sent.Order(), completed.Order());
        Assert.True(worker.IsSilent);
    }

    [Fact]
    public async Task ATransferSyntaxThatIsNotDecodedIsRefusedByName()
    {
        var bytes = await UndecodedXray.ReadAsync();
        await using var worker = await WorkerHost.StartAsync();

        var request = await worker.SendAsync(bytes);

        var outcome = await worker.NextAsync<AnalysisRefused>();
        Assert.Equal(request.Key, outcome.Key);
        Assert.Equal(ReasonCode.UnsupportedTransferSyntax, outcome.Reason.Code);
        Assert.Equal("JPEG Extended (Process 3 and 5) (1.2.840.10008.1.2.4.52) is not decoded", outcome.Reason.Text);
        Assert.Equal("1.1.0", outcome.Model!.Version);
    }

    public static TheoryData<string, ReasonCode, string> Spoilt => new()
    {
        { "no pixels", ReasonCode.NoPixels, "no pixel data" },
        { "floating point", ReasonCode.UnsupportedPixels, "Floating point" },
        { "too few pixels", ReasonCode.CorruptPixels, "pixel data is 4094 bytes, Rows x Columns ask for 4096" },
        { "no rows", ReasonCode.UnsupportedPixels, "Rows" },
        { "frames", ReasonCode.UnsupportedPixels, "2 frames" },
        { "colour", ReasonCode.UnsupportedPixels, "an image of 3 samples per pixel is not grey" },
        { "large", ReasonCode.UnsupportedPixels, "65 x 64 pixels" },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task AnImageThatIsNoInputIsRefusedWithASentence(string fault, ReasonCode code, string part)
    {
        await using var worker = await WorkerHost.StartAsync(("MedCloud:Inference:MaxPixels", "4096"));

        await worker.SendAsync(await ImageFile.WithAsync(image =>
        {
            switch (fault)
            {
                case "no pixels":
                    break;
                case "floating point":
                    image.Set(new DicomElement(DicomTags.FloatPixelData, Vr.OF, new byte[4 * 4096]));
                    break;
                case "too few pixels":
                    image.SetPixels(4094);
                    break;
                case "no rows":
                    image.SetUInt16(DicomTags.Rows, 0);
                    image.SetPixels(4096);
                    break;
                case "frames":
                    image.Set(DicomTags.NumberOfFrames, "2");
                    image.SetPixels(8192);
                    break;
                case "colour":
                    image.Set(DicomTags.PhotometricInterpretation, "RGB");
                    image.SetUInt16(DicomTags.SamplesPerPixel, 3);
                    image.SetPixels(3 * 4096);
                    break;
                case "large":
                    image.SetUInt16(DicomTags.Rows, 65);
                    image.SetPixels(65 * 64);
                    break;
            }
        }));

        var outcome = await worker.NextAsync<AnalysisRefused>();
        Assert.Equal(code, outcome.Reason.Code);
        Assert.Contains(part, outcome.Reason.Text, StringComparison.Ordinal);
        Assert.NotEmpty(outcome.Reason.Text);
    }

    [Theory]
    [InlineData("cxr-pneumonia")]
    [InlineData("cxr-lungs")]
    public async Task APictureThatIsNoUprightChestXrayIsRefusedByTheImageGate(string model)
    {
        await using var worker = await WorkerHost.StartAsync();

        foreach (var picture in Pictures.Names)
        {
            var request = await worker.SendAsync((await SampleXray.Create(1, 1).ShowAsync(picture)).File, model);

            var outcome = await worker.NextAsync<AnalysisRefused>();
            Assert.Equal((picture, request.Key), (picture, outcome.Key));
            Assert.Equal(
                new AnalysisReason(ReasonCode.ImageOutOfScope, "Nothing was analysed: the image does not look like an upright frontal chest X-ray with white bones, and the model takes no other"),
                outcome.Reason);
        }
    }

    [Fact]
    public async Task AFileCutShortIsRefusedAsCorrupt()
    {
        var file = await File.ReadAllBytesAsync(WorkerHost.Sample("child-normal.dcm"), TestContext.Current.CancellationToken);
        await using var worker = await WorkerHost.StartAsync();

        await worker.SendAsync(file[..(file.Length / 2)]);

        Assert.Equal(ReasonCode.CorruptPixels, (await worker.NextAsync<AnalysisRefused>()).Reason.Code);
    }

    [Fact]
    public async Task ABlobThatIsNotThereDelaysTheRequest()
    {
        await using var worker = await WorkerHost.StartAsync();
        var request = WorkerHost.Request("cxr-lungs", stat: false, $"default/1.2.3/1.2.3.4/1.2.3.4.5/{Guid.CreateVersion7():D}.dcm");

        await worker.SendAsync(request, Queues.Analyse("cxr-lungs", stat: false).Name);

        Assert.Equal(new AnalysisDelayed(request.Key.AnalysisId, "blob-not-found"), await worker.NextAsync<AnalysisDelayed>());
    }

    [Fact]
    public async Task WhileTheStoreIsAwayOneRequestIsDelayedAndTheNextWaits()
    {
        await using var worker = await WorkerHost.StartAsync();
        var file = await File.ReadAllBytesAsync(WorkerHost.Sample("child-normal.dcm"), TestContext.Current.CancellationToken);
        var known = await worker.SendAsync(file);
        await worker.NextAsync<AnalysisCompleted>();
        Directory.Move(worker.StoreFolder, worker.StoreFolder + ".away");

        var first = known with { Key = known.Key with { AnalysisId = Guid.CreateVersion7() } };
        await worker.SendAsync(first, Queues.Analyse("cxr-pneumonia", stat: false).Name);
        var delayed = await worker.NextAsync<AnalysisDelayed>();
        var second = known with { Key = known.Key with { AnalysisId = Guid.CreateVersion7() } };
        await worker.SendAsync(second, Queues.Analyse("cxr-pneumonia", stat: false).Name);
        Directory.Move(worker.StoreFolder + ".away", worker.StoreFolder);
        var completed = await worker.NextAsync<AnalysisCompleted>();

        Assert.Equal(new AnalysisDelayed(first.Key.AnalysisId, "blob-store-unavailable"), delayed);
        Assert.Equal(second.Key, completed.Key);
    }

    [Fact]
    public async Task AnUnexpectedErrorFailsTheRequestAtOnce()
    {
        await using var worker = await WorkerHost.StartAsync();
        var request = WorkerHost.Request("cxr-pneumonia", stat: false, "../../1.2.3.dcm");

        await worker.SendAsync(request, Queues.Analyse("cxr-pneumonia", stat: false).Name);

        var outcome = await worker.NextAsync<AnalysisFailed>();
        Assert.Equal((request.Key, 2), (outcome.Key, outcome.Attempts));
        Assert.Equal(new AnalysisReason(ReasonCode.UnexpectedError, "An unexpected error (FormatException) ended the analysis"), outcome.Reason);
    }

    [Fact]
    public async Task AModelThatTheWorkerLacksFailsTheRequest()
    {
        await using var worker = await WorkerHost.StartAsync();
        var request = WorkerHost.Request("cxr-hips", stat: false, $"default/1.2.3/1.2.3.4/1.2.3.4.5/{Guid.CreateVersion7():D}.dcm");

        await worker.SendAsync(request, Queues.Analyse("cxr-pneumonia", stat: false).Name);

        Assert.Equal(ReasonCode.ModelNotFound, (await worker.NextAsync<AnalysisFailed>()).Reason.Code);
    }

    [Fact]
    public async Task ARunThatTakesTooLongEndsTheProcessWithoutAnOutcome()
    {
        // A timer of the real clock may come after the run has ended, however short it is.
        await using var worker = new WorkerHost(new ElapsedTimeProvider(TimeSpan.FromHours(9)), ("MedCloud:Inference:RunTimeout", "09:00:00"));
        await worker.App.StartAsync(TestContext.Current.CancellationToken);
        var stopping = new TaskCompletionSource();
        worker.App.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        try
        {
            await worker.SendAsync(await File.ReadAllBytesAsync(WorkerHost.Sample("child-normal.dcm"), TestContext.Current.CancellationToken));
            await stopping.Task.WaitAsync(TestContext.Current.CancellationToken);
            await worker.App.StopAsync(TestContext.Current.CancellationToken);

            Assert.Equal(1, Environment.ExitCode);
            Assert.True(worker.IsSilent);
        }
        finally
        {
            Environment.ExitCode = 0;
        }
    }

    [Fact]
    public async Task TheWorkerIsReadyWhenItsModelsAreWarm()
    {
        await using var worker = new WorkerHost();
        var health = worker.App.Services.GetRequiredService<HealthCheckService>();

        var before = await health.CheckHealthAsync(check => check.Name == "models" && check.Tags.Contains("ready"), TestContext.Current.CancellationToken);
        await worker.App.StartAsync(TestContext.Current.CancellationToken);
        var after = await health.CheckHealthAsync(check => check.Name == "models" && check.Tags.Contains("ready"), TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Unhealthy, before.Entries["models"].Status);
        Assert.Equal(HealthStatus.Healthy, after.Entries["models"].Status);
    }

    [Fact]
    public async Task WithoutCudaTheModelsAreReadyOnTheCpuAndTheReasonIsTold()
    {
        await using var worker = await WorkerHost.StartAsync(("MedCloud:Inference:Providers:0", "CUDAExecutionProvider"));

        var report = await worker.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "models", TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.StartsWith("CPUExecutionProvider (CUDAExecutionProvider: ", Assert.IsType<string>(report.Entries["models"].Data["cxr-lungs"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProviderThatIsUnknownIsNamed()
    {
        await using var worker = new WorkerHost(("MedCloud:Inference:Providers:0", "TPU"));

        var fault = Assert.Throws<OptionsValidationException>(() => worker.App.Services.GetRequiredService<IOptions<InferenceOptions>>().Value);

        Assert.Contains("MedCloud:Inference:Providers:0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SettingsThatCannotBeAreNamedTogether()
    {
        await using var worker = new WorkerHost(("MedCloud:Inference:ConcurrentRuns", "0"), ("MedCloud:Inference:RunTimeout", "00:00:00"));

        var fault = Assert.Throws<OptionsValidationException>(() => worker.App.Services.GetRequiredService<IOptions<InferenceOptions>>().Value);

        Assert.Contains("MedCloud:Inference:ConcurrentRuns", fault.Message, StringComparison.Ordinal);
        Assert.Contains("MedCloud:Inference:RunTimeout", fault.Message, StringComparison.Ordinal);
    }
}
