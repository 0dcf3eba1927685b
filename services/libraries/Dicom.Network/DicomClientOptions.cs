namespace MedCloud.Dicom.Network;

/// <summary>How a <see cref="DicomClient"/> waits.</summary>
public sealed record DicomClientOptions
{
    /// <summary>How long the peer may be silent, or not read, before the association is aborted; also how long the connection may take to open. Default 1 minute.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a peer may take to close the connection of an association that has ended (PS3.8 9.1.4). Default 10 seconds.</summary>
    public TimeSpan Artim { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>A presentation context to ask for: a SOP class and, in the order of preference, its transfer syntaxes.</summary>
/// <param name="AbstractSyntax">The SOP class.</param>
/// <param name="TransferSyntaxes">At least one. A peer takes one of them, so propose a context for each syntax in which there is something to send.</param>
public sealed record ProposedContext(Uid AbstractSyntax, params IReadOnlyList<TransferSyntax> TransferSyntaxes);
