using System.Text.Json;
using MedCloud.Results.V1;

namespace MedCloud.Medctl.Evaluation;

/// <summary>Images with boxes in COCO's form: <c>images</c>, <c>annotations</c> with <c>bbox</c> x, y, width, height in pixels, <c>categories</c>.</summary>
/// <param name="Categories">Their names.</param>
/// <param name="Images">In the order of the file.</param>
internal sealed record CocoFile(IReadOnlyList<string> Categories, IReadOnlyList<CocoImage> Images)
{
    /// <exception cref="InvalidDataException">It is not in this form, or has no image.</exception>
    public static CocoFile Read(string folder, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            var categories = root.GetProperty("categories").EnumerateArray().ToDictionary(each => each.GetProperty("id").GetInt32(), each => each.GetProperty("name").GetString()!);
            var boxes = root.GetProperty("annotations").EnumerateArray().ToLookup(each => each.GetProperty("image_id").GetInt32());
            CocoImage[] images =
            [
                .. from image in root.GetProperty("images").EnumerateArray()
                   let size = (Width: image.GetProperty("width").GetDouble(), Height: image.GetProperty("height").GetDouble())
                   select new CocoImage(
                       Path.Combine(folder, image.GetProperty("file_name").GetString()!),
                       image.TryGetProperty("source", out var source) ? source.GetString()! : "",
                       boxes[image.GetProperty("id").GetInt32()].ToLookup(box => categories[box.GetProperty("category_id").GetInt32()], box => Fractions(box.GetProperty("bbox"), size.Width, size.Height))),
            ];
            return images.Length > 0 ? new CocoFile([.. categories.Values], images) : throw new InvalidDataException($"'{path}' has no image");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is not in COCO's form: {exception.Message}", exception);
        }
    }

    private static Box Fractions(JsonElement pixels, double width, double height)
    {
        var (x, y, w, h) = (pixels[0].GetDouble(), pixels[1].GetDouble(), pixels[2].GetDouble(), pixels[3].GetDouble());
        return new Box { XMin = x / width, YMin = y / height, XMax = (x + w) / width, YMax = (y + h) / height };
    }
}

/// <param name="Path">The file.</param>
/// <param name="Source">Where it comes from; empty where that is not said.</param>
/// <param name="Boxes">The true boxes by category, as fractions of width and height.</param>
internal sealed record CocoImage(string Path, string Source, ILookup<string, Box> Boxes);
