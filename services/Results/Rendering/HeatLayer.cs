using MedCloud.Results.Database;
using SkiaSharp;

namespace MedCloud.Results.Rendering;

/// <summary>A map as a translucent layer: no colour where it is 0, the warmest and densest where it is greatest, all of it fainter the less probable the finding.</summary>
internal sealed class HeatLayer(MapRow map, double probability)
{
    /// <summary>Pixels on a side of the layer before it is stretched over the image; a map has 64 places on a side at most.</summary>
    private const int Side = 256;

    /// <summary>What is below shines through everywhere.</summary>
    private const double MostOpaque = 0.6;

    // From dark to bright as well as from one colour to the next: told apart by the colour-blind too.
    private static readonly SKColor[] Colours = [new(0x6A, 0x1F, 0x9A), new(0xDB, 0x3A, 0x3A), new(0xFF, 0xD8, 0x3A)];

    public static HeatLayer? Of(AnalysisRow analysis, MapRow? map) => map is null
        ? null
        : new HeatLayer(map, analysis.Findings.Where(finding => finding.Code == map.Code).Select(finding => finding.Value).DefaultIfEmpty().Max());

    public void Draw(SKCanvas canvas, SKRect image)
    {
        var greatest = map.Values.Max();
        if (greatest <= 0)
            return;
        using var layer = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
                layer.SetPixel(x, y, ColourOf(ValueAt((x + 0.5) / Side, (y + 0.5) / Side) / greatest * probability));
        }

        using var pixels = SKImage.FromBitmap(layer);
        canvas.DrawImage(pixels, image, new SKSamplingOptions(SKFilterMode.Linear));
    }

    /// <summary>The map at a place of the image, between the middles of its places in proportion.</summary>
    private double ValueAt(double x, double y)
    {
        var (left, right, across) = Between(x, map.Columns);
        var (top, bottom, down) = Between(y, map.Rows);
        return double.Lerp(double.Lerp(At(top, left), At(top, right), across), double.Lerp(At(bottom, left), At(bottom, right), across), down);

        double At(int row, int column) => map.Values[(row * map.Columns) + column];
    }

    private static (int Low, int High, double Part) Between(double at, int count)
    {
        var place = Math.Clamp((at * count) - 0.5, 0, count - 1);
        var low = (int)place;
        return (low, Math.Min(low + 1, count - 1), place - low);
    }

    private static SKColor ColourOf(double heat)
    {
        var place = Math.Clamp(heat, 0, 1) * (Colours.Length - 1);
        var low = Math.Min((int)place, Colours.Length - 2);
        var (from, to, part) = (Colours[low], Colours[low + 1], place - low);
        return new SKColor(Mix(from.Red, to.Red), Mix(from.Green, to.Green), Mix(from.Blue, to.Blue), (byte)Math.Round(255 * MostOpaque * Math.Clamp(heat, 0, 1)));

        byte Mix(byte one, byte other) => (byte)Math.Round(double.Lerp(one, other, part));
    }
}
