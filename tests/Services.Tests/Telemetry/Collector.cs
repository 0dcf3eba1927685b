using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Google.Protobuf;
using MedCloud.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace MedCloud.Services.Tests.Telemetry;

/// <summary>A span as it was exported; identifiers in hexadecimal.</summary>
internal sealed record Span(string Service, string TraceId, string SpanId, string ParentId, string Name);

/// <summary>A collector of OpenTelemetry, to which processes export (OTLP over HTTP and over gRPC): keeps whatever it gets.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<Span> spans = new();
    private readonly ConcurrentQueue<byte[]> bodies = new();
    private readonly WebApplication app;

    private Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, door => door.Protocols = HttpProtocols.Http2);
        });
        app = builder.Build();
        app.MapPost("/v1/{signal}", async (HttpRequest request, string signal) => Keep(await BodyAsync(request), signal == "traces"));
        app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", context => AnswerAsync(context, isTraces: true));
        app.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", context => AnswerAsync(context, isTraces: false));
    }

    /// <summary>What a process needs to export here by HTTP, soon after each span.</summary>
    public Dictionary<string, string> Settings => new(GrpcSettings)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = app.Urls.First(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    };

    /// <summary>The same by gRPC, the protocol where none is named.</summary>
    public Dictionary<string, string> GrpcSettings => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = app.Urls.Last(),
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
    };

    /// <summary>The spans so far.</summary>
    public IReadOnlyCollection<Span> Received => spans;

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector.app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Whether any export has the text, as it stands in protobuf.</summary>
    public bool Holds(string text) => bodies.Any(body => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    /// <summary>Waits until the spans so far satisfy <paramref name="wanted"/>; fails with their names.</summary>
    public async Task UntilAsync(Func<IReadOnlyCollection<Span>, bool> wanted)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var limit = Patience.Begin(TestContext.Current.CancellationToken);
        while (!wanted(spans))
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"The spans so far: {string.Join(", ", spans.Select(span => $"{span.Service} {span.Name} {span.TraceId[..4]} {span.SpanId[..4]}<{span.ParentId}"))}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private void Keep(byte[] message, bool isTraces)
    {
        bodies.Enqueue(message);
        if (!isTraces)
            return;
        foreach (var span in Spans(ByteString.CopyFrom(message)))
            spans.Enqueue(span);
    }

    /// <summary>gRPC over HTTP/2: a message has a prefix of 5 bytes, uncompressed and its length; the answer is an empty one.</summary>
    private async Task AnswerAsync(HttpContext context, bool isTraces)
    {
        Keep((await BodyAsync(context.Request))[5..], isTraces);
        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", "0");
        await context.Response.Body.WriteAsync(new byte[5]);
    }

    /// <summary>Of an ExportTraceServiceRequest (opentelemetry/proto/trace/v1/trace.proto), what the tests look at.</summary>
    private static IEnumerable<Span> Spans(ByteString request) =>
        from resourceSpans in Fields(request, 1)
        let service = (from resource in Fields(resourceSpans, 1)
                       from attribute in Fields(resource, 1)
                       where Text(Fields(attribute, 1).Single()) == "service.name"
                       select Text(Fields(Fields(attribute, 2).Single(), 1).Single())).Single()
        from scopeSpans in Fields(resourceSpans, 2)
        from span in Fields(scopeSpans, 2)
        select new Span(service, Hex(Fields(span, 1)), Hex(Fields(span, 2)), Hex(Fields(span, 4)), Text(Fields(span, 5).Single()));

    private static List<ByteString> Fields(ByteString message, int number)
    {
        var found = new List<ByteString>();
        var input = message.CreateCodedInput();
        while (input.ReadTag() is var tag && tag != 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes());
            else
                input.SkipLastField();
        }

        return found;
    }

    private static string Text(ByteString bytes) => bytes.ToStringUtf8();

    private static string Hex(List<ByteString> bytes) => bytes.Count == 0 ? "" : Convert.ToHexStringLower(bytes.Single().Span);
}
