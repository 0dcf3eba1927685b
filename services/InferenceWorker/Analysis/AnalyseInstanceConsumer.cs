using MassTransit;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Inference.Explanation;
using MedCloud.Inference.Postprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.InferenceWorker.Models;
using MedCloud.ModelCatalogue;
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
        using (Metrics.Begin("publish", context.Message.Key.ModelName))
            await bus.PublishAsync(outcome, context.CancellationToken);
        Metrics.Ended(context.Message, outcome);
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
            Metrics.Begun(request, startedAt);
            var started = time.GetTimestamp();
            preparation = await PrepareAsync(request, session, cancellationToken);
            prepareTime = time.GetElapsedTime(started);
        }

        switch (preparation)
        {
            case Preparation.BlobNotFound:
                return Delayed(request, "blob-not-found");
            case Preparation.Refused refused:
                return Refused(request, session, refused.Reason);
            case Preparation.Ready ready:
                using (ready.Buffer)
                using (await stages.RunAsync(cancellationToken))
                {
                    var tensor = ready.Buffer.Memory[..ready.Length];
                    var started = time.GetTimestamp();
                    if (session.Model.Manifest.ImageGate is { } gate && Run(request, "gate", token => session.ScoreImage(tensor, token), cancellationToken) < gate.Threshold)
                        return Refused(request, session, new AnalysisReason(ReasonCode.ImageOutOfScope, gate.Sentence));
                    var findings = Run(request, "run", token => session.Run(tensor, token), cancellationToken);
                    var deviceTime = time.GetElapsedTime(started);
                    var maps = Explain(request, session, tensor, findings, cancellationToken);
                    var timings = new AnalysisTimings(
                        request.ReceivedAt, request.QueuedAt, startedAt, time.GetUtcNow().UtcDateTime, prepareTime.TotalMilliseconds, deviceTime.TotalMilliseconds, BatchSize: 1);
                    logger.AnalysisCompleted(request.Key.AnalysisId, request.Key.ModelName, timings.PrepareMs, timings.DeviceMs);
                    return Completed(request, session, findings, maps, timings);
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
                return await prepare.ExecuteAsync(key, session.Model.Manifest, cancellationToken);
            }
            catch (Exception fault) when (retry < ImmediateRetries && fault is BlobStoreUnavailableException or IOException)
            {
                // Tried again at once; a longer wait is the ledger's.
            }
        }
    }

    /// <summary>What of <paramref name="work"/> comes back within the limit of a run; else the process ends.</summary>
    private T Run<T>(AnalyseInstance request, string stage, Func<CancellationToken, T> work, CancellationToken cancellationToken)
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
            using (Metrics.Begin(stage, request.Key.ModelName))
                return work(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new RunTimeoutException();
        }
    }

    /// <summary>The maps, or none: findings are not kept back, nor given up, for an explanation that takes too long, or more memory than there is, or fails.</summary>
    private IReadOnlyList<HeatMap> Explain(AnalyseInstance request, ModelSession session, Memory<float> tensor, Findings findings, CancellationToken cancellationToken)
    {
        if (!session.RunsToExplain(findings))
            return findings.Maps;
        using var limit = new CancellationTokenSource(options.Value.RunTimeout / 2, time);
        try
        {
            return Run(
                request,
                "explain",
                token =>
                {
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
                    return session.Explain(tensor, findings, either.Token);
                },
                cancellationToken);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            logger.ExplanationLeftOut(request.Key.AnalysisId, request.Key.ModelName, $"it took longer than {options.Value.RunTimeout / 2}");
            return [];
        }
        catch (OutOfMemoryException)
        {
            logger.ExplanationLeftOut(request.Key.AnalysisId, request.Key.ModelName, "there was not enough memory for its runs");
            return [];
        }
        catch (InvalidDataException fault)
        {
            logger.ExplanationLeftOut(request.Key.AnalysisId, request.Key.ModelName, fault.Message);
            return [];
        }
    }

    private static AnalysisCompleted Completed(AnalyseInstance request, ModelSession session, Findings findings, IReadOnlyList<HeatMap> maps, AnalysisTimings timings) => new(
        request.Key,
        Used(session),
        [.. findings.Classifications.Select(found => new ClassificationFinding(found.Code, found.Display, found.Probability, found.Positive))],
        [.. findings.Detections.Select(found => new DetectionFinding(found.Code, found.Display, found.Score, found.Box.XMin, found.Box.YMin, found.Box.XMax, found.Box.YMax))],
        timings,
        maps.Count == 0 ? null : new AnalysisMaps(Method(session), [.. maps.Select(map => new LabelMap(map.Code, map.Display, map.Rows, map.Columns, map.Values))]));

    private static ExplanationMethod Method(ModelSession session) => session.MapMethod switch
    {
        MapMethod.ClassActivation => ExplanationMethod.ClassActivation,
        MapMethod.Occlusion => ExplanationMethod.Occlusion,
        MapMethod.None => throw new InvalidOperationException("a model without maps has made some"),
    };

    private AnalysisRefused Refused(AnalyseInstance request, ModelSession session, AnalysisReason reason)
    {
        logger.AnalysisRefused(request.Key.AnalysisId, request.Key.ModelName, reason.Text);
        return new AnalysisRefused(request.Key, reason, Used(session));
    }

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
