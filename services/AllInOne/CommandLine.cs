using System.CommandLine;
using System.Net;
using MedCloud.Hosting;

namespace MedCloud.AllInOne;

/// <summary>The options of the command line and what they mean.</summary>
internal sealed record CommandLineOptions
{
    /// <summary>Port of DICOMweb, JSON and health (HTTP/1.1); 0 takes a free one.</summary>
    public required int Http { get; init; }

    /// <summary>Port of gRPC (HTTP/2 without TLS); 0 takes a free one.</summary>
    public required int Grpc { get; init; }

    /// <summary>Port of DIMSE; 0 takes a free one.</summary>
    public required int Dimse { get; init; }

    /// <summary>The address that all doors listen on.</summary>
    public required IPAddress Bind { get; init; }

    /// <summary>Where images and databases are kept; one process at a time.</summary>
    public required string Data { get; init; }

    /// <summary>The model repository.</summary>
    public required string Models { get; init; }

    /// <summary>Whether to send the sample studies through the DIMSE door after the start.</summary>
    public required bool Demo { get; init; }
}

/// <summary>Reads the command line and turns every way to end into the documented exit code.</summary>
internal static class CommandLine
{
    public static Task<int> RunAsync(string[] args)
    {
        var http = Port("--http", 8080, "Port of DICOMweb, JSON and health");
        var grpc = Port("--grpc", 8081, "Port of gRPC (HTTP/2 without TLS)");
        var dimse = Port("--dimse", 11112, "Port of DIMSE (C-STORE, C-ECHO); AE title MEDCLOUD");
        var bind = new Option<IPAddress>("--bind")
        {
            Description = "Address that the doors listen on; beyond loopback MedCloud__Security__* and MedCloud__Dimse__Calling* must say who may call",
            DefaultValueFactory = _ => IPAddress.Loopback,
            CustomParser = result =>
            {
                if (IPAddress.TryParse(result.Tokens[0].Value, out var address))
                    return address;
                result.AddError($"--bind: '{result.Tokens[0].Value}' is not an IP address (e.g. 127.0.0.1).");
                return IPAddress.None;
            },
        };
        var data = new Option<string>("--data")
        {
            Description = "Folder of images and databases",
            DefaultValueFactory = _ => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "medcloud"),
        };
        var models = new Option<string>("--models")
        {
            Description = "Model repository",
            DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "models"),
        };
        var demo = new Option<bool>("--demo") { Description = "Send the sample studies through the DIMSE door and print what was found" };

        var root = new RootCommand("MedCloud in one process: DICOM in, findings out. Not a medical device; for research use only.")
        {
            http, grpc, dimse, bind, data, models, demo,
        };
        root.SetAction((parsed, cancellationToken) => AllInOneHost.RunAsync(
            new CommandLineOptions
            {
                Http = parsed.GetValue(http),
                Grpc = parsed.GetValue(grpc),
                Dimse = parsed.GetValue(dimse),
                Bind = parsed.GetValue(bind) ?? IPAddress.Loopback,
                Data = Path.GetFullPath(parsed.GetRequiredValue(data)),
                Models = Path.GetFullPath(parsed.GetRequiredValue(models)),
                Demo = parsed.GetValue(demo),
            },
            cancellationToken));

        var result = root.Parse(args);
        if (result.Errors.Count == 0)
            // The host handles the signals itself: it drains before it ends.
            return result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        foreach (var error in result.Errors)
            Console.Error.WriteLine(error.Message);
        Console.Error.WriteLine("Use --help for the options.");
        return Task.FromResult(ProcessEnd.WrongSettings);
    }

    private static Option<int> Port(string name, int standard, string description)
    {
        var option = new Option<int>(name)
        {
            Description = $"{description}; 0 takes a free one",
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, out var port) && port is >= 0 and <= IPEndPoint.MaxPort)
                    return port;
                result.AddError($"{name}: '{result.Tokens[0].Value}' is not a port from 0 to {IPEndPoint.MaxPort}.");
                return standard;
            },
        };
        return option;
    }
}
