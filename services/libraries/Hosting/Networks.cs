using System.Net;

namespace MedCloud.Hosting;

/// <summary>Addresses and networks in settings.</summary>
public static class Networks
{
    /// <summary>Reads an address (a network of one) or a network in CIDR notation, e.g. 10.1.2.3 or 10.1.0.0/16.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
            return true;
        if (!IPAddress.TryParse(text, out var address))
            return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    /// <summary>The networks of a setting that has been validated.</summary>
    public static IReadOnlyList<IPNetwork> Parse(IEnumerable<string> texts) =>
        [.. texts.Select(text => TryParse(text, out var network) ? network : throw new FormatException($"{text} is neither an address nor a network"))];
}
