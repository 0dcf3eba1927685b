using System.Globalization;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.Telemetry;

/// <summary>The samples of some processes, in Prometheus' text format.</summary>
internal sealed record MetricsPage(string Text)
{
    /// <summary>Reads the metrics of <paramref name="processes"/> until they are as <paramref name="wanted"/>.</summary>
    public static async Task<MetricsPage> UntilAsync(IEnumerable<ProductProcess> processes, Func<MetricsPage, bool> wanted)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        using var limit = Patience.Begin(TestContext.Current.CancellationToken);
        while (true)
        {
            var page = await ReadAsync(processes);
            if (wanted(page))
                return page;
            Assert.False(limit.IsCancellationRequested, page.Text);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public static async Task<MetricsPage> ReadAsync(IEnumerable<ProductProcess> processes)
    {
        using var http = new HttpClient();
        return new(string.Join('\n', await Task.WhenAll(processes.Select(process => http.GetStringAsync($"{process.HttpUrl}/metrics", TestContext.Current.CancellationToken)))));
    }

    /// <summary>The sum of the samples with all these labels; null where there is none.</summary>
    public double? Value(string name, params string[] labels)
    {
        var values = from line in Text.Split('\n')
                     where line.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal))
                     select double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
        return values.ToList() is { Count: > 0 } found ? found.Sum() : null;
    }
}
