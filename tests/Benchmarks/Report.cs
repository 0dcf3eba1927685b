using System.Globalization;
using System.Text;

namespace MedCloud.Benchmarks;

/// <summary>What a figure must reach, and what it should: at least, or at most.</summary>
internal sealed record Goal(double Must, double Aim)
{
    /// <summary>More is better where the aim is the larger.</summary>
    private bool AtLeast => Aim >= Must;

    public string Judge(double measured) => Reaches(measured, Aim) ? "aim" : Reaches(measured, Must) ? "must" : "MISSED";

    public string Describe(double limit) => $"{(AtLeast ? ">=" : "<=")} {limit.ToString("0.##", CultureInfo.InvariantCulture)}";

    private bool Reaches(double measured, double limit) => AtLeast ? measured >= limit : measured <= limit;
}

/// <summary>One line of the table.</summary>
/// <param name="Number">The row's number among the goals of <c>docs/performance.md</c>; "-" where it has none.</param>
/// <param name="What">What was measured, and under which conditions.</param>
/// <param name="Measured">The figure that the goal is about.</param>
/// <param name="Goal">Null where there is none: the figure is for information.</param>
/// <param name="MedCloud">MedCloud's own figure, with its unit.</param>
/// <param name="Peer">The peer's figure, with its unit and name.</param>
internal sealed record Row(string Number, string What, double Measured, Goal? Goal, string MedCloud, string Peer);

/// <summary>The table, as Markdown, with the machine that it was measured on.</summary>
internal static class Report
{
    /// <param name="rows">The lines.</param>
    /// <param name="rounds">How many rounds were measured.</param>
    /// <param name="loadBefore">The load average before the first measurement.</param>
    public static string Of(IEnumerable<Row> rows, int rounds, string loadBefore)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} cores ({Processor()}), load average before {loadBefore}, medians of {rounds} rounds");
        text.AppendLine();
        text.AppendLine("| # | what | measured | must | aim | reached | MedCloud | peer |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var row in rows)
        {
            var goal = row.Goal is { } set
                ? $"{set.Describe(set.Must)} | {set.Describe(set.Aim)} | {set.Judge(row.Measured)}"
                : "- | - | -";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Number} | {row.What} | {row.Measured:0.00} | {goal} | {row.MedCloud} | {row.Peer} |");
        }
        return text.ToString();
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
}

/// <summary>What is left of several rounds.</summary>
internal static class Median
{
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
