using System.Net;
using System.Net.Sockets;
using MedCloud.Dicom.Network;
using MedCloud.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.Ingest.Dimse;

/// <summary>The door for C-ECHO and C-STORE: maps associations to <see cref="StoreInstance"/> and its outcomes to statuses.</summary>
public sealed class DimseDoor : IHostedService, IAsyncDisposable
{
    private const string Tenant = "default";

    private readonly StoreInstance storeInstance;
    private readonly TimeProvider time;
    private readonly ILogger<DimseDoor> logger;
    private readonly DicomServer server;
    private readonly IPEndPoint endPoint;
    private readonly string aeTitle;
    private readonly HashSet<AeTitle> stat;
    private readonly TimeSpan drainTimeout;

    /// <summary>A door that is not open yet.</summary>
    public DimseDoor(IOptions<DimseOptions> options, StoreInstance storeInstance, TimeProvider time, ILogger<DimseDoor> logger)
    {
        this.storeInstance = storeInstance;
        this.time = time;
        this.logger = logger;
        var settings = options.Value;
        endPoint = new IPEndPoint(IPAddress.Parse(settings.Bind), settings.Port);
        aeTitle = settings.AeTitle;
        stat = [.. settings.StatCallingAeTitles.Select(AeTitle.Parse)];
        drainTimeout = settings.DrainTimeout;
        server = new DicomServer(
            new DicomServerOptions
            {
                EndPoint = endPoint,
                AeTitle = AeTitle.Parse(settings.AeTitle),
                CallingAeTitles = settings.CallingAeTitles.Select(AeTitle.Parse).ToHashSet(),
                CallingAddresses = Networks.Parse(settings.CallingAddresses),
                MaxAssociations = settings.MaxAssociations,
                IdleTimeout = settings.IdleTimeout,
            },
            StoreAsync,
            Observe,
            time);
    }

    /// <summary>The port that is listened on; 0 before the start.</summary>
    public int Port => server.Port;

    /// <summary>The word of the ready line: how a sender reaches the door, e.g. <c>dimse=MEDCLOUD@127.0.0.1:11112</c>.</summary>
    public string ReadyWord => $"dimse={aeTitle}@{new IPEndPoint(endPoint.Address, Port)}";

    /// <inheritdoc/>
    /// <exception cref="IOException">The port cannot be had; the inner exception says why.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            server.Start();
        }
        catch (SocketException exception)
        {
            throw new IOException($"The DIMSE door cannot listen on {endPoint} (MedCloud:Dimse:Port): {exception.Message}.", exception);
        }
        DimseLog.Listening(logger, new IPEndPoint(endPoint.Address, Port));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(drainTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await server.StopAsync(either.Token);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async ValueTask<StoreResponse> StoreAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        var outcome = await storeInstance.ExecuteAsync(
            new Reception
            {
                Tenant = Tenant,
                Content = request.DataSet,
                Door = "dimse",
                TransferSyntax = request.TransferSyntax,
                SopClassUid = request.SopClassUid,
                SopInstanceUid = request.SopInstanceUid,
                SourceAeTitle = request.Association.Calling?.Value,
                Stat = request.Association.Calling is { } calling && stat.Contains(calling),
            },
            cancellationToken);
        return outcome switch
        {
            StoreOutcome.Refused refused => new StoreResponse(ErrorTable.Row(refused.Code).Dimse, refused.Sentence),
            _ => new StoreResponse(DimseStatus.Success),
        };
    }

    private void Observe(AssociationEvent told)
    {
        var (remote, calling) = (told.Association.Remote, told.Association.Calling);
        switch (told)
        {
            case AssociationEvent.Accepted accepted:
                Metrics.Accepted();
                DimseLog.Accepted(logger, calling, remote, accepted.AcceptedContexts, accepted.ProposedContexts);
                break;
            case AssociationEvent.Rejected { Rejection: var rejection } when rejection == Rejection.CallingAddressNotAllowed:
                Metrics.Rejected($"{rejection}");
                DimseLog.AddressRejected(logger, calling, remote, rejection);
                break;
            case AssociationEvent.Rejected rejected:
                Metrics.Rejected($"{rejected.Rejection}");
                DimseLog.Rejected(logger, calling, remote, rejected.Rejection);
                break;
            case AssociationEvent.Released:
                DimseLog.Released(logger, calling, remote);
                break;
            // Whoever only looks whether the port is open (a load balancer, say) leaves no trace above Debug.
            case AssociationEvent.Ended { End: AssociationEnd.ConnectionClosed } when calling is null:
                DimseLog.Unused(logger, remote);
                break;
            case AssociationEvent.Ended ended:
                DimseLog.Aborted(logger, calling, remote, ended.End, ended.Reason);
                break;
            case AssociationEvent.HandlerFailed failed:
                DimseLog.StoreFailed(logger, calling, remote, failed.Exception);
                break;
            case AssociationEvent.Failed failed:
                DimseLog.AssociationFailed(logger, calling, remote, failed.Exception);
                break;
        }
    }
}

/// <summary>Registers the DIMSE door.</summary>
public static class DimseDoorModule
{
    /// <summary>Adds the door; it opens when the host starts, after the hosted services registered before.</summary>
    public static IHostApplicationBuilder AddDimseDoor(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<DimseOptions>().BindConfiguration("MedCloud:Dimse").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<DimseOptions>, DimseOptionsValidator>();
        builder.Services.AddSingleton<DimseDoor>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<DimseDoor>());
        return builder;
    }
}
