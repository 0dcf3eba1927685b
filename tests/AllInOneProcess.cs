namespace MedCloud.Tests;

/// <summary>MedCloud in one process, started as a user starts it, on free ports and a data folder of its own.</summary>
internal sealed class AllInOneProcess : ProductProcess
{
    private AllInOneProcess(string data, IReadOnlyDictionary<string, string>? settings, IEnumerable<string> arguments)
        : base("MedCloud.AllInOne", settings, arguments) => Data = data;

    public string Data { get; }

    /// <summary>Starts with free ports and waits for the ready line; throws with the log when the process ends before.</summary>
    public static async Task<AllInOneProcess> StartAsync(string data, IReadOnlyDictionary<string, string>? settings = null, params string[] arguments)
    {
        var process = Run(data, settings, ["--http", "0", "--grpc", "0", "--dimse", "0", "--data", data, .. arguments]);
        await process.ReadyAsync();
        return process;
    }

    /// <summary>Starts with exactly these arguments and waits for nothing.</summary>
    public static AllInOneProcess Run(string data, IReadOnlyDictionary<string, string>? settings, params IEnumerable<string> arguments) =>
        new(data, settings, arguments);
}
