using SkiaSharp;

namespace MedCloud.Results.Rendering;

/// <summary>Puts a label at each box so that no label covers another one: above, below or inside its box, shortened or left out where there is no room.</summary>
internal sealed class BoxLabels(SKFont font, SKRect image, float line)
{
    private readonly float height = font.Size * 1.3f;
    private readonly List<SKRect> taken = [];

    /// <summary>Draws the first of <paramref name="texts"/> that finds room.</summary>
    public void Draw(SKCanvas canvas, SKRect box, SKColor colour, IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            var width = font.MeasureText(text) + (font.Size * 0.6f);
            foreach (var place in Places(box, width))
            {
                if (!image.Contains(place) || taken.Exists(place.IntersectsWith))
                    continue;
                taken.Add(place);
                using var paint = new SKPaint { Color = colour, IsAntialias = true };
                canvas.DrawRect(place, paint);
                paint.Color = SKColors.Black;
                canvas.DrawText(text, place.Left + (font.Size * 0.3f), place.Bottom - (font.Size * 0.35f), SKTextAlign.Left, font, paint);
                return;
            }
        }
    }

    private IEnumerable<SKRect> Places(SKRect box, float width)
    {
        var half = line / 2;
        // A box at the right edge has its label moved left until it is whole.
        var left = MathF.Max(image.Left, MathF.Min(box.Left - half, image.Right - width));
        yield return SKRect.Create(left, box.Top - half - height, width, height);
        yield return SKRect.Create(left, box.Bottom + half, width, height);
        yield return SKRect.Create(left, box.Top + half, width, height);
        yield return SKRect.Create(left, box.Bottom - half - height, width, height);
    }
}
