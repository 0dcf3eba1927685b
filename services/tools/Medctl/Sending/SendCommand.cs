namespace MedCloud.Medctl.Sending;

/// <summary><c>medctl send</c>.</summary>
internal static class SendCommand
{
    /// <summary>Files on their way at one time: of these alone a wrapped picture is in memory; others are streamed.</summary>
    private const int InFlight = 4;

    /// <summary>Sends every file, prints what became of each as soon as it is known, and a summary.</summary>
    /// <exception cref="HttpRequestException">No answer came for one of them; what has not been sent is not sent.</exception>
    public static async Task<int> RunAsync(Server server, IEnumerable<string> paths, ImageKind kind, bool stat, CancellationToken cancellationToken)
    {
        var (stored, refused, skipped) = (0, 0, 0);
        var files = paths.SelectMany(path => Directory.Exists(path) ? Wanted(path) : [path]);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken }, async (file, cancelled) =>
        {
            switch (await SendAsync(file, cancelled))
            {
                case StoreAnswer.Stored answer:
                    Interlocked.Increment(ref stored);
                    Console.WriteLine($"stored {file}: study {answer.Study}");
                    break;
                case StoreAnswer.Refused answer:
                    Interlocked.Increment(ref refused);
                    Console.WriteLine($"refused {file}: {answer.Reason}");
                    break;
                default:
                    throw new InvalidOperationException("an answer that is neither stored nor refused");
            }
        });
        Console.WriteLine($"{stored} stored, {refused} refused, {skipped} passed over as neither DICOM, PNG nor JPEG");
        return refused == 0 && stored > 0 ? CommandLine.Ok : CommandLine.Failed;

        // A file that is named is sent whatever it is: MedCloud says what it does not like. In a folder there may be others beside the images.
        IEnumerable<string> Wanted(string folder)
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                if (ImageFile.IsPicture(file) || ImageFile.IsDicom(file))
                    yield return file;
                else
                    skipped++;
            }
        }

        async Task<StoreAnswer> SendAsync(string file, CancellationToken cancelled)
        {
            try
            {
                return await server.StoreAsync(ImageFile.AsDicom(file, kind, ""), stat, cancelled);
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                return new StoreAnswer.Refused(exception.Message);
            }
        }
    }
}
