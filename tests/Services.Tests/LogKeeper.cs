using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MedCloud.Services.Tests;

/// <summary>Keeps every log line from a level on.</summary>
internal sealed class LogKeeper(ConcurrentQueue<string> lines, LogLevel from) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= from;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue($"{logLevel} {eventId.Id} {eventId.Name} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
