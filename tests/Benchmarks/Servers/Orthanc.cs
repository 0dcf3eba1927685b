using System.Text.Json;

namespace MedCloud.Benchmarks.Servers;

/// <summary>Orthanc's configuration: doors, folders and the DICOMweb plug-in; everything else is its default.</summary>
internal static class Orthanc
{
    public const string DicomWebPlugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";

    /// <summary>Writes it into <paramref name="folder"/>; the file's path.</summary>
    public static string WriteConfiguration(string folder, int dimsePort, int httpPort)
    {
        var path = Path.Combine(folder, "orthanc.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            Name = "bench",
            StorageDirectory = Path.Combine(folder, "storage"),
            IndexDirectory = Path.Combine(folder, "index"),
            Plugins = new[] { DicomWebPlugin },
            DicomAet = "BENCH",
            DicomPort = dimsePort,
            HttpPort = httpPort,
            RemoteAccessAllowed = false,
            AuthenticationEnabled = false,
        }));
        return path;
    }
}
