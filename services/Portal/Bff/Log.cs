using Yarp.ReverseProxy.Forwarder;

namespace MedCloud.Portal;

/// <summary>Ids 4000 to 4999; no URL and nothing of a patient.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Warning, "Portal is the identity provider, with clients whose secrets everybody knows (MedCloud:Security:DevelopmentProvider): for development only", EventName = "portal.development_provider.on")]
    public static partial void DevelopmentProviderOn(ILogger logger);

    [LoggerMessage(4010, LogLevel.Warning, "{Service} did not take or answer a request: {Error}", EventName = "portal.forwarding.failed")]
    public static partial void ForwardingFailed(ILogger logger, string service, ForwarderError error, Exception? exception);
}
