using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace MedCloud.Hosting;

/// <summary>Turns every way to end into the documented exit code, and says on stderr what was wrong.</summary>
public static class ProcessEnd
{
    /// <summary>The process ended because it was asked to.</summary>
    public const int Ok = 0;

    /// <summary>Something unforeseen.</summary>
    public const int Failed = 1;

    /// <summary>An option, a setting or a model is wrong.</summary>
    public const int WrongSettings = 2;

    /// <summary>A port or the data folder is in use.</summary>
    public const int InUse = 3;

    /// <summary>Runs the process' work and returns its exit code, or that of what it threw.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (OptionsValidationException exception)
        {
            return Refuse(WrongSettings, [.. exception.Failures]);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            return Refuse(WrongSettings, [.. exception.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)]);
        }
        catch (Exception exception) when (IsAddressInUse(exception))
        {
            return Refuse(InUse, exception.Message);
        }
        catch (Exception exception)
        {
            // The edge of the process: whatever it was, the operator reads it and the exit code says that it was not foreseen.
            return Refuse(Failed, exception.ToString());
        }
    }

    /// <summary>Says what is wrong, one line each, and returns <paramref name="exitCode"/>.</summary>
    public static int Refuse(int exitCode, params IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
            Console.Error.WriteLine(fault);
        return exitCode;
    }

    private static bool IsAddressInUse(Exception? exception) =>
        exception is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
        || (exception is not null && IsAddressInUse(exception.InnerException));
}
