using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using MedCloud.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace MedCloud.Portal.Forwarding;

/// <summary>Passes requests on to the services behind; bodies stream both ways and nothing is tried twice.</summary>
internal sealed class Forwarder(IHttpForwarder forwarder, IOptions<PortalOptions> options, ILogger<Forwarder> logger) : IDisposable
{
    private static readonly Counter<long> Failures = new Meter("MedCloud.Portal").CreateCounter<long>("medcloud.forwarding.failures", "{request}", "Requests that the service behind did not answer.");

    private readonly ForwardedRequest transformer = new();
    private readonly ForwarderRequestConfig config = new() { ActivityTimeout = options.Value.IdleTimeout, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
    private readonly HttpMessageInvoker client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        // The trace goes on from the request itself: the client's own span would name the path, and with it a study.
        ActivityHeadersPropagator = null,
    });

    public Task ToIngest(HttpContext context) => ForwardAsync(context, "Ingest", options.Value.IngestUrl!);

    public Task ToResults(HttpContext context) => ForwardAsync(context, "Results", options.Value.ResultsUrl!);

    public void Dispose() => client.Dispose();

    private async Task ForwardAsync(HttpContext context, string service, string url)
    {
        // The service behind has the limit.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var error = await forwarder.SendAsync(context, url, client, config, transformer);
        if (error == ForwarderError.None || context.Response.StatusCode is not (StatusCodes.Status502BadGateway or StatusCodes.Status504GatewayTimeout))
            return;
        Failures.Add(1, new KeyValuePair<string, object?>("service", service));
        Log.ForwardingFailed(logger, service, error, context.Features.Get<IForwarderErrorFeature>()?.Exception);
        if (!context.Response.HasStarted)
            await DoorError.WriteAsync(context, ErrorCode.OutOfResources, $"{service} is away; try again later.");
    }

    /// <summary>Tells the service how the sender reached Portal; whatever the sender itself says about that is dropped.</summary>
    private sealed class ForwardedRequest : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            var headers = proxyRequest.Headers;
            headers.Host = null;
            foreach (var (name, value) in new[]
            {
                ("X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString()),
                ("X-Forwarded-Host", httpContext.Request.Host.Value),
                ("X-Forwarded-Proto", httpContext.Request.Scheme),
            })
            {
                headers.Remove(name);
                headers.TryAddWithoutValidation(name, value);
            }

            headers.Remove("traceparent");
            if (Activity.Current is { Id: { } parent })
                headers.TryAddWithoutValidation("traceparent", parent);
        }
    }
}
