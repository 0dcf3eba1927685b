using System.Net;
using MedCloud.Dicom.Network;
using MedCloud.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.Ingest.Dimse;

/// <summary>The DIMSE door: section <c>MedCloud:Dimse</c>.</summary>
public sealed record DimseOptions
{
    /// <summary>The address to listen on. Default 127.0.0.1. Beyond loopback, <see cref="CallingAeTitles"/> and <see cref="CallingAddresses"/> must say who may call.</summary>
    public string Bind { get; init; } = "127.0.0.1";

    /// <summary>The TCP port. Default 11112; 0 takes a free one.</summary>
    public int Port { get; init; } = 11112;

    /// <summary>Our AE title, 1 to 16 characters; associations that call another are rejected (1,1,7). Default MEDCLOUD.</summary>
    public string AeTitle { get; init; } = "MEDCLOUD";

    /// <summary>The AE titles that may call; others are rejected (1,1,3). Default none, which lets everybody call.</summary>
    public IReadOnlyList<string> CallingAeTitles { get; init; } = [];

    /// <summary>
    /// The addresses or networks that may call, e.g. 10.1.2.3 or 10.1.0.0/16; others are rejected (1,1,1). Default none, which lets everybody call.
    /// </summary>
    public IReadOnlyList<string> CallingAddresses { get; init; } = [];

    /// <summary>The AE titles whose studies are urgent: their priority becomes STAT. Default none.</summary>
    public IReadOnlyList<string> StatCallingAeTitles { get; init; } = [];

    /// <summary>Associations open at one time; further ones are rejected as transient (2,3,2). Default 100.</summary>
    public int MaxAssociations { get; init; } = 100;

    /// <summary>How long a sender may be silent before its association is aborted. Default 5 minutes. It starts anew with whatever arrives: a transfer may take as long as it needs.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>At a stop, how long operations under way may take to finish before their associations are aborted. Default 20 seconds, within the 30 that a process has.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>Reports every fault of <see cref="DimseOptions"/> at once, each with the setting's name and a remedy.</summary>
internal sealed class DimseOptionsValidator : IValidateOptions<DimseOptions>
{
    public ValidateOptionsResult Validate(string? name, DimseOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(DimseOptions options)
    {
        if (!IPAddress.TryParse(options.Bind, out var address))
            yield return "MedCloud:Dimse:Bind must be an IP address, e.g. 127.0.0.1";
        else if (!IPAddress.IsLoopback(address))
        {
            if (options.CallingAeTitles.Count == 0)
                yield return $"MedCloud__Dimse__CallingAeTitles is missing: MedCloud__Dimse__Bind={address} is beyond loopback; name the AE titles that may call, e.g. MedCloud__Dimse__CallingAeTitles__0=MODALITY1";
            if (options.CallingAddresses.Count == 0)
                yield return $"MedCloud__Dimse__CallingAddresses is missing: MedCloud__Dimse__Bind={address} is beyond loopback; name the addresses or networks that may call, e.g. MedCloud__Dimse__CallingAddresses__0=10.1.0.0/16";
        }
        if (options.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
            yield return "MedCloud:Dimse:Port must be between 0 and 65535, e.g. 11112";
        if (!Dicom.Network.AeTitle.TryParse(options.AeTitle, out _))
            yield return "MedCloud:Dimse:AeTitle must have 1 to 16 printable ASCII characters without backslash, e.g. MEDCLOUD";
        foreach (var (setting, titles) in new[] { ("CallingAeTitles", options.CallingAeTitles), ("StatCallingAeTitles", options.StatCallingAeTitles) })
        {
            for (var index = 0; index < titles.Count; index++)
            {
                if (!Dicom.Network.AeTitle.TryParse(titles[index], out _))
                    yield return $"MedCloud:Dimse:{setting}:{index} must have 1 to 16 printable ASCII characters without backslash, e.g. MODALITY1";
            }
        }
        for (var index = 0; index < options.CallingAddresses.Count; index++)
        {
            if (!Networks.TryParse(options.CallingAddresses[index], out _))
                yield return $"MedCloud:Dimse:CallingAddresses:{index} must be an IP address or a network, e.g. 10.1.2.3 or 10.1.0.0/16";
        }
        if (options.MaxAssociations is < 1 or > 10_000)
            yield return "MedCloud:Dimse:MaxAssociations must be between 1 and 10000, e.g. 100";
        if (options.IdleTimeout < TimeSpan.FromSeconds(1) || options.IdleTimeout > TimeSpan.FromDays(1))
            yield return "MedCloud:Dimse:IdleTimeout must be between 00:00:01 and 1.00:00:00, e.g. 00:05:00";
        if (options.DrainTimeout < TimeSpan.Zero || options.DrainTimeout > TimeSpan.FromMinutes(10))
            yield return "MedCloud:Dimse:DrainTimeout must be between 00:00:00 and 00:10:00, e.g. 00:00:20";
    }
}
