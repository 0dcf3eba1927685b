using System.Net;

namespace MedCloud.Dicom.Network;

/// <summary>How a <see cref="DicomServer"/> listens and whom it answers.</summary>
public sealed record DicomServerOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>The server's own AE title; associations that call another are rejected (1,1,7).</summary>
    public required AeTitle AeTitle { get; init; }

    /// <summary>The AE titles that may call, others are rejected (1,1,3); empty lets everybody call.</summary>
    public IReadOnlySet<AeTitle> CallingAeTitles { get; init; } = new HashSet<AeTitle>();

    /// <summary>The networks that may call, others are rejected (1,1,1); empty lets everybody call.</summary>
    public IReadOnlyList<IPNetwork> CallingAddresses { get; init; } = [];

    /// <summary>Associations open at one time; further ones are rejected (2,3,2). Default 100.</summary>
    public int MaxAssociations { get; init; } = 100;

    /// <summary>How long a peer may be silent, or not read, before its association is aborted. It runs anew with everything that arrives: no bound on a whole exchange. Default 5 minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The association request/reject/release timer (PS3.8 9.1.4): how long a new connection may take to ask for an association, and an ended one to close. Default 30 seconds.</summary>
    public TimeSpan Artim { get; init; } = TimeSpan.FromSeconds(30);
}
