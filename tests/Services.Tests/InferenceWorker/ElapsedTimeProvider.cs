namespace MedCloud.Services.Tests.InferenceWorker;

/// <summary>A clock on which one span of time has always passed.</summary>
internal sealed class ElapsedTimeProvider(TimeSpan elapsed) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == elapsed)
            callback(state);
        return base.CreateTimer(callback, state, dueTime == elapsed ? Timeout.InfiniteTimeSpan : dueTime, period);
    }
}
