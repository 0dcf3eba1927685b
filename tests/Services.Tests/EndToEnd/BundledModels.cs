namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>The models that come with the programs.</summary>
internal static class BundledModels
{
    /// <summary>Copies all of them, to be changed.</summary>
    public static void CopyTo(string folder)
    {
        var from = Path.Combine(AppContext.BaseDirectory, "models");
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
