using MedCloud.Services.Tests.Security;
using MedCloud.Tests;
using SkiaSharp;

namespace MedCloud.Services.Tests.Medctl;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("PATH: '/nowhere' does not exist.", "send", "/nowhere")]
    [InlineData("send", "send")]
    [InlineData("CT", "send", ".", "--modality", "CT")]
    [InlineData("--url: 'medcloud' is not the address of an HTTP door (e.g. http://127.0.0.1:8080).", "study", "1.2", "--url", "medcloud")]
    [InlineData("--url: 'ftp://a' is not the address", "study", "1.2", "--url", "ftp://a")]
    [InlineData("--colour", "study", "1.2", "--colour")]
    [InlineData("FOLDER: '/nowhere' is not a folder.", "evaluate", "/nowhere")]
    [InlineData("evaluate", "evaluate")]
    [InlineData("Required command was not provided", "models")]
    public async Task AWrongCommandLineIsNamedAndTheCodeIs2(string fault, params string[] arguments)
    {
        var run = await MedctlRun.OfAsync(arguments);

        Assert.Equal(2, run.Code);
        Assert.Contains(run.Errors, line => line.Contains(fault, StringComparison.Ordinal));
        Assert.Equal("Use --help for the commands and options.", run.Errors.Last());
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("study", "1.2.3")]
    [InlineData("send", "PICTURE")]
    public async Task AMedCloudThatDoesNotAnswerIsNamedAndTheCodeIs1(string command, string argument)
    {
        var picture = MedctlRun.Picture(Path.Combine(folder.Path, "picture.png"), SKEncodedImageFormat.Png);
        var port = TestServer.FreePorts(1)[0];

        var run = await MedctlRun.OfAsync(command, argument.Replace("PICTURE", picture), "--url", $"http://127.0.0.1:{port}");

        Assert.Equal(1, run.Code);
        Assert.Contains(run.Errors, line => line.StartsWith("MedCloud ", StringComparison.Ordinal) && line.Contains($"{port}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "has neither labels.csv nor test.json")]
    [InlineData("labels.csv:file,label,source\n", "has no column \"subtype\"")]
    [InlineData("labels.csv:file,label,subtype,source,split\na.png,normal,normal,x,train\n", "has no image of the split \"test\"")]
    [InlineData("test.json:{}", "is not in COCO's form")]
    [InlineData("test.json:{\"categories\":[],\"annotations\":[],\"images\":[]}", "has no image")]
    [InlineData("test.json:{\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":[],\"images\":[{\"id\":1,\"width\":1,\"height\":1,\"file_name\":\"a\"}]}", "has neither the category")]
    public async Task AFolderThatIsNotLaidOutAsItShouldBeIsNamed(string file, string fault)
    {
        if (file.Split(':', 2) is [var name, var content])
            await File.WriteAllTextAsync(Path.Combine(folder.Path, name), content, TestContext.Current.CancellationToken);

        var run = await MedctlRun.OfAsync("evaluate", folder.Path);

        Assert.Equal(1, run.Code);
        Assert.Contains(fault, Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheModelsThatShipAreComplete()
    {
        var run = await MedctlRun.OfAsync("models", "validate");

        Assert.Equal(0, run.Code);
        Assert.Equal(["blood-cells", "cxr-lungs", "cxr-pneumonia"], run.Output.Select(line => line.Split(' ')[0]));
        Assert.All(run.Output, line => Assert.Contains(": complete, sha256:", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatIsWrongWithModelPackagesIsNamed()
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "models");
        foreach (var file in Directory.GetFiles(shipped, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder.Path, Path.GetRelativePath(shipped, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        string Of(params string[] parts) => Path.Combine([folder.Path, .. parts]);
        File.Delete(Of("blood-cells", "1.0.0", "manifest.json"));
        var card = await File.ReadAllTextAsync(Of("cxr-lungs", "1.1.0", "card.md"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Of("cxr-lungs", "1.1.0", "card.md"), card.Replace("## Limits", "## Bounds", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(Of("cxr-pneumonia", "1.1.0", "model.onnx"), "!", TestContext.Current.CancellationToken);

        var run = await MedctlRun.OfAsync("models", "validate", folder.Path);

        Assert.Equal(1, run.Code);
        Assert.Collection(
            run.Output,
            line => Assert.StartsWith("blood-cells/1.0.0/manifest.json: is missing; ", line, StringComparison.Ordinal),
            line => Assert.StartsWith("cxr-lungs/1.1.0/card.md: \"## Limits\" is missing; ", line, StringComparison.Ordinal),
            line => Assert.Matches("^cxr-pneumonia/1.1.0/manifest.json: sha256 is [0-9a-f]{64}, but model.onnx is [0-9a-f]{64}; ", line));
    }

    public void Dispose() => folder.Dispose();
}

public sealed class TokenOptionTests(SecuredDoors doors) : IClassFixture<SecuredDoors>
{
    [Fact]
    public async Task ATokenFromTheEnvironmentOrTheOptionOpensThePortalsDoors()
    {
        using var folder = new TemporaryFolder();
        var picture = MedctlRun.Picture(Path.Combine(folder.Path, "picture.png"), SKEncodedImageFormat.Png);
        var integrator = await doors.TokenAsync("integrator");

        Assert.Equal(0, (await MedctlRun.WithTokenAsync(integrator, "send", picture, "--url", doors.PortalUrl)).Code);
        Assert.Equal(0, (await MedctlRun.OfAsync("send", picture, "--url", doors.PortalUrl, "--token", integrator)).Code);
        var study = await MedctlRun.WithTokenAsync(integrator, "study", "1.2.3", "--url", doors.PortalUrl);
        Assert.Equal(["MedCloud has no study 1.2.3."], study.Errors);
    }

    [Fact]
    public async Task WithoutATokenOrTheRoleTheReasonIsPrinted()
    {
        using var folder = new TemporaryFolder();
        var picture = MedctlRun.Picture(Path.Combine(folder.Path, "picture.png"), SKEncodedImageFormat.Png);

        var none = await MedctlRun.OfAsync("send", picture, "--url", doors.PortalUrl);
        var reader = await MedctlRun.WithTokenAsync(await doors.TokenAsync("reader"), "send", picture, "--url", doors.PortalUrl);
        var study = await MedctlRun.OfAsync("study", "1.2.3", "--url", doors.PortalUrl);

        Assert.Equal([1, 1, 1], new[] { none.Code, reader.Code, study.Code });
        Assert.Contains(none.Output, line => line.EndsWith("HTTP 401: An access token is missing; send it as Authorization: Bearer TOKEN.", StringComparison.Ordinal));
        Assert.Contains(reader.Output, line => line.EndsWith("HTTP 403: The access token has none of the roles that may do this: integrator.", StringComparison.Ordinal));
        Assert.StartsWith("MedCloud answers Unauthenticated: ", Assert.Single(study.Errors), StringComparison.Ordinal);
    }
}
