using SkiaSharp;

namespace MedCloud.Results.Rendering;

/// <summary>Draws an image with what was found in it as a PNG: boxes and labels, or a map, on the image, words below it, so that none of its pixels is hidden by them.</summary>
internal sealed class AnalysisPicture : IDisposable
{
    public const string Notice = "For research use only";

    private const int SmallestSide = 1024;
    private const int LargestSide = 2048;
    private const int MinWidth = 640;

    /// <summary>More boxes than this are labelled by their score alone, in small type; the legend below the image tells what their colour means.</summary>
    private const int MostFullLabels = 10;

    /// <summary>gRPC clients take 4 MiB unless told otherwise. At <see cref="SmallestSide"/> no picture is larger.</summary>
    private const int MaxBytes = 3 * 1024 * 1024 + 512 * 1024;

    private static readonly SKColor Paper = new(0x12, 0x16, 0x1C);
    private static readonly SKColor Words = new(0xD5, 0xDB, 0xE3);
    private static readonly SKColor StrongWords = SKColors.White;
    private static readonly SKColor NoticeWords = new(0xFF, 0xD1, 0x66);

    // Okabe and Ito's colours that stand out on grey, told apart by the colour-blind too.
    private static readonly SKColor[] Kinds =
        [new(0x56, 0xB4, 0xE9), new(0xF0, 0xA0, 0x20), new(0x2F, 0xD0, 0x9A), new(0xF0, 0xE4, 0x42), new(0xE8, 0x8B, 0xC0), new(0xFF, 0x7A, 0x45)];

    private readonly SKTypeface typeface;

    public AnalysisPicture()
    {
        using var font = typeof(AnalysisPicture).Assembly.GetManifestResourceStream("DejaVuSans.ttf")
            ?? throw new InvalidOperationException("the font is not in the assembly");
        typeface = SKTypeface.FromStream(font);
    }

    public void Dispose() => typeface.Dispose();

    /// <summary>Draws; the image's longer side becomes 1024 to 2048 pixels.</summary>
    public byte[] Draw(ImageFrame frame, PictureText text, HeatLayer? heat)
    {
        var side = Math.Clamp(Math.Max(frame.Rows, frame.Columns), SmallestSide, LargestSide);
        var png = Draw(frame, text, heat, side);
        return png.Length > MaxBytes && side > SmallestSide ? Draw(frame, text, heat, SmallestSide) : png;
    }

    private byte[] Draw(ImageFrame frame, PictureText text, HeatLayer? heat, int side)
    {
        var scale = (float)side / Math.Max(frame.Rows, frame.Columns);
        var size = new SKSizeI(Math.Max(1, (int)MathF.Round(frame.Columns * scale)), Math.Max(1, (int)MathF.Round(frame.Rows * scale)));
        var width = Math.Max(size.Width, MinWidth);
        var image = SKRect.Create((width - size.Width) / 2, 0, size.Width, size.Height);

        using var font = new SKFont(typeface, Math.Clamp(width / 40f, 16, 40)) { Edging = SKFontEdging.Antialias };
        var caption = new Caption(font, text, width);
        using var surface = SKSurface.Create(new SKImageInfo(width, size.Height + caption.Height, SKColorType.Rgba8888, SKAlphaType.Opaque))
            ?? throw new InvalidOperationException("no memory for the picture");
        surface.Canvas.Clear(Paper);
        DrawFrame(surface.Canvas, frame, image, scale);
        heat?.Draw(surface.Canvas, image);
        DrawBoxes(surface.Canvas, text.Boxes, image, font);
        caption.Draw(surface.Canvas, size.Height);
        using var pixels = surface.PeekPixels();
        using var png = pixels?.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 6));
        return png?.ToArray() ?? throw new InvalidOperationException("the picture could not be encoded");
    }

    private static void DrawFrame(SKCanvas canvas, ImageFrame frame, SKRect image, float scale)
    {
        var colours = frame.InColour ? SKColorType.Rgb888x : SKColorType.Gray8;
        using var pixels = SKImage.FromPixelCopy(new SKImageInfo(frame.Columns, frame.Rows, colours, SKAlphaType.Opaque), frame.Pixels);
        canvas.DrawImage(pixels, image, scale < 1 ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear) : new SKSamplingOptions(SKCubicResampler.Mitchell));
    }

    private static void DrawBoxes(SKCanvas canvas, IReadOnlyList<PictureBox> boxes, SKRect image, SKFont font)
    {
        var line = MathF.Max(2, MathF.Round(MathF.Max(image.Width, image.Height) / 400));
        using var halo = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = line + 2, Color = SKColors.Black.WithAlpha(0xA0) };
        using var stroke = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = line };
        List<(PictureBox Box, SKRect Edges)> placed = [.. boxes.Select(box => (box, Place(box, image)))];
        foreach (var (box, edges) in placed)
        {
            stroke.Color = ColourOf(box.Kind);
            canvas.DrawRect(edges, halo);
            canvas.DrawRect(edges, stroke);
        }

        var crowded = boxes.Count > MostFullLabels;
        using var small = new SKFont(font.Typeface, font.Size * (crowded ? 0.6f : 1)) { Edging = font.Edging };
        var labels = new BoxLabels(small, image, line, placed.ConvertAll(each => each.Edges));
        foreach (var (box, edges) in placed)
            labels.Draw(canvas, edges, ColourOf(box.Kind), crowded ? [box.Score] : [$"{box.Label} {box.Score}", box.Score]);
    }

    private static SKRect Place(PictureBox box, SKRect image) => new(
        image.Left + (float)(box.XMin * image.Width),
        image.Top + (float)(box.YMin * image.Height),
        image.Left + (float)(box.XMax * image.Width),
        image.Top + (float)(box.YMax * image.Height));

    private static SKColor ColourOf(int kind) => Kinds[kind % Kinds.Length];

    /// <summary>The words below the image: one line for each finding, then the model and the notice.</summary>
    private sealed class Caption
    {
        private readonly SKFont font;
        private readonly int width;
        private readonly float margin;
        private readonly float leading;
        private readonly List<PictureLine> lines;
        private readonly List<(string Text, SKColor Colour, float X)> foot;
        private readonly bool footIsOneLine;

        public Caption(SKFont font, PictureText text, int width)
        {
            this.font = font;
            this.width = width;
            margin = font.Size * 0.8f;
            leading = font.Size * 1.5f;
            lines = [.. text.Lines.SelectMany(Wrap)];
            var notice = font.MeasureText(Notice);
            var right = width - margin - notice;
            footIsOneLine = margin + font.MeasureText(text.Model) + (2 * margin) < right;
            foot = [(text.Model, Words, margin), (Notice, NoticeWords, footIsOneLine ? right : margin)];
        }

        public int Height => (int)MathF.Ceiling(((lines.Count + (footIsOneLine ? 1 : 2)) * leading) + (2.5f * margin));

        public void Draw(SKCanvas canvas, float top)
        {
            using var paint = new SKPaint { IsAntialias = true };
            var baseline = top + (margin * 0.5f) + font.Size;
            foreach (var line in lines)
            {
                var x = margin;
                if (line.Kind is { } kind)
                {
                    paint.Color = ColourOf(kind);
                    canvas.DrawRect(x, baseline - (font.Size * 0.75f), font.Size * 0.8f, font.Size * 0.8f, paint);
                    x += font.Size * 1.3f;
                }

                paint.Color = line.Strong ? StrongWords : Words;
                canvas.DrawText(line.Text, x, baseline, SKTextAlign.Left, font, paint);
                baseline += leading;
            }

            paint.Color = Words.WithAlpha(0x50);
            canvas.DrawRect(margin, baseline - (font.Size * 0.7f), width - (2 * margin), 1, paint);
            baseline += margin;
            foreach (var (text, colour, x) in foot)
            {
                paint.Color = colour;
                canvas.DrawText(text, x, baseline, SKTextAlign.Left, font, paint);
                baseline += footIsOneLine ? 0 : leading;
            }
        }

        /// <summary>Breaks a line between words where the picture ends.</summary>
        private IEnumerable<PictureLine> Wrap(PictureLine line)
        {
            var room = width - (2 * margin) - (line.Kind is null ? 0 : font.Size * 1.3f);
            var part = "";
            foreach (var word in line.Text.Split(' '))
            {
                var longer = part.Length == 0 ? word : $"{part} {word}";
                if (part.Length > 0 && font.MeasureText(longer) > room)
                {
                    yield return line with { Text = part };
                    longer = word;
                }

                part = longer;
            }

            yield return line with { Text = part };
        }
    }
}
