using System.Reflection;
using MedCloud.Tests;
using Xunit.v3;

[assembly: RunningTests]

namespace MedCloud.Tests;

/// <summary>Keeps a file for each test that runs, in <c>artifacts/running</c>: where the tests do not end, <c>tests/run</c> names those that hang.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class RunningTestsAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var file = FileOf(test);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"{DateTime.UtcNow:HH:mm:ss} {test.TestDisplayName}\n");
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test) => File.Delete(FileOf(test));

    private static string FileOf(IXunitTest test) => Path.Combine(SharedData.Repository, "artifacts", "running", test.UniqueID);
}
