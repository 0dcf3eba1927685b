using System.Net;

namespace MedCloud.Services.Tests.DicomWeb;

public sealed class StoreLimitTests
{
    /// <summary>One request is received and not over; the next is told to try again, and is served when the first is.</summary>
    [Fact]
    public async Task MoreStoreRequestsThanMayBeAreToldToTryAgain()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await DicomWebServer.StartAsync(("MedCloud:DicomWeb:MaxStoreRequests", "1"));
        var held = new HeldContent(Part10.Multipart(Part10.File(1)));
        var first = PostAsync(server.Client, held, cancellationToken);
        await held.Begun.WaitAsync(cancellationToken);

        HttpStatusCode status;
        TimeSpan? retryAfter;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var number = 1;
        do
        {
            // The first bytes may not have reached the server yet.
            await timer.WaitForNextTickAsync(cancellationToken);
            using var response = await PostAsync(server.Client, new ByteArrayContent(Part10.Multipart(Part10.File(++number))), cancellationToken);
            (status, retryAfter) = (response.StatusCode, response.Headers.RetryAfter?.Delta);
        }
        while (status == HttpStatusCode.OK);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(10)), (status, retryAfter));

        held.Release();
        using (var answer = await first)
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var next = await PostAsync(server.Client, new ByteArrayContent(Part10.Multipart(Part10.File(number))), cancellationToken);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, HttpContent content, CancellationToken cancellationToken)
    {
        content.Headers.TryAddWithoutValidation("Content-Type", Upload.Multipart10);
        return client.PostAsync(new Uri("/dicom-web/studies", UriKind.Relative), content, cancellationToken);
    }

    /// <summary>Sends its first half, and the other when it is released.</summary>
    private sealed class HeldContent(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => begun.Task;

        public void Release() => released.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await stream.FlushAsync();
            begun.SetResult();
            await released.Task;
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}
