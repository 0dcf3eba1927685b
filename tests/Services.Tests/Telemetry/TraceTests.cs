using MedCloud.Tests;

namespace MedCloud.Services.Tests.Telemetry;

/// <summary>What a collector of OpenTelemetry gets.</summary>
public sealed class TraceTests(Servers servers)
{
    private const string Mark = "ZZMARKED";

    // From the transaction to the ledger: what is the same for every door. An X-ray is in the scope of two of the models.
    private static readonly string[] Hops =
    [
        "store", "commit",
        "send InstanceStored", "send AnalyseInstance",
        "process analyse.cxr-pneumonia", "process analyse.cxr-lungs", "fetch", "prepare", "run", "publish",
        "process results", "record",
        "process ledger",
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Configuration.OneProcess)]
    [InlineData(Configuration.Cluster)]
    public async Task OneTraceOfAStudyShowsEveryHop(Configuration configuration)
    {
        await using var collector = await Collector.StartAsync();
        await using var product = await Product.StartAsync(configuration, servers, collector.Settings);
        using var client = new ProductClient(product.HttpUrl);
        var (byDimse, byStow) = (SampleXray.Create(1, 1), SampleXray.Create(2, 2));

        Assert.Equal(0, await Sender.StoreAsync(product.DimsePort, byDimse.File, Cancelled));
        Assert.Equal(200, (await client.StowAsync(byStow.File, cancellationToken: Cancelled)).Status);

        string[] stow = configuration == Configuration.Cluster ? ["POST /dicom-web/{**path}", "POST /dicom-web/studies/"] : ["POST /dicom-web/studies/"];
        await collector.UntilAsync(spans => IsWhole(spans, ["association", .. Hops]) && IsWhole(spans, [.. stow, .. Hops]));
        if (configuration == Configuration.Cluster)
            Assert.Equal(["inferenceworker", "ingest", "portal", "results"], TraceWith(collector.Received, stow[0]).Select(span => span.Service).Distinct().Order());
    }

    [Fact]
    public async Task WhereNoProtocolIsNamedItIsGrpc()
    {
        await using var collector = await Collector.StartAsync();
        await using var product = await Product.StartAsync(Configuration.OneProcess, servers, collector.GrpcSettings);

        Assert.Equal(0, await Sender.StoreAsync(product.DimsePort, SampleXray.Create(5, 5).File, Cancelled));

        await collector.UntilAsync(spans => IsWhole(spans, ["association", .. Hops]) && collector.Holds("medcloud.store.duration"));
    }

    [Theory]
    [InlineData(Configuration.OneProcess)]
    [InlineData(Configuration.Cluster)]
    public async Task NothingOfAPatientIsExportedMeasuredOrLogged(Configuration configuration)
    {
        await using var collector = await Collector.StartAsync();
        await using var product = await Product.StartAsync(configuration, servers, collector.Settings);
        using var client = new ProductClient(product.HttpUrl);
        var (byDimse, byStow) = (SampleXray.Create(3, 3, $"{Mark}^A"), SampleXray.Create(4, 4, $"{Mark}^B"));

        Assert.Equal(0, await Sender.StoreAsync(product.DimsePort, byDimse.File, Cancelled));
        Assert.Equal(200, (await client.StowAsync(byStow.File, cancellationToken: Cancelled)).Status);
        Assert.Equal(409, (await client.StowAsync(byStow.File[..^1000], cancellationToken: Cancelled)).Status);
        await client.FinishedStudyAsync(byStow.Study, 2, Cancelled);
        Assert.Equal($"{Mark}^A", ((string?)(await client.FinishedStudyAsync(byDimse.Study, 2, Cancelled))["patientName"])?.Trim());
        foreach (var path in new[] { $"/dicom-web/studies?PatientName={Mark}*", $"/v1/studies?patientId={Mark}", $"/{Mark}", $"/dicom-web/studies/{byStow.Study}" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("User-Agent", Mark);
            request.Headers.TryAddWithoutValidation("traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01");
            request.Headers.TryAddWithoutValidation("tracestate", $"{Mark.ToLowerInvariant()}={Mark}");
            request.Headers.TryAddWithoutValidation("baggage", $"patient={Mark}");
            using var response = await client.SendAnyAsync(request, Cancelled);
        }

        await collector.UntilAsync(spans => spans.Any(span => span.Name == "GET /dicom-web/studies/{study}") && spans.Any(span => span.Name == "GET /v1/studies"));
        using var http = new HttpClient();
        var metrics = string.Concat(await Task.WhenAll(product.Processes.Select(process => http.GetStringAsync($"{process.HttpUrl}/metrics", Cancelled))));
        // Ends with whatever is left to export.
        Assert.Equal(0, await product.StopAsync());

        Assert.True(collector.Holds("association"));
        Assert.Contains("medcloud_store_duration_seconds", metrics, StringComparison.Ordinal);
        foreach (var secret in new[] { Mark, Mark.ToLowerInvariant(), byDimse.Study, byDimse.Series, byDimse.Instance, byStow.Study, byStow.Series, byStow.Instance })
        {
            Assert.False(collector.Holds(secret), $"the collector has '{secret}'");
            Assert.DoesNotContain(secret, metrics, StringComparison.Ordinal);
            Assert.DoesNotContain(product.Log, line => line.Contains(secret, StringComparison.Ordinal));
        }
    }

    /// <summary>Whether a trace has all these spans, and each of its spans but one continues another of them.</summary>
    private static bool IsWhole(IReadOnlyCollection<Span> spans, string[] names)
    {
        var trace = TraceWith(spans, names[0]);
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        return names.All(name => trace.Any(span => span.Name == name))
            && trace.Count(span => !ids.Contains(span.ParentId)) == 1
            // The instance, and each analysis; more where a message came twice.
            && trace.Count(span => span.Name == "record") >= 3 && trace.Count(span => span.Name == "process ledger") >= 3;
    }

    private static List<Span> TraceWith(IReadOnlyCollection<Span> spans, string name) =>
        spans.FirstOrDefault(span => span.Name == name) is { } found ? [.. spans.Where(span => span.TraceId == found.TraceId)] : [];
}
