using System.Net;
using MedCloud.Dicom.Network;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.Dimse;

/// <summary>What the DIMSE door logs: ids 1100 to 1199; AE titles and addresses, nothing of what is sent.</summary>
internal static partial class DimseLog
{
    [LoggerMessage(1100, LogLevel.Information, "The DIMSE door listens on {EndPoint}", EventName = "ingest.dimse.listening")]
    public static partial void Listening(ILogger logger, EndPoint endPoint);

    [LoggerMessage(1101, LogLevel.Information, "Accepted {CallingAeTitle} from {Remote} with {AcceptedContexts} of {ProposedContexts} presentation contexts", EventName = "ingest.association.accepted")]
    public static partial void Accepted(ILogger logger, AeTitle? callingAeTitle, EndPoint? remote, int acceptedContexts, int proposedContexts);

    [LoggerMessage(1102, LogLevel.Warning, "Rejected {CallingAeTitle} from {Remote}: {Rejection}", EventName = "ingest.association.rejected")]
    public static partial void Rejected(ILogger logger, AeTitle? callingAeTitle, EndPoint? remote, Rejection rejection);

    [LoggerMessage(1103, LogLevel.Debug, "{CallingAeTitle} from {Remote} released its association", EventName = "ingest.association.released")]
    public static partial void Released(ILogger logger, AeTitle? callingAeTitle, EndPoint? remote);

    [LoggerMessage(1104, LogLevel.Warning, "The association with {CallingAeTitle} from {Remote} ended without release, {End}: {Reason}", EventName = "ingest.association.aborted")]
    public static partial void Aborted(ILogger logger, AeTitle? callingAeTitle, EndPoint? remote, AssociationEnd end, string reason);

    [LoggerMessage(1105, LogLevel.Debug, "{Remote} closed its connection without a request", EventName = "ingest.connection.unused")]
    public static partial void Unused(ILogger logger, EndPoint? remote);

    [LoggerMessage(1106, LogLevel.Warning, "Rejected {CallingAeTitle} from {Remote}, which MedCloud:Dimse:CallingAddresses does not name: {Rejection}", EventName = "ingest.association.address_rejected")]
    public static partial void AddressRejected(ILogger logger, AeTitle? callingAeTitle, EndPoint? remote, Rejection rejection);

    [LoggerMessage(1110, LogLevel.Error, "An instance from {CallingAeTitle} at {Remote} was answered with a processing failure", EventName = "ingest.association.store_failed")]
    public static partial void StoreFailed(ILogger logger, AeTitle? callingAeTitle, EndPoint? remote, Exception exception);

    [LoggerMessage(1111, LogLevel.Error, "The association with {CallingAeTitle} from {Remote} was aborted by a fault here", EventName = "ingest.association.failed")]
    public static partial void AssociationFailed(ILogger logger, AeTitle? callingAeTitle, EndPoint? remote, Exception exception);
}
