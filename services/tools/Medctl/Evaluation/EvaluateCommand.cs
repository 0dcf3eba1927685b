using System.Collections.Concurrent;
using MedCloud.Medctl.Sending;
using MedCloud.Results.V1;

namespace MedCloud.Medctl.Evaluation;

/// <summary><c>medctl evaluate</c>.</summary>
internal static class EvaluateCommand
{
    /// <summary>Images on their way or waiting for their result at one time.</summary>
    private const int InFlight = 8;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Sends every image as a PACS would, waits for what was found, and prints the figures; images without a result are named on stderr.</summary>
    /// <exception cref="InvalidDataException">The folder is not laid out as it should be.</exception>
    public static async Task<int> RunAsync(Server server, string folder, string split, CancellationToken cancellationToken)
    {
        var images = LabelledImages.Read(folder, split);
        if (await server.FindModelAsync(images.Code, cancellationToken) is not { } model)
        {
            Console.Error.WriteLine($"MedCloud has no active model with the label {images.Code}.");
            return CommandLine.Failed;
        }

        // Fresh UIDs for wrapped pictures: MedCloud keeps the first result of an instance, and this run asks what the present model says.
        var salt = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var results = new Analysis?[images.Paths.Count];
        var reasons = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, results.Length), new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken }, async (at, cancelled) =>
            {
                var (result, reason) = await AnalyseAsync(server, model, images, images.Paths[at], salt, cancelled);
                results[at] = result;
                if (reason is not null)
                    reasons.Add($"no result for {images.Paths[at]}: {reason}");
            });

        foreach (var reason in reasons.Order(StringComparer.Ordinal))
            Console.Error.WriteLine(reason);
        Console.WriteLine($"{model.Name} {model.Version} ({model.Digest}) on {Path.GetFileName(Path.GetFullPath(folder))}, split {split}: {results.Length} images, {reasons.Count} of them without a result and left out");
        Console.WriteLine();
        if (reasons.Count < results.Length)
        {
            foreach (var line in images.Report(results))
                Console.WriteLine(line);
        }
        return reasons.IsEmpty ? CommandLine.Ok : CommandLine.Failed;
    }

    private static async Task<(Analysis? Result, string? Reason)> AnalyseAsync(Server server, Model model, LabelledImages images, string path, string salt, CancellationToken cancellationToken)
    {
        StoreAnswer answer;
        try
        {
            answer = await server.StoreAsync(ImageFile.AsDicom(path, images.Kind, salt), stat: false, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return (null, exception.Message);
        }

        if (answer is not StoreAnswer.Stored stored)
            return (null, ((StoreAnswer.Refused)answer).Reason);
        var analysis = await OutcomeAsync(server, model.Name, stored, cancellationToken);
        return analysis switch
        {
            null => (null, $"{model.Name} was not asked"),
            { State: not AnalysisState.Completed } => (null, analysis.Reason.Text),
            _ when analysis.ModelDigest != model.Digest => (null, $"it was analysed before, by {analysis.ModelVersion} ({analysis.ModelDigest})"),
            _ => (analysis, null),
        };
    }

    /// <summary>What the model made of the instance, once that is known.</summary>
    private static async Task<Analysis?> OutcomeAsync(Server server, string model, StoreAnswer.Stored stored, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            if (await server.FindStudyAsync(stored.Study, cancellationToken) is { } study)
            {
                var own = study.Analyses.Where(analysis => analysis.ModelName == model).ToArray();
                if (own.FirstOrDefault(analysis => analysis.SopInstanceUid == stored.Instance) is { State: not AnalysisState.Pending } outcome)
                    return outcome;
                // A refusal of a whole series names another of its instances.
                if (study.State is StudyState.Complete or StudyState.Failed)
                    return own.FirstOrDefault(analysis => analysis.SeriesInstanceUid == stored.Series && analysis.State == AnalysisState.Refused);
            }
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
