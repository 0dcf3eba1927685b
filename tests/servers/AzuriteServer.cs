namespace MedCloud.Tests;

/// <summary>Azure Blob Storage, played by Azurite.</summary>
internal sealed class AzuriteServer() : TestServer("azurite", ports: 1)
{
    private const string Account = "devstoreaccount1";

    // The account key that Azurite's documentation publishes; it opens nothing else.
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public int Port => Ports[0];

    public string ConnectionString => ConnectionStringAt(Port);

    /// <summary>The connection string by another port that leads here.</summary>
    public string ConnectionStringAt(int port) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{port}/{Account};";

    protected override async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{Port}/{Account}?comp=list"), cancellationToken);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
