using MedCloud.Dicom;
using MedCloud.ModelCatalogue;
using MedCloud.Results.Database;
using MedCloud.Storage;
using Microsoft.Extensions.Logging;

namespace MedCloud.Results.Rendering;

/// <summary>What came of rendering an analysis.</summary>
internal abstract record RenderOutcome
{
    /// <summary>The PNG.</summary>
    public sealed record Rendered(byte[] Png) : RenderOutcome;

    /// <summary>The image cannot be drawn, ever; the sentence says why.</summary>
    public sealed record NotDrawable(string Sentence) : RenderOutcome;

    /// <summary>The blob store is away; later it may work.</summary>
    public sealed record Unavailable : RenderOutcome;
}

/// <summary>Renders the image of an analysis with what was found.</summary>
internal sealed class AnalysisRenderer(IBlobStore blobs, Catalogue catalogue, AnalysisPicture picture, FrameDecoder decoder, TimeProvider time, ILogger<AnalysisRenderer> logger) : IDisposable
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(30);

    /// <summary>Bounds how many images are in memory at a time.</summary>
    private readonly SemaphoreSlim slots = new(2);

    /// <summary>Renders an analysis whose instance and findings are loaded: with its boxes, or with one label's <paramref name="map"/> in their place.</summary>
    public async Task<RenderOutcome> RenderAsync(AnalysisRow analysis, MapRow? map, CancellationToken cancellationToken)
    {
        if (!BlobKey.TryParse(analysis.Instance?.BlobKey, out var key))
            return new RenderOutcome.NotDrawable("the image is not stored");
        await slots.WaitAsync(cancellationToken);
        try
        {
            await using var file = await blobs.OpenReadAsync(key, cancellationToken);
            if (file is null)
                return new RenderOutcome.NotDrawable("the image is not stored");
            var (frame, problem) = await ReadAsync(file, cancellationToken);
            if (frame is null)
                return new RenderOutcome.NotDrawable(problem ?? "the image cannot be read");
            var manifest = catalogue.Find(analysis.ModelName, analysis.ModelVersion ?? "")?.Manifest;
            return new RenderOutcome.Rendered(picture.Draw(frame, map is null ? PictureText.Of(analysis, manifest) : PictureText.Of(analysis, manifest, map), HeatLayer.Of(analysis, map)));
        }
        catch (BlobStoreUnavailableException exception)
        {
            Log.StoreUnavailable(logger, exception);
            return new RenderOutcome.Unavailable();
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();

    private async Task<(ImageFrame? Frame, string? Problem)> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ReadLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await ImageFrame.ReadAsync(file, decoder, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, $"the image could not be read within {ReadLimit.TotalSeconds} s");
        }
    }
}
