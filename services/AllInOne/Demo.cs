using System.Globalization;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using MedCloud.Dicom;
using MedCloud.Dicom.Network;
using MedCloud.Results.V1;

namespace MedCloud.AllInOne;

/// <summary>Sends the sample studies as a PACS would, reads the outcome as a client would, and prints it.</summary>
internal static class Demo
{
    public static async Task RunAsync(Doors doors, TextWriter output, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(doors.GrpcUrl);
        var results = new ResultsService.ResultsServiceClient(channel);
        try
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.dcm").Order(StringComparer.Ordinal))
            {
                var sample = await SampleFile.ReadAsync(file, cancellationToken);
                var status = await sample.SendAsync(doors, cancellationToken);
                if (status != 0)
                {
                    await output.WriteLineAsync($"{sample.Name}: refused with status {status:X4}");
                    continue;
                }
                var study = await OutcomeAsync(results, sample.StudyInstanceUid, cancellationToken);
                await output.WriteLineAsync($"{sample.Name}  {doors.HttpUrl}/v1/studies/{study.StudyInstanceUid}");
                foreach (var analysis in study.Analyses)
                {
                    await output.WriteLineAsync($"  {analysis.ModelName} {analysis.ModelVersion}: {Describe(analysis)}");
                    await output.WriteLineAsync($"    {doors.HttpUrl}/v1/analyses/{analysis.AnalysisId}/rendered.png");
                }
            }
            await output.WriteLineAsync("For research use only; not a medical device. Stop with Ctrl+C.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process was asked to stop before the demo was over.
        }
    }

    private static async Task<Study> OutcomeAsync(ResultsService.ResultsServiceClient results, string studyInstanceUid, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                var study = await results.GetStudyAsync(new GetStudyRequest { StudyInstanceUid = studyInstanceUid }, cancellationToken: cancellationToken);
                if (study.Analyses.All(analysis => analysis.State != AnalysisState.Pending))
                    return study;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
            {
                // Stored, and not yet seen by Results.
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled)
            {
                throw new OperationCanceledException(exception.Message, exception, cancellationToken);
            }
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static string Describe(Analysis analysis) => analysis.State switch
    {
        AnalysisState.Completed when analysis.Classifications.Count > 0 =>
            string.Join(", ", analysis.Classifications.Select(finding => $"{finding.Display} {Percent(finding.Probability)}{(finding.Positive ? " (positive)" : "")}")),
        AnalysisState.Completed when analysis.Detections.Count > 0 =>
            string.Join(", ", analysis.Detections.Select(finding => $"{finding.Display} {Percent(finding.Score)} at {Edges(finding.Box)}")),
        AnalysisState.Completed => "nothing found",
        _ => $"{analysis.State}: {analysis.Reason?.Text}",
    };

    private static string Percent(double value) => value.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Edges(Box box) => string.Create(CultureInfo.InvariantCulture, $"x {box.XMin:0.00}-{box.XMax:0.00} y {box.YMin:0.00}-{box.YMax:0.00}");

    /// <summary>A bundled Part 10 file.</summary>
    private sealed record SampleFile(string FileName, Uid SopClass, TransferSyntax Syntax, string StudyInstanceUid)
    {
        public string Name => Path.GetFileNameWithoutExtension(FileName);

        public static async Task<SampleFile> ReadAsync(string path, CancellationToken cancellationToken)
        {
            await using var stream = File.OpenRead(path);
            using var reader = DicomReader.ForPart10(stream);
            await reader.ReadUntilAsync(DicomTags.PixelData, cancellationToken);
            return reader.DataSet.GetUid(DicomTags.SopClassUid) is { } sopClass && reader.DataSet.GetString(DicomTags.StudyInstanceUid) is { } study
                ? new SampleFile(path, sopClass, reader.Syntax, study)
                : throw new InvalidDataException($"{path} has no SOP Class UID or no Study Instance UID");
        }

        /// <summary>C-STORE; the status of the answer.</summary>
        public async Task<ushort> SendAsync(Doors doors, CancellationToken cancellationToken)
        {
            await using var stream = File.OpenRead(FileName);
            await using var client = await DicomClient.ConnectAsync(
                new IPEndPoint(doors.Address, doors.Dimse),
                AeTitle.Parse("DEMO"),
                AeTitle.Parse(doors.AeTitle),
                [new ProposedContext(SopClass, [Syntax])],
                cancellationToken: cancellationToken);
            var response = await client.StoreFileAsync(stream, cancellationToken);
            await client.ReleaseAsync(cancellationToken);
            return response.Status;
        }
    }
}
