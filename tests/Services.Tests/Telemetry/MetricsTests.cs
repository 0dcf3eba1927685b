using System.Net;
using MedCloud.Dicom.Network;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.Telemetry;

/// <summary>What Prometheus reads at /metrics.</summary>
public sealed class MetricsTests(Servers servers)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Configuration.OneProcess)]
    [InlineData(Configuration.Cluster)]
    public async Task WhatIsStoredRefusedAndAnalysedIsCountedAndTimed(Configuration configuration)
    {
        await using var product = await Product.StartAsync(configuration, servers);
        using var client = new ProductClient(product.HttpUrl);
        var xray = SampleXray.Create(1, 1);

        Assert.Equal(0, await Sender.StoreAsync(product.DimsePort, xray.File, Cancelled));
        Assert.Equal(200, (await client.StowAsync(xray.File, cancellationToken: Cancelled)).Status);
        Assert.Equal(409, (await client.StowAsync([.. new byte[128], .. "DICM"u8], cancellationToken: Cancelled)).Status);
        Assert.Equal(400, (await client.StowAsync(xray.File, "/dicom-web/studies/none", cancellationToken: Cancelled)).Status);
        await Assert.ThrowsAsync<AssociationRejectedException>(() => Sender.StoreAsync(product.DimsePort, xray.File, Cancelled, called: "OTHER"));
        await client.FinishedStudyAsync(xray.Study, 2, Cancelled);

        // One for each model, however often its outcome comes.
        var metrics = await MetricsPage.UntilAsync(product.Processes, found => found.Value("medcloud_analysis_duration_seconds_count") == 2);
        (string Name, double Value, string[] Labels)[] expected =
        [
            ("medcloud_store_duration_seconds_count", 1, ["door=\"dimse\"", "outcome=\"stored\""]),
            ("medcloud_store_duration_seconds_count", 1, ["door=\"stow\"", "outcome=\"duplicate\""]),
            ("medcloud_store_duration_seconds_count", 1, ["door=\"stow\"", "outcome=\"refused\""]),
            ("medcloud_store_studies_total", 1, ["door=\"dimse\""]),
            ("medcloud_store_refusals_total", 1, ["door=\"stow\"", "reason=\"CannotUnderstand\""]),
            ("medcloud_dicomweb_refusals_total", 1, ["reason=\"InvalidArgument\""]),
            ("medcloud_associations_accepted_total", 1, []),
            ("medcloud_associations_rejected_total", 1, ["reason=\"1,1,7 called AE title not recognized\""]),
            ("medcloud_analyses_out_of_scope_total", 1, ["model=\"blood-cells\"", "reason=\"OutOfScopeModality\""]),
            ("medcloud_outbox_sent_total", 1, ["kind=\"instance\""]),
            ("medcloud_outbox_sent_total", 2, ["kind=\"request\""]),
            ("medcloud_queue_wait_seconds_count", 1, ["model=\"cxr-lungs\"", "priority=\"routine\""]),
            ("medcloud_stage_duration_seconds_count", 1, ["model=\"cxr-lungs\"", "stage=\"fetch\""]),
            ("medcloud_stage_duration_seconds_count", 1, ["model=\"cxr-lungs\"", "stage=\"prepare\""]),
            ("medcloud_stage_duration_seconds_count", 1, ["model=\"cxr-lungs\"", "stage=\"run\""]),
            ("medcloud_stage_duration_seconds_count", 1, ["model=\"cxr-lungs\"", "stage=\"publish\""]),
            ("medcloud_analyses_outcomes_total", 1, ["model=\"cxr-pneumonia\"", "outcome=\"completed\""]),
        ];
        Assert.All(expected, each => Assert.Equal((each.Name, each.Value), (each.Name, metrics.Value(each.Name, each.Labels))));
        // A message that the broker took late is sent again, and recorded without effect.
        Assert.True(metrics.Value("medcloud_recording_duration_seconds_count", "event=\"InstanceStored\"") >= 1);
        Assert.True(metrics.Value("medcloud_recording_duration_seconds_count", "event=\"AnalysisCompleted\"") >= 2);
        // No model that ships takes runs of its own to be explained.
        Assert.Null(metrics.Value("medcloud_stage_duration_seconds_count", "stage=\"explain\""));
        Assert.InRange(metrics.Value("medcloud_store_size_bytes_total", "door=\"dimse\"")!.Value, xray.File.Length - 1000, xray.File.Length);
        if (configuration == Configuration.Cluster)
            Assert.DoesNotContain("medcloud_store", (await MetricsPage.ReadAsync([product.Processes[^1]])).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABacklogIsSeenInLedgerAndOutboxUntilAWorkerHasCaughtUp()
    {
        var settings = new Dictionary<string, string> { ["MedCloud__Ledger__MaxInFlight"] = "1" };
        await using var cluster = await Cluster.StartAsync(await servers.ClusterAsync(Cancelled), Cancelled, settings, workers: 0);
        using var client = new ProductClient(cluster.Ingests[0].HttpUrl);
        for (var number = 0; number < 3; number++)
            Assert.Equal(200, (await client.StowAsync(SampleXray.Create(1, number).File, cancellationToken: Cancelled)).Status);

        var backlog = await MetricsPage.UntilAsync(cluster.Ingests, metrics => metrics.Value("medcloud_outbox_depth") == 4);
        foreach (var model in new[] { "model=\"cxr-lungs\"", "model=\"cxr-pneumonia\"" })
        {
            Assert.Equal((1, 2), (backlog.Value("medcloud_ledger_requests", model, "state=\"sent\""), backlog.Value("medcloud_ledger_requests", model, "state=\"queued\"")));
            Assert.True(backlog.Value("medcloud_ledger_age_seconds", model) > 0);
        }

        await cluster.StartWorkerAsync();
        var empty = await MetricsPage.UntilAsync(cluster.Ingests, metrics => metrics.Value("medcloud_outbox_depth") == 0 && metrics.Value("medcloud_ledger_requests") == 0);
        Assert.Equal((0, 0, 0), (empty.Value("medcloud_ledger_age_seconds"), empty.Value("medcloud_ledger_instances"), empty.Value("medcloud_outbox_age_seconds")));
    }

    [Fact]
    public async Task AServiceThatIsAwayIsCountedByPortal()
    {
        await using var cluster = await Cluster.StartAsync(await servers.ClusterAsync(Cancelled), Cancelled, workers: 0);
        var portal = await cluster.StartPortalAsync();
        using var client = new ProductClient(portal.HttpUrl);
        await cluster.Results[0].KillAsync();

        using var response = await client.GetAsync("/v1/studies", Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(1, (await MetricsPage.ReadAsync([portal])).Value("medcloud_forwarding_failures_total", "service=\"Results\""));
    }
}
