using SkiaSharp;

namespace MedCloud.Results.Rendering;

/// <summary>
/// Puts a label at each box so that no label covers another one: above, below or inside its box, off the lines of other boxes where it can be, shortened or
/// left out where there is no room.
/// </summary>
internal sealed class BoxLabels(SKFont font, SKRect image, float line, IReadOnlyList<SKRect> boxes)
{
    private readonly float height = font.Size * 1.3f;
    private readonly List<SKRect> taken = [];

    /// <summary>Draws the first of <paramref name="texts"/> that finds room at <paramref name="box"/>.</summary>
    public void Draw(SKCanvas canvas, SKRect box, SKColor colour, IReadOnlyList<string> texts)
    {
        var free = (
            from text in texts
            from place in Places(box, font.MeasureText(text) + (font.Size * 0.6f))
            where image.Contains(place) && !taken.Exists(place.IntersectsWith)
            select (Text: text, Place: place)).ToList();
        if (free.Count == 0)
            return;
        // The longer text on a line of another box is worth more than the shorter one off it.
        var longest = free.TakeWhile(each => each.Text == free[0].Text).ToList();
        var chosen = longest.Find(each => !boxes.Any(other => other != box && CrossesLine(each.Place, other)));
        var (label, at) = chosen.Text is null ? longest[0] : chosen;

        taken.Add(at);
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        canvas.DrawRect(at, paint);
        paint.Color = SKColors.Black;
        canvas.DrawText(label, at.Left + (font.Size * 0.3f), at.Bottom - (font.Size * 0.35f), SKTextAlign.Left, font, paint);
    }

    private bool CrossesLine(SKRect place, SKRect box)
    {
        var outer = SKRect.Inflate(box, line, line);
        var inner = SKRect.Inflate(box, -line, -line);
        return outer.IntersectsWith(place) && !inner.Contains(place);
    }

    private IEnumerable<SKRect> Places(SKRect box, float width)
    {
        var half = line / 2;
        // A box at an edge of the image has its label moved along until it is whole.
        var left = Math.Max(image.Left, Math.Min(box.Left - half, image.Right - width));
        var right = Math.Max(image.Left, Math.Min(box.Right + half, image.Right) - width);
        float[] tops = [box.Top - half - height, box.Bottom + half, box.Top + half, box.Bottom - half - height];
        return from top in tops from x in new[] { left, right } select SKRect.Create(x, top, width, height);
    }
}
