using MassTransit;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Inference.Postprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.InferenceWorker.Models;
using MedCloud.Results.V1;
using MedCloud.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.InferenceWorker.Analysis;

/// <summary>Analyses one instance with one model. The message is acknowledged (by returning) after exactly one outcome has been published:
/// completed, refused, delayed or failed. Nothing is published when the process is about to end; the message then returns.</summary>
internal sealed class AnalyseInstanceConsumer(
    ModelSessions models,
    PrepareImage prepare,
    Stages stages,
    StoreGate storeGate,
    IBus bus,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    IOptions<InferenceOptions> options,
    ILogger<AnalyseInstanceConsumer> logger) : IConsumer<AnalyseInstance>
{
    private const int ImmediateRetries = 3;

    public async Task Consume(ConsumeContext<AnalyseInstance> context)
    {
        var outcome = await AnalyseAsync(context.Message, context.CancellationToken);
        await bus.PublishAsync(outcome, context.CancellationToken);
    }

    /// <summary>The outcome's message.</summary>
    private async Task<object> AnalyseAsync(AnalyseInstance request, CancellationToken cancellationToken)
    {
        if (models.Find(request.Key.ModelName) is not { } session)
            return Failed(request, ReasonCode.ModelNotFound, "The model is not among those of the worker");
        try
        {
            await storeGate.PassAsync(cancellationToken);
            return await AnalyseAsync(request, session, cancellationToken);
        }
        catch (Exception fault) when (fault is BlobStoreUnavailableException or IOException)
        {
            storeGate.Close();
            return Delayed(request, "blob-store-unavailable");
        }
        catch (OutOfMemoryException)
        {
            return Delayed(request, "out-of-memory");
        }
        catch (Exception fault) when (fault is not RunTimeoutException && !cancellationToken.IsCancellationRequested)
        {
            logger.AnalysisFailed(request.Key.AnalysisId, request.Key.ModelName, fault.GetType().Name, fault.StackTrace);
            return Failed(request, ReasonCode.UnexpectedError, $"An unexpected error ({fault.GetType().Name}) ended the analysis");
        }
    }

    private async Task<object> AnalyseAsync(AnalyseInstance request, ModelSession session, CancellationToken cancellationToken)
    {
        Preparation preparation;
        DateTime startedAt;
        TimeSpan prepareTime;
        using (await stages.PrepareAsync(cancellationToken))
        {
            startedAt = time.GetUtcNow().UtcDateTime;
            var started = time.GetTimestamp();
            preparation = await PrepareAsync(request, session, cancellationToken);
            prepareTime = time.GetElapsedTime(started);
        }

        switch (preparation)
        {
            case Preparation.BlobNotFound:
                return Delayed(request, "blob-not-found");
            case Preparation.Refused refused:
                logger.AnalysisRefused(request.Key.AnalysisId, request.Key.ModelName, refused.Reason.Text);
                return new AnalysisRefused(request.Key, refused.Reason, Used(session));
            case Preparation.Ready ready:
                using (ready.Buffer)
                using (await stages.RunAsync(cancellationToken))
                {
                    var started = time.GetTimestamp();
                    var findings = Run(request, session, ready.Buffer.Memory[..ready.Length], cancellationToken);
                    var timings = new AnalysisTimings(
                        request.ReceivedAt, request.QueuedAt, startedAt, time.GetUtcNow().UtcDateTime, prepareTime.TotalMilliseconds, time.GetElapsedTime(started).TotalMilliseconds, BatchSize: 1);
                    logger.AnalysisCompleted(request.Key.AnalysisId, request.Key.ModelName, timings.PrepareMs, timings.DeviceMs);
                    return Completed(request, session, findings, timings);
                }

            default:
                throw new InvalidOperationException("a preparation is ready, refused or without a blob");
        }
    }

    private async Task<Preparation> PrepareAsync(AnalyseInstance request, ModelSession session, CancellationToken cancellationToken)
    {
        if (!BlobKey.TryParse(request.BlobKey, out var key))
            throw new FormatException("the request's blob key is none");
        for (var retry = 0; ; retry++)
        {
            try
            {
                return await prepare.ExecuteAsync(key, session.Model.Manifest.Input, cancellationToken);
            }
            catch (Exception fault) when (retry < ImmediateRetries && fault is BlobStoreUnavailableException or IOException)
            {
                // Tried again at once; a longer wait is the ledger's.
            }
        }
    }

    private Findings Run(AnalyseInstance request, ModelSession session, Memory<float> tensor, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.RunTimeout, time);
        // The process ends even if the run does not heed its termination.
        using var ending = timeout.Token.Register(() =>
        {
            logger.RunTimedOut(request.Key.AnalysisId, request.Key.ModelName, options.Value.RunTimeout);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        });
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return session.Run(tensor, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new RunTimeoutException();
        }
    }

    private static AnalysisCompleted Completed(AnalyseInstance request, ModelSession session, Findings findings, AnalysisTimings timings) => new(
        request.Key,
        Used(session),
        [.. findings.Classifications.Select(found => new ClassificationFinding(found.Code, found.Display, found.Probability, found.Positive))],
        [.. findings.Detections.Select(found => new DetectionFinding(found.Code, found.Display, found.Score, found.Box.XMin, found.Box.YMin, found.Box.XMax, found.Box.YMax))],
        timings);

    private static ModelUsed Used(ModelSession session) => new(session.Model.Manifest.Version, session.Model.Digest, session.ExecutionProvider);

    private static AnalysisFailed Failed(AnalyseInstance request, ReasonCode code, string sentence) =>
        new(request.Key, new AnalysisReason(code, sentence), request.Attempt);

    private AnalysisDelayed Delayed(AnalyseInstance request, string reason)
    {
        logger.AnalysisDelayed(request.Key.AnalysisId, request.Key.ModelName, reason);
        return new AnalysisDelayed(request.Key.AnalysisId, reason);
    }
}

/// <summary>A run took longer than <see cref="InferenceOptions.RunTimeout"/>; the process is ending.</summary>
internal sealed class RunTimeoutException() : Exception("a run of a model took too long");
