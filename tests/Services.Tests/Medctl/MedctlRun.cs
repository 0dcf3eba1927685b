using MedCloud.Tests;
using SkiaSharp;

namespace MedCloud.Services.Tests.Medctl;

/// <summary>What one call of medctl printed and ended with.</summary>
internal sealed record MedctlRun(int Code, IReadOnlyCollection<string> Output, IReadOnlyCollection<string> Errors)
{
    public static async Task<MedctlRun> OfAsync(params IEnumerable<string> arguments) => await WithTokenAsync(null, arguments);

    /// <param name="token">The environment variable MEDCTL_TOKEN.</param>
    /// <param name="arguments">Of the command line.</param>
    public static async Task<MedctlRun> WithTokenAsync(string? token, params IEnumerable<string> arguments)
    {
        await using var process = new ProductProcess("medctl", token is null ? null : new Dictionary<string, string> { ["MEDCTL_TOKEN"] = token }, arguments);
        return new MedctlRun(await process.ExitAsync(), process.Output, process.Log);
    }

    /// <summary>Writes a colour picture that is another for each number.</summary>
    public static string Picture(string path, SKEncodedImageFormat format, int number = 0)
    {
        using var bitmap = new SKBitmap(200, 160);
        for (var y = 0; y < bitmap.Height; y++)
        {
            for (var x = 0; x < bitmap.Width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)x, (byte)y, (byte)(x + y + number)));
        }
        using var file = File.Create(path);
        bitmap.Encode(file, format, 90);
        return path;
    }
}
