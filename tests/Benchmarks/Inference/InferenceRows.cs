using System.Diagnostics;
using MedCloud.Inference.Preprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.ModelCatalogue;
using Microsoft.ML.OnnxRuntime;

namespace MedCloud.Benchmarks.Inference;

/// <summary>MedCloud's runs of a model against a bare loop over ONNX Runtime, two at a time with one thread each, tensors ready: row 15.</summary>
internal static class InferenceRows
{
    private const int Runners = 2;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    public static IReadOnlyList<Row> Measure(int rounds) =>
        [.. Catalogue.Load(Path.Combine(AppContext.BaseDirectory, "models")).Catalogue.Active.Select(model => Measure(model, rounds))];

    private static Row Measure(ModelPackage model, int rounds)
    {
        var tensors = Enumerable.Range(0, Runners).Select(seed => Tensor(model, seed)).ToArray();
        using var session = ModelSession.Load(model);
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        var bytes = model.ReadModel();
        var raw = Enumerable.Range(0, Runners).Select(_ => new InferenceSession(bytes, options)).ToArray();
        var (own, peer, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var ownRate = PerSecond(runner => session.Run(tensors[runner], CancellationToken.None));
            var rawRate = PerSecond(runner => RunRaw(raw[runner], model, tensors[runner]));
            Console.Error.WriteLine($"{model.Manifest.Name}: MedCloud {ownRate:0}/s, ONNX Runtime {rawRate:0}/s");
            // The first round warms up.
            if (round < 0)
                continue;
            own.Add(ownRate);
            peer.Add(rawRate);
            ratios.Add(ownRate / rawRate);
        }
        foreach (var each in raw)
            each.Dispose();
        return new Row("15", $"images/s of {model.Manifest.Name}, {Runners} x 1 thread", Median.Of(ratios), new Goal(0.92, 0.97), $"{Median.Of(own):0} /s", $"{Median.Of(peer):0} /s (ONNX Runtime)");
    }

    private static void RunRaw(InferenceSession session, ModelPackage model, float[] tensor)
    {
        var input = model.Manifest.Input;
        using var value = OrtValue.CreateTensorValueFromMemory(tensor, [1, input.Channels, input.Height, input.Width]);
        using var run = new RunOptions();
        using var results = session.Run(run, [input.Name], [value], session.OutputNames);
    }

    private static double PerSecond(Action<int> run)
    {
        var done = new long[Runners];
        var clock = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, Runners).Select(runner => new Thread(() =>
        {
            for (; clock.Elapsed < Duration; done[runner]++)
                run(runner);
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return done.Sum() / clock.Elapsed.TotalSeconds;
    }

    private static float[] Tensor(ModelPackage model, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, InputPreparation.Length(model.Manifest.Input)).Select(_ => random.NextSingle())];
    }
}
