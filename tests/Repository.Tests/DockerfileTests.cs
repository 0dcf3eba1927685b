using MedCloud.Tests;

namespace MedCloud.Repository.Tests;

/// <summary>The Dockerfiles, as two linters see them, which tests/run installs. Their images are built for ComposeRunTests.</summary>
public sealed class DockerfileTests
{
    public static TheoryData<string> Dockerfiles => new(Checkout.Files.Where(file => file.EndsWith("Dockerfile", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void LintersFindNothing(string file)
    {
        foreach (var (exitCode, output) in Lint(file))
            Assert.True(exitCode == 0, output);
    }

    [Fact]
    public void ABadDockerfileIsFound()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "Dockerfile");
        File.WriteAllText(file, "FROM debian:latest\nCOPPY . .\nRUN sudo apt-get install curl\nCMD [\"one\"]\nCMD [\"two\"]\n");
        foreach (var (exitCode, output) in Lint(file))
            Assert.True(exitCode != 0, output);
    }

    private static (int ExitCode, string Output)[] Lint(string file) => [Tool.Node("dockerfilelint", "", file), Tool.Node("dockerfile-utils", "", "lint", file)];
}
