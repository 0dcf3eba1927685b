using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>A clock that stands still until told, and tells when a timer has been set: so a test knows that the code under test waits, without waiting itself.</summary>
internal sealed class ArmedTimeProvider : FakeTimeProvider
{
    private readonly Channel<TimeSpan> armed = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Waits until a timer is set to <paramref name="due"/>.</summary>
    public async Task ArmedAsync(TimeSpan due)
    {
        while (await armed.Reader.ReadAsync(TestContext.Current.CancellationToken) != due)
        {
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new TellingTimer(base.CreateTimer(callback, state, dueTime, period), armed.Writer);
        if (dueTime != Timeout.InfiniteTimeSpan)
            armed.Writer.TryWrite(dueTime);
        return timer;
    }

    private sealed class TellingTimer(ITimer inner, ChannelWriter<TimeSpan> armed) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            if (dueTime != Timeout.InfiniteTimeSpan)
                armed.TryWrite(dueTime);
            return changed;
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
