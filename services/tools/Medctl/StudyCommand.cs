using System.Globalization;
using MedCloud.Results.V1;

namespace MedCloud.Medctl;

/// <summary><c>medctl study</c>.</summary>
internal static class StudyCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Prints one study, without what tells who the patient is.</summary>
    public static async Task<int> RunAsync(Server server, string uid, bool wait, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Poll);
        var study = await server.FindStudyAsync(uid, cancellationToken);
        while (wait && (study is null or { State: StudyState.Receiving or StudyState.Analysing }))
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            study = await server.FindStudyAsync(uid, cancellationToken);
        }

        if (study is null)
        {
            Console.Error.WriteLine($"MedCloud has no study {uid}.");
            return CommandLine.Failed;
        }

        Console.WriteLine($"study {study.StudyInstanceUid}: {Name(study.State)}, {Name(study.Priority)}, series: {study.SeriesCount}, instances: {study.InstanceCount}");
        foreach (var instance in study.Analyses.GroupBy(analysis => analysis.SopInstanceUid))
        {
            Console.WriteLine($"instance {instance.Key}");
            foreach (var analysis in instance)
                Print(analysis);
        }
        return study.Analyses.Any(analysis => analysis.State == AnalysisState.Failed) ? CommandLine.Failed : CommandLine.Ok;
    }

    private static void Print(Analysis analysis)
    {
        var more = analysis.InstanceCount > 1 ? $" (for {analysis.InstanceCount} instances of the series)" : "";
        Console.WriteLine($"  {analysis.ModelName} {analysis.ModelVersion}: {Name(analysis.State)}{(analysis.Reason is { } reason ? $": {reason.Text}" : "")}{more}");
        foreach (var finding in analysis.Classifications)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {finding.Display}: probability {finding.Probability:0.000}{(finding.Positive ? ", positive" : "")}"));
        foreach (var finding in analysis.Detections)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {finding.Display}: score {finding.Score:0.000}, x {finding.Box.XMin:0.000} to {finding.Box.XMax:0.000}, y {finding.Box.YMin:0.000} to {finding.Box.YMax:0.000}"));
    }

    private static string Name(Enum value) => value.ToString().ToUpperInvariant();
}
