using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using MedCloud.Results.V1;

namespace MedCloud.Services.Tests.Results;

public abstract class DoorTests(ResultsHost host)
{
    [Fact]
    public async Task ReflectionListsTheService()
    {
        using var call = new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo(cancellationToken: TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        await call.RequestStream.CompleteAsync();

        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Contains("medcloud.results.v1.ResultsService", call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("medcloud.results.v1.ResultsService")]
    public async Task HealthIsServing(string service)
    {
        var health = await new Health.HealthClient(host.Channel).CheckAsync(
            new HealthCheckRequest { Service = service }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task ModelsAreListedWithoutTheirCards()
    {
        var models = (await host.Grpc.ListModelsAsync(new ListModelsRequest(), cancellationToken: TestContext.Current.CancellationToken)).Models;

        Assert.Equal(host.Catalogue.Models.Select(model => (model.Manifest.Name, model.Manifest.Version, model.Digest)), models.Select(model => (model.Name, model.Version, model.Digest)));
        Assert.All(models, model => Assert.Equal("", model.Card));
        var pneumonia = models.Single(model => model.Name == "cxr-pneumonia");
        Assert.Equal("classification", pneumonia.Task);
        Assert.True(pneumonia.Active);
        Assert.Equal(["Pneumonia", "Bacterial pneumonia", "Viral pneumonia"], pneumonia.Labels.Select(label => label.Display));
        var lungs = models.Single(model => model.Name == "cxr-lungs");
        Assert.Equal("detection", lungs.Task);
        Assert.Equal(host.Catalogue.Find("cxr-lungs", lungs.Version)!.Manifest.Detection!.ScoreThreshold, lungs.Labels[0].Threshold);
    }

    [Fact]
    public async Task AModelHasItsCard()
    {
        var model = await host.Grpc.GetModelAsync(new GetModelRequest { Name = "cxr-lungs", Version = "1.1.0" }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.StartsWith("# cxr-lungs 1.1.0", model.Card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownModelIsNotFound()
    {
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await host.Grpc.GetModelAsync(new GetModelRequest { Name = "none", Version = "1.0.0" }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }
}

public sealed class DoorOnSqliteTests(ResultsHost host) : DoorTests(host), IClassFixture<ResultsHost>;

public sealed class DoorOnPostgresTests(PostgresResultsHost host) : DoorTests(host), IClassFixture<PostgresResultsHost>;
