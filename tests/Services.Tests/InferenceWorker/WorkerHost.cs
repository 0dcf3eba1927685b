using System.Security.Cryptography;
using System.Threading.Channels;
using MassTransit;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Hosting;
using MedCloud.InferenceWorker;
using MedCloud.ModelCatalogue;
using MedCloud.Storage;
using MedCloud.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedCloud.Services.Tests.InferenceWorker;

/// <summary>The worker as its host runs it: the models that ship, a store of files, the in-memory bus; what it publishes is caught.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private static readonly Catalogue Models = Catalogue.Load(Path.Combine(SharedData.Repository, "deploy", "models")).Catalogue;

    private static readonly BusModule Outcomes = new(
        bus => bus.AddConsumer<OutcomeConsumer>(),
        (context, transport) => transport.ReceiveEndpoint("outcomes", endpoint => endpoint.ConfigureConsumer<OutcomeConsumer>(context)));

    private readonly string folder = Directory.CreateTempSubdirectory("medcloud-worker-").FullName;
    private readonly Channel<object> outcomes = Channel.CreateUnbounded<object>();

    /// <param name="settings">E.g. "MedCloud:Inference:RunTimeout" and its value.</param>
    public WorkerHost(params (string Name, string Value)[] settings)
        : this(TimeProvider.System, settings)
    {
    }

    /// <param name="time">The worker's clock.</param>
    /// <param name="settings">E.g. "MedCloud:Inference:RunTimeout" and its value.</param>
    public WorkerHost(TimeProvider time, params (string Name, string Value)[] settings)
        : this(time, Models, settings)
    {
    }

    /// <param name="time">The worker's clock.</param>
    /// <param name="models">Other models than those that ship.</param>
    /// <param name="settings">E.g. "MedCloud:Inference:RunTimeout" and its value.</param>
    public WorkerHost(TimeProvider time, Catalogue models, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(time);
        builder.Configuration.AddInMemoryCollection(settings.Append(("MedCloud:Storage:Folder", StoreFolder)).ToDictionary(setting => setting.Item1, setting => (string?)setting.Item2));
        builder.Services.AddSingleton(models);
        builder.Services.AddSingleton(outcomes.Writer);
        builder.AddInferenceWorker();
        builder.AddInMemoryBus(InferenceWorkerModule.Bus, Outcomes);
        App = builder.Build();
    }

    public IHost App { get; }

    public string StoreFolder => Path.Combine(folder, "blobs");

    public static async Task<WorkerHost> StartAsync(params (string Name, string Value)[] settings)
    {
        var worker = new WorkerHost(settings);
        await worker.App.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }

    public static string Sample(string name) => Path.Combine(SharedData.Repository, "services", "AllInOne", "samples", name);

    /// <summary>Stores a file and asks for its analysis.</summary>
    public async Task<AnalyseInstance> SendAsync(byte[] file, string model = "cxr-pneumonia", bool stat = false)
    {
        var request = Request(model, stat, $"default/1.2.3/1.2.3.4/1.2.3.4.5/{Guid.CreateVersion7():D}.dcm");
        Assert.True(BlobKey.TryParse(request.BlobKey, out var key));
        await using (var blob = await App.Services.GetRequiredService<IBlobStore>().CreateAsync(key, TestContext.Current.CancellationToken))
        {
            await blob.WriteAsync(file, TestContext.Current.CancellationToken);
            await blob.CommitAsync(Convert.ToHexStringLower(SHA256.HashData(file)), TestContext.Current.CancellationToken);
        }

        await SendAsync(request, Queues.Analyse(model, stat).Name);
        return request;
    }

    /// <summary>Sends a request to the queue named.</summary>
    public async Task SendAsync(AnalyseInstance request, string queue)
    {
        var endpoint = await App.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{queue}"));
        await endpoint.Send(request, TestContext.Current.CancellationToken);
    }

    public static AnalyseInstance Request(string model, bool stat, string blobKey) => new(
        new AnalysisKey(Guid.CreateVersion7(), "default", "1.2.3", "1.2.3.4", "1.2.3.4.5", 1, model),
        blobKey,
        stat,
        Attempt: 2,
        new DateTime(2026, 11, 3, 10, 0, 0, DateTimeKind.Utc),
        new DateTime(2026, 11, 3, 10, 0, 1, DateTimeKind.Utc));

    /// <summary>The next outcome that the worker publishes.</summary>
    public async Task<T> NextAsync<T>() => Assert.IsType<T>(await outcomes.Reader.ReadAsync(TestContext.Current.CancellationToken));

    /// <summary>Whether the worker has published nothing more.</summary>
    public bool IsSilent => !outcomes.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync(CancellationToken.None);
        App.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private sealed class OutcomeConsumer(ChannelWriter<object> outcomes)
        : IConsumer<AnalysisCompleted>, IConsumer<AnalysisRefused>, IConsumer<AnalysisDelayed>, IConsumer<AnalysisFailed>
    {
        public Task Consume(ConsumeContext<AnalysisCompleted> context) => Caught(context.Message);

        public Task Consume(ConsumeContext<AnalysisRefused> context) => Caught(context.Message);

        public Task Consume(ConsumeContext<AnalysisDelayed> context) => Caught(context.Message);

        public Task Consume(ConsumeContext<AnalysisFailed> context) => Caught(context.Message);

        private Task Caught(object outcome) => outcomes.WriteAsync(outcome).AsTask();
    }
}
