using CsCheck;
using MedCloud.Dicom;
using MedCloud.Storage;

namespace MedCloud.Services.Tests.Storage;

public sealed class BlobKeyTests
{
    private const string Uuid = "019ab0e4-0000-7000-8000-000000000000";

    [Fact]
    public void For_ValidParts_SpellsTenantStudySeriesInstanceAndUuid()
    {
        var key = BlobKey.For("default", Uid.Parse("1.2"), Uid.Parse("1.3"), Uid.Parse("1.4"), Guid.Parse(Uuid));

        Assert.Equal($"default/1.2/1.3/1.4/{Uuid}.dcm", key.Value);
        Assert.True(BlobKey.TryParse(key.Value, out var parsed));
        Assert.Equal(key, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("Default")]
    [InlineData(".incoming")]
    public void For_TenantOutsideItsAlphabet_Throws(string tenant) =>
        Assert.Throws<ArgumentException>(() => BlobKey.For(tenant, Uid.Parse("1.2"), Uid.Parse("1.3"), Uid.Parse("1.4"), Guid.Parse(Uuid)));

    [Fact]
    public void For_DefaultUid_Throws() =>
        Assert.Throws<ArgumentException>(() => BlobKey.For("default", default, Uid.Parse("1.3"), Uid.Parse("1.4"), Guid.Parse(Uuid)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("default/1.2/1.3/" + Uuid + ".dcm")]
    [InlineData("default/../1.3/1.4/" + Uuid + ".dcm")]
    [InlineData("default/./1.3/1.4/" + Uuid + ".dcm")]
    [InlineData("default/1..2/1.3/1.4/" + Uuid + ".dcm")]
    [InlineData("default/1.2/1.3/1.4/" + Uuid + ".txt")]
    [InlineData("default/1.2/1.3/1.4/" + Uuid + ".dcm\n")]
    [InlineData("/default/1.2/1.3/1.4/" + Uuid + ".dcm")]
    [InlineData("default/1.2/1.3/1.4/../" + Uuid + ".dcm")]
    [InlineData("default\\1.2\\1.3\\1.4\\" + Uuid + ".dcm")]
    [InlineData("default/11111111111111111111111111111111111111111111111111111111111111111/1.3/1.4/" + Uuid + ".dcm")]
    public void TryParse_AnotherForm_IsFalse(string? text) => Assert.False(BlobKey.TryParse(text, out _));

    [Fact]
    public void TryParse_AnyText_NeverLeavesTheRoot() =>
        Gen.Char["0123456789./\\ab-dcm\n"].Array[0, 120].Select(characters => new string(characters)).Sample(text =>
        {
            var path = Path.GetFullPath(Path.Combine("/root/store", BlobKey.TryParse(text, out var key) ? key.Value : $"default/1/1/1/{Uuid}.dcm"));
            return path.StartsWith("/root/store/", StringComparison.Ordinal);
        });
}
