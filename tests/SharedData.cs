namespace MedCloud.Tests;

/// <summary>Finds the medical data that the tests read by path: the folder named by MEDCLOUD_SHARED_DATA, else <c>../shared/data</c> beside the checkout.</summary>
internal static class SharedData
{
    /// <summary>The checkout's root.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The data folder, or null where it is absent; with MEDCLOUD_REQUIRE_CORPUS=1 absence is an error.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>The full path of one file or folder below the data folder; skips the test, by name, where the data is absent.</summary>
    public static string Path(string relative)
    {
        Assert.SkipWhen(Root is null, $"the medical data is not here (wanted: {relative})");
        return System.IO.Path.Combine(Root!, relative);
    }

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "MedCloud.sln")))
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside a MedCloud checkout");
        return folder;
    }

    private static string? FindRoot()
    {
        var root = Environment.GetEnvironmentVariable("MEDCLOUD_SHARED_DATA") is { Length: > 0 } named
            ? named
            : System.IO.Path.GetFullPath(System.IO.Path.Combine(Repository, "..", "shared", "data"));
        if (Directory.Exists(root))
            return root;
        return Environment.GetEnvironmentVariable("MEDCLOUD_REQUIRE_CORPUS") == "1"
            ? throw new InvalidOperationException($"MEDCLOUD_REQUIRE_CORPUS=1, and the medical data is not at {root}")
            : null;
    }
}
