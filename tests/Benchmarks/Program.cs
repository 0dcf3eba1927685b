using System.Globalization;
using MedCloud.Benchmarks;
using MedCloud.Benchmarks.Files;
using MedCloud.Benchmarks.Inference;
using MedCloud.Benchmarks.Ingest;
using MedCloud.Benchmarks.Reliability;
using MedCloud.Benchmarks.Servers;

if (args is ["--kestrel", var port, var folder])
{
    await KestrelFile.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), folder);
    return 0;
}

var groups = new Dictionary<string, Func<int, Task<IReadOnlyList<Row>>>>
{
    ["dimse"] = DimseRows.MeasureAsync,
    ["stow"] = StowRows.MeasureAsync,
    ["memory"] = _ => MemoryRows.MeasureAsync(),
    ["cluster"] = ClusterRows.MeasureAsync,
    ["rejoin"] = RejoinRows.MeasureAsync,
    ["backpressure"] = BackpressureRows.MeasureAsync,
    ["inference"] = rounds => Task.FromResult(InferenceRows.Measure(rounds)),
    ["studies"] = StudyRows.MeasureAsync,
    ["parse"] = ParseRows.MeasureAsync,
    ["decode"] = DecodeRows.MeasureAsync,
};

var rounds = 3;
var wanted = new List<string>();
for (var index = 0; index < args.Length; index++)
{
    if (args[index] == "--rounds" && index + 1 < args.Length && int.TryParse(args[index + 1], CultureInfo.InvariantCulture, out rounds) && rounds > 0)
        index++;
    else if (groups.ContainsKey(args[index]))
        wanted.Add(args[index]);
    else
        return Refuse($"usage: Benchmarks [--rounds N] [{string.Join('|', groups.Keys)}]...");
}

// These two need no peer but ONNX Runtime: the figures of a model's card can be had anywhere.
string[] alone = ["inference", "studies"];
if ((wanted.Count == 0 || wanted.Except(alone).Any()) && Tools.Missing() is { Length: > 0 } missing)
    return Refuse(missing);

var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
var table = new List<Row>();
foreach (var (name, measure) in groups)
{
    if (wanted.Count > 0 && !wanted.Contains(name))
        continue;
    Console.Error.WriteLine($"== {name}");
    table.AddRange(await measure(rounds));
}
Console.WriteLine(Report.Of(table, rounds, load));
return 0;

static int Refuse(string sentence)
{
    Console.Error.WriteLine(sentence);
    return 2;
}
