using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Grpc.Core;
using MedCloud.Medctl.Evaluation;
using MedCloud.Medctl.Sending;

namespace MedCloud.Medctl;

/// <summary>The commands with their options, and the exit code of every way to end.</summary>
internal static class CommandLine
{
    /// <summary>All is well.</summary>
    public const int Ok = 0;

    /// <summary>Something was refused, is incomplete or failed; it is named.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; every fault is named.</summary>
    public const int WrongUse = 2;

    /// <summary>Where the token is looked for when no option gives it: command lines can be read by every user of a machine.</summary>
    private const string TokenVariable = "MEDCTL_TOKEN";

    public static Task<int> RunAsync(string[] args)
    {
        var url = new Option<Uri>("--url")
        {
            Description = "MedCloud's HTTP door: Portal's or AllInOne's",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:8080"),
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.PathAndQuery == "/")
                    return address;
                result.AddError($"--url: '{result.Tokens[0].Value}' is not the address of an HTTP door (e.g. http://127.0.0.1:8080).");
                return null;
            },
            Recursive = true,
        };
        var token = new Option<string?>("--token")
        {
            Description = $"Access token for doors that ask for one; better in the environment variable {TokenVariable}, since others can read command lines",
            Recursive = true,
        };
        token.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !AuthenticationHeaderValue.TryParse($"Bearer {result.Tokens[0].Value}", out _))
                result.AddError("--token: this is not an access token.");
        });
        var root = new RootCommand("Sends images to MedCloud, reads what was found in them, and measures models through the running system. Not a medical device; for research use only.")
        {
            url, token, Send(), Study(), Models(), Evaluate(),
        };

        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return EndAsync(parsed);
        foreach (var error in parsed.Errors.DistinctBy(error => error.Message))
            Console.Error.WriteLine(error.Message);
        Console.Error.WriteLine("Use --help for the commands and options.");
        return Task.FromResult(WrongUse);

        Server Connect(ParseResult result) => new(result.GetRequiredValue(url), result.GetValue(token) ?? Environment.GetEnvironmentVariable(TokenVariable));

        Command Send()
        {
            var paths = new Argument<string[]>("PATH") { Description = "DICOM, PNG and JPEG files, and folders, which are searched at every depth", Arity = ArgumentArity.OneOrMore };
            paths.Validators.Add(result => result.Tokens.Where(path => !Path.Exists(path.Value)).ToList().ForEach(path => result.AddError($"PATH: '{path.Value}' does not exist.")));
            var modality = new Option<string>("--modality")
            {
                Description = "What PNG and JPEG images are wrapped as: DX a chest X-ray in grey; GM microscopy, SM slide microscopy or XC photography in colour",
                DefaultValueFactory = _ => ImageKind.Chest.Modality,
            };
            modality.AcceptOnlyFromAmong([.. ImageKind.All.Select(kind => kind.Modality)]);
            var stat = new Option<bool>("--stat") { Description = "As urgent: analysed before the others" };
            var command = new Command("send", "Store images by DICOMweb, and say what became of each. 0: all are stored; 1: some are not.") { paths, modality, stat };
            command.SetAction(async (result, cancellationToken) =>
            {
                using var server = Connect(result);
                return await SendCommand.RunAsync(
                    server, result.GetRequiredValue(paths), ImageKind.All.Single(kind => kind.Modality == result.GetValue(modality)), result.GetValue(stat), cancellationToken);
            });
            return command;
        }

        Command Study()
        {
            var uid = new Argument<string>("UID") { Description = "The Study Instance UID" };
            var wait = new Option<bool>("--wait") { Description = "Until the study is known and neither RECEIVING nor ANALYSING" };
            var command = new Command("study", "Print a study with its analyses: findings, or why there are none. 1: it is unknown, or an analysis has failed.") { uid, wait };
            command.SetAction(async (result, cancellationToken) =>
            {
                using var server = Connect(result);
                return await StudyCommand.RunAsync(server, result.GetRequiredValue(uid), result.GetValue(wait), cancellationToken);
            });
            return command;
        }

        Command Models()
        {
            var folder = new Argument<string>("FOLDER") { Description = "The model repository, with NAME/VERSION/manifest.json in it", DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "models") };
            var validate = new Command("validate", "Check model packages as MedCloud does before it loads them. 1: something is wrong or missing; it is named, with what to do.") { folder };
            validate.SetAction(result => ModelsCommand.Validate(result.GetRequiredValue(folder)));
            return new Command("models", "Look at model packages.") { validate };
        }

        Command Evaluate()
        {
            var folder = new Argument<string>("FOLDER") { Description = "Labelled images: labels.csv (pneumonia), or SPLIT.json in COCO's form (lungs, blood cells); JPEG, PNG or DICOM" };
            folder.Validators.Add(result =>
            {
                if (result.Tokens is [var named] && !Directory.Exists(named.Value))
                    result.AddError($"FOLDER: '{named.Value}' is not a folder.");
            });
            var split = new Option<string>("--split") { Description = "Which part of the images", DefaultValueFactory = _ => "test" };
            var command = new Command("evaluate", "Have labelled images analysed, and print how right the findings are. 1: an image has no result; it is named and left out.") { folder, split };
            command.SetAction(async (result, cancellationToken) =>
            {
                using var server = Connect(result);
                return await EvaluateCommand.RunAsync(server, result.GetRequiredValue(folder), result.GetRequiredValue(split), cancellationToken);
            });
            return command;
        }
    }

    private static async Task<int> EndAsync(ParseResult parsed)
    {
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (HttpRequestException exception)
        {
            return Fail($"MedCloud does not answer: {exception.Message}");
        }
        catch (RpcException exception)
        {
            return Fail($"MedCloud answers {exception.StatusCode}: {exception.Status.Detail}");
        }
        catch (JsonException exception)
        {
            return Fail($"The answer is not MedCloud's: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Fail(exception.Message);
        }
    }

    private static int Fail(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return Failed;
    }
}
