using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MedCloud.Benchmarks.Ingest;
using MedCloud.Benchmarks.Servers;
using MedCloud.Dicom.Network;
using MedCloud.Tests;

namespace MedCloud.Benchmarks.Reliability;

/// <summary>Twice as many instances as MedCloud on RabbitMQ, PostgreSQL and Azurite can take, half of them over each door, with the limits at their defaults: row 29.</summary>
internal static class BackpressureRows
{
    private const int SendersAtCapacity = 8;
    private const double Megabyte = 1e6;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan AtCapacity = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Overload = TimeSpan.FromSeconds(60);

    // By then every limit has been reached, and the memory that a full house needs is in use.
    private static readonly TimeSpan FillingUp = TimeSpan.FromSeconds(15);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        var measured = new List<Round>();
        for (var round = 0; round < rounds; round++)
            measured.Add(await MeasureAsync());
        var (capacity, accepted, rate) = (Of(round => round.Capacity), Of(round => round.Accepted), Of(round => round.Accepted / round.Capacity));
        var (before, after, growth) = (Of(round => round.FilledBytes), Of(round => round.PeakBytes), Of(round => round.PeakBytes / round.FilledBytes));
        var (refused, other) = (measured.Sum(round => round.Refused), measured.Sum(round => round.Other));
        return
        [
            new Row("29", "twice the capacity for 60 s: rate of acknowledged ct", rate, new Goal(0.9, 1.0), $"{accepted:0.#} /s", $"{capacity:0.#} /s (its capacity)"),
            new Row("29", "twice the capacity for 60 s: growth of all processes' memory after 15 s", growth, new Goal(1.2, 1.0), $"{before / Megabyte:0} to {after / Megabyte:0} MB", $"{Of(round => round.BytesAtCapacity) / Megabyte:0} MB (at its capacity)"),
            new Row("29", "twice the capacity for 60 s: refusals with 503, A700 or A-ASSOCIATE-RJ, of all that was not acknowledged", (double)refused / (refused + other), new Goal(1, 1), $"{refused} of {refused + other}", "-"),
        ];

        double Of(Func<Round, double> figure) => Median.Of(measured.Select(figure));
    }

    private static async Task<Round> MeasureAsync()
    {
        var servers = await ClusterServers.StartAsync(CancellationToken.None);
        try
        {
            await using var server = await Server.ClusterAsync(servers);
            using var senders = new Senders(server);
            await senders.SendInTurnAsync(SendersAtCapacity, WarmUp);
            await server.RestAsync();
            var sendingInTurn = senders.SendInTurnAsync(SendersAtCapacity, AtCapacity);
            var atCapacity = await SampleAsync(server.Products, sendingInTurn);
            var capacity = await sendingInTurn / AtCapacity.TotalSeconds;
            await server.RestAsync();

            var offering = senders.OfferAsync(2 * capacity, Overload);
            var samples = await SampleAsync(server.Products, offering);
            var offered = await offering;
            var filled = samples.Where(sample => sample.At <= FillingUp).Max(sample => sample.Bytes);
            var peak = samples.Where(sample => sample.At > FillingUp && sample.At <= Overload).Max(sample => sample.Bytes);
            var round = new Round(capacity, atCapacity.Max(sample => sample.Bytes), offered.AcceptedInTime / Overload.TotalSeconds, filled, peak, offered.Refused, offered.Other);
            Console.Error.WriteLine(
                $"backpressure: capacity {capacity:0.0}/s, offered {offered.Count / Overload.TotalSeconds:0.0}/s, acknowledged {round.Accepted:0.0}/s, {offered.Refused} refused, {offered.Other} ended otherwise; "
                + $"memory {round.BytesAtCapacity / Megabyte:0} MB at capacity, {filled / Megabyte:0} MB in the first {FillingUp.TotalSeconds} s, {peak / Megabyte:0} MB after");
            return round;
        }
        finally
        {
            await servers.StopAsync();
        }
    }

    /// <summary>The resident memory (VmRSS) of processes together, four times a second until a task has ended.</summary>
    private static async Task<List<(TimeSpan At, double Bytes)>> SampleAsync(IReadOnlyList<ProductProcess> processes, Task until)
    {
        var samples = new List<(TimeSpan At, double Bytes)>();
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        do
            samples.Add((clock.Elapsed, processes.Sum(process => process.Memory)));
        while (!until.IsCompleted && await timer.WaitForNextTickAsync());
        return samples;
    }

    private enum Answer
    {
        Acknowledged,
        Refused,
        Other,
    }

    /// <param name="Capacity">Instances per second that a few senders get acknowledged, each one after the other.</param>
    /// <param name="BytesAtCapacity">The highest memory of all processes together meanwhile.</param>
    /// <param name="Accepted">Instances per second acknowledged under twice that load.</param>
    /// <param name="FilledBytes">The highest memory of all processes together while the limits were being reached.</param>
    /// <param name="PeakBytes">The same, afterwards.</param>
    /// <param name="Refused">Instances whose sender was told to try again.</param>
    /// <param name="Other">Instances that got another answer, or none.</param>
    private sealed record Round(double Capacity, double BytesAtCapacity, double Accepted, double FilledBytes, double PeakBytes, int Refused, int Other);

    private sealed record Offered(int Count, int AcceptedInTime, int Refused, int Other);

    /// <summary>Senders of ct, every second one by C-STORE on an association of its own, the others by STOW-RS.</summary>
    private sealed class Senders(Server server) : IDisposable
    {
        private const int InstancesPerStudy = 100;
        private const ushort OutOfResources = 0xA700;

        private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(1) };
        private readonly Queue<Instance> instances = [];
        private int sent;

        /// <summary>A number of senders for a time, each with one instance after the other; how many were acknowledged.</summary>
        public async Task<int> SendInTurnAsync(int senders, TimeSpan length)
        {
            var acknowledged = 0;
            var clock = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Run(async () =>
            {
                while (clock.Elapsed < length)
                {
                    if (await SendAsync() != Answer.Acknowledged)
                        throw new InvalidOperationException($"one of {senders} senders was refused");
                    if (clock.Elapsed < length)
                        Interlocked.Increment(ref acknowledged);
                }
            })));
            return acknowledged;
        }

        /// <summary>Instances at a rate, whatever becomes of those before: as many modalities send that do not know of each other.</summary>
        public async Task<Offered> OfferAsync(double perSecond, TimeSpan length)
        {
            var inTime = 0;
            var sending = new List<Task<Answer>>();
            var clock = Stopwatch.StartNew();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            while (clock.Elapsed < length)
            {
                while (sending.Count < perSecond * clock.Elapsed.TotalSeconds)
                {
                    sending.Add(Task.Run(async () =>
                    {
                        var answer = await SendAsync();
                        if (answer == Answer.Acknowledged && clock.Elapsed < length)
                            Interlocked.Increment(ref inTime);
                        return answer;
                    }));
                }
                await timer.WaitForNextTickAsync();
            }
            var answers = (await Task.WhenAll(sending)).ToLookup(answer => answer);
            return new Offered(sending.Count, inTime, answers[Answer.Refused].Count(), answers[Answer.Other].Count());
        }

        public void Dispose() => http.Dispose();

        private async Task<Answer> SendAsync()
        {
            try
            {
                return Interlocked.Increment(ref sent) % 2 == 0 ? await StoreAsync(Next()) : await StowAsync(Next());
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or SocketException or OperationCanceledException)
            {
                Console.Error.WriteLine($"backpressure: {exception.Message}");
                return Answer.Other;
            }
        }

        private async Task<Answer> StoreAsync(Instance instance)
        {
            try
            {
                await using var client = await Load.ConnectAsync(server);
                var response = await Load.StoreAsync(client, instance);
                await client.ReleaseAsync(CancellationToken.None);
                return Judge(response.Status, DimseStatus.Success, OutOfResources);
            }
            catch (AssociationRejectedException exception) when (exception.Rejection == Rejection.LocalLimitExceeded)
            {
                return Answer.Refused;
            }
        }

        private async Task<Answer> StowAsync(Instance instance)
        {
            using var response = await Load.StowAsync(http, server, [instance]);
            return Judge(response.StatusCode, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
        }

        private static Answer Judge<T>(T status, T success, T refusal)
        {
            if (Equals(status, success))
                return Answer.Acknowledged;
            if (Equals(status, refusal))
                return Answer.Refused;
            Console.Error.WriteLine($"backpressure: answered with {status}");
            return Answer.Other;
        }

        private Instance Next()
        {
            lock (instances)
            {
                if (instances.Count == 0)
                {
                    foreach (var instance in InstanceKind.Ct.Generate(InstancesPerStudy))
                        instances.Enqueue(instance);
                }
                return instances.Dequeue();
            }
        }
    }
}
