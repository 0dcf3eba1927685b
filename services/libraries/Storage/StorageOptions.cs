using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;

namespace MedCloud.Storage;

/// <summary>Where blobs are kept: section <c>MedCloud:Storage</c>. Exactly one of <see cref="Folder"/>, <see cref="ConnectionString"/> and <see cref="AccountUrl"/> is set.</summary>
public sealed partial record StorageOptions : IValidatableObject
{
    private const string Section = "MedCloud:Storage:";

    /// <summary>The folder that holds the blobs; made when missing.</summary>
    public string Folder { get; init; } = "";

    /// <summary>The connection string of an Azure storage account; a secret.</summary>
    public string ConnectionString { get; init; } = "";

    /// <summary>
    /// The address of the blob service of an Azure storage account, signed in to as the process' identity (managed identity, workload identity, or what
    /// DefaultAzureCredential finds), which needs the role Storage Blob Data Contributor.
    /// </summary>
    public string AccountUrl { get; init; } = "";

    /// <summary>The container in the Azure storage account, made when missing; default <c>medcloud</c>. Not used with <see cref="Folder"/>.</summary>
    public string Container { get; init; } = "medcloud";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        switch (new[] { Folder, ConnectionString, AccountUrl }.Count(value => value.Length > 0))
        {
            case 0:
                yield return new($"{Section}Folder, {Section}ConnectionString and {Section}AccountUrl are missing; name the folder that keeps the images, e.g. /var/lib/medcloud/blobs, or the Azure storage account");
                break;
            case > 1:
                yield return new($"{Section}Folder, {Section}ConnectionString and {Section}AccountUrl exclude each other; set one");
                break;
        }

        if (ConnectionString.Length > 0 && !IsConnectionString(ConnectionString))
            yield return new($"{Section}ConnectionString is not the connection string of a storage account, e.g. DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...;EndpointSuffix=core.windows.net");
        if (AccountUrl.Length > 0 && !(Uri.TryCreate(AccountUrl, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps))
            yield return new($"{Section}AccountUrl must be an https address, e.g. https://ACCOUNT.blob.core.windows.net");
        if (!ContainerName().IsMatch(Container))
            yield return new($"{Section}Container must have 3 to 63 of a-z, 0-9 and single inner hyphens, e.g. medcloud");
    }

    private static bool IsConnectionString(string value)
    {
        try
        {
            _ = new BlobServiceClient(value);
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A(?=.{3,63}\z)[a-z0-9]+(?:-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ContainerName();
}
