namespace MedCloud.Dicom.Tests;

public sealed class UidTests
{
    [Theory]
    [InlineData("1.2.840.10008.1.1", "1.2.840.10008.1.1")]
    [InlineData("1.2.3\0", "1.2.3")]
    [InlineData("1.2.3 ", "1.2.3")]
    [InlineData("1.02.3", "1.02.3")]
    [InlineData("2", "2")]
    public void TryParse_DigitsAndDots_GivesTheValueWithoutPadding(string text, string value)
    {
        Assert.True(Uid.TryParse(text, out var uid));
        Assert.Equal(value, uid.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData(".1.2")]
    [InlineData("1.2.")]
    [InlineData("1..2")]
    [InlineData("..")]
    [InlineData("1.2/3")]
    [InlineData("1.2.a")]
    [InlineData(" 1.2")]
    [InlineData("1.2\n")]
    [InlineData("1.٣")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(Uid.TryParse(text, out _));

    [Fact]
    public void TryParse_SixtyFiveCharacters_IsRefused()
    {
        Assert.True(Uid.TryParse(new string('1', 64), out _));
        Assert.False(Uid.TryParse(new string('1', 65), out _));
    }

    [Fact]
    public void Default_HasAnEmptyValueAndEqualsItself()
    {
        Assert.Equal("", default(Uid).Value);
        Assert.Equal(default, default(Uid));
        Assert.NotEqual(default, Uid.Parse("1.2"));
    }
}
