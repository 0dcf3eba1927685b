namespace MedCloud.Dicom.Tests;

/// <summary>The examples of PS3.5 annexes H to K, and what the standard says between them. In the bytes, {ESC} is the escape byte and {hex} are codes.</summary>
public sealed class CharacterSetTests
{
    [Theory]
    // H.3.1: JIS X 0208 in G0 by ESC 02/04 04/02, ASCII back by ESC 02/08 04/02 before each delimiter
    [InlineData("\\ISO 2022 IR 87", "Yamada^Tarou={ESC}$B;3ED{ESC}(B^{ESC}$BB@O:{ESC}(B={ESC}$B$d$^$@{ESC}(B^{ESC}$B$?$m$&{ESC}(B", "Yamada^Tarou=山田^太郎=やまだ^たろう")]
    // H.3.2: katakana of JIS X 0201 in G1 from the beginning, its romaji back by ESC 02/08 04/10
    [InlineData("ISO 2022 IR 13\\ISO 2022 IR 87", "{D4CFC0DE}^{C0DBB3}={ESC}$B;3ED{ESC}(J^{ESC}$BB@O:{ESC}(J={ESC}$B$d$^$@{ESC}(J^{ESC}$B$?$m$&{ESC}(J", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう")]
    // I.2: KS X 1001 in G1 by ESC 02/04 02/09 04/03, again after each delimiter
    [InlineData("\\ISO 2022 IR 149", "Hong^Gildong={ESC}$)C{FBF3}^{ESC}$)C{D1CED4D7}={ESC}$)C{C8AB}^{ESC}$)C{B1E6B5BF}", "Hong^Gildong=洪^吉洞=홍^길동")]
    // J.1: UTF-8
    [InlineData("ISO_IR 192", "Wang^XiaoDong={E78E8B}^{E5B08FE69DB1}=", "Wang^XiaoDong=王^小東=")]
    // J.2: GB18030
    [InlineData("GB18030", "Wang^XiaoDong={CDF5}^{D0A1B6AB}=", "Wang^XiaoDong=王^小东=")]
    // K.2: GB 2312 in G1 by ESC 02/04 02/09 04/01, again after each delimiter
    [InlineData("\\ISO 2022 IR 58", "Zhang^XiaoDong={ESC}$)A{D5C5}^{ESC}$)A{D0A1B6AB}=", "Zhang^XiaoDong=张^小东=")]
    public void PersonName_OfTheStandardsExamples_IsRead(string characterSet, string coded, string expected) =>
        Assert.Equal(expected, Read(characterSet, Vr.PN, coded));

    [Theory]
    // I.3: G1 is lost at the end of each line
    [InlineData("\\ISO 2022 IR 149", "{ESC}$)CThe {B1E6B5BF}.\r\n{ESC}$)C{B1E6}, {B5BF}", "The 길동.\r\n길, 동")]
    // K.3: a line in G1, and one without
    [InlineData("\\ISO 2022 IR 58", "1. {ESC}$)A{B5DAD2BBD0D0CEC4D7D6A1A3}\r\n2. A", "1. 第一行文字。\r\n2. A")]
    [InlineData("\\ISO 2022 IR 159", "{ESC}$(D0!0\"{ESC}(B.", "丂丄.")]
    public void Text_OfSeveralLines_ComesBackToTheFirstCharacterSetAtEachLine(string characterSet, string coded, string expected) =>
        Assert.Equal(expected, Read(characterSet, Vr.LT, coded));

    [Theory]
    // the same bytes D1CE: Korean before the delimiter, Latin-1 behind it
    [InlineData(Vr.PN, "{ESC}$)C{D1CE}^{D1CE}={D1CE}", "吉^ÑÎ=ÑÎ")]
    [InlineData(Vr.LO, "{ESC}$)C{D1CE}^{D1CE}={D1CE}", "吉^吉=吉")]
    [InlineData(Vr.LT, "{ESC}$)C{D1CE}\\{D1CE}\t{D1CE}", "吉\\吉\tÑÎ")]
    public void ADelimiter_DependsOnTheVr(Vr vr, string coded, string expected) => Assert.Equal(expected, Read("ISO 2022 IR 100\\ISO 2022 IR 149", vr, coded));

    [Fact]
    public void ABackslashSeparatesValues_AndIsNoneAsHalfOfACharacter()
    {
        // 5C, the backslash, is also the second byte of 81 5C in GBK and GB18030, and of 25 5C in JIS X 0208
        Assert.Equal(["乗", "乗b"], Values("GBK", "{815C}\\{815C}b"));
        Assert.Equal(["乗", "乗b"], Values("GB18030", "{815C}\\{815C}b"));
        Assert.Equal(["ボ", "ÑÎ"], Values("\\ISO 2022 IR 87", "{ESC}$B%\\{ESC}(B\\{D1CE}"));
        Assert.Equal(["吉", "ÑÎ"], Values("\\ISO 2022 IR 149", "{ESC}$)C{D1CE}\\{D1CE}"));
    }

    [Theory]
    [InlineData("ISO_IR 101", "{A3}", "Ł")]
    [InlineData("ISO_IR 109", "{A1}", "Ħ")]
    [InlineData("ISO_IR 110", "{A2}", "ĸ")]
    [InlineData("ISO_IR 144", "{BBEEDA}", "Люк")]
    [InlineData("ISO_IR 127", "{E2C8}", "قب")]
    [InlineData("ISO_IR 126", "{C4E9}", "Δι")]
    [InlineData("ISO_IR 138", "{F9F8}", "שר")]
    [InlineData("ISO_IR 148", "{DDFD}", "İı")]
    [InlineData("ISO_IR 13", "{D4CF}", "ﾔﾏ")]
    [InlineData("ISO_IR 166", "{A1D2}", "กา")]
    [InlineData("ISO_IR 203", "{A4BD}", "€œ")]
    [InlineData("ISO 2022 IR 144", "{BBEEDA}", "Люк")]
    [InlineData("ISO-IR 144", "{BBEEDA}", "Люк")]
    [InlineData("ISO IR 144 ", "{BBEEDA}", "Люк")]
    [InlineData("ISO 2022 IR 6\\ISO 2022 IR 144\\ISO 2022 IR 126", "{ESC}-L{BB}{ESC}-F{C4}{ESC}-A{C4}", "ЛΔÄ")]
    public void OneByteSets_AreReadByTheirDefinedTermOrTheirEscapeSequence(string characterSet, string coded, string expected) =>
        Assert.Equal(expected, Read(characterSet, Vr.SH, coded));

    [Theory]
    [InlineData("ISO_IR 999", "{C4}", "?")]
    [InlineData("ISO_IR", "{C4}", "?")]
    [InlineData("ISO 2022 IR 87", "{C4}a", "?a")]
    [InlineData("ISO 2022 IR 87", "{ESC}%B;3", "?%B;3")]
    [InlineData("ISO 2022 IR 87", "{ESC}$B;3E{ESC}(Ba", "山?a")]
    [InlineData("ISO 2022 IR 87", "{ESC}$B;3E", "山?")]
    [InlineData("ISO 2022 IR 87", "{ESC}$B)!", "?")]
    [InlineData("ISO 2022 IR 149", "{D1}a{D1CE}{D1}", "?a吉?")]
    [InlineData("ISO 2022 IR 87", "{ESC}", "?")]
    public void WhatStandsForNoCharacter_IsShownAsAQuestionMark(string characterSet, string coded, string expected) =>
        Assert.Equal(expected, Read(characterSet, Vr.SH, coded));

    [Theory]
    [InlineData("ISO_IR 144", "Люк?", new byte[] { 0xBB, 0xEE, 0xDA, (byte)'?' })]
    [InlineData("ISO_IR 13", "ﾔa", new byte[] { 0xD4, (byte)'a' })]
    [InlineData("GB18030", "王", new byte[] { 0xCD, 0xF5 })]
    [InlineData("GBK", "王", new byte[] { 0xCD, 0xF5 })]
    [InlineData("ISO_IR 144", "山", null)]
    [InlineData("ISO_IR 166", "Ä", null)]
    [InlineData("GBK", "😀", null)]
    [InlineData("\\ISO 2022 IR 87", "山", null)]
    public void Set_Text_IsEncodedInTheFirstCharacterSetOrRefused(string characterSet, string text, byte[]? expected)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SpecificCharacterSet, characterSet);

        if (expected is null)
        {
            Assert.Throws<ArgumentException>(() => dataSet.Set(DicomTags.StudyDescription, text));
            return;
        }
        dataSet.Set(DicomTags.StudyDescription, text);
        Assert.True(dataSet.TryGet(DicomTags.StudyDescription, out var element));
        Assert.Equal(expected, element.Value.ToArray());
        Assert.Equal(text, dataSet.GetString(DicomTags.StudyDescription));
    }

    [Theory]
    [InlineData("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada^Tarou", "山田^太郎", "やまだ^たろう")]
    [InlineData("=山田^太郎", "", "山田^太郎", "")]
    [InlineData("Doe^Jane==", "Doe^Jane", "", "")]
    [InlineData("a=b=c=d", "a", "b", "c")]
    public void PersonName_HasThreeComponentGroups(string text, string alphabetic, string ideographic, string phonetic)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        dataSet.Set(DicomTags.PatientName, text);

        Assert.Equal(new PersonName(alphabetic, ideographic, phonetic), dataSet.GetPersonName(DicomTags.PatientName));
        Assert.Equal(text.Replace("=d", "", StringComparison.Ordinal).TrimEnd('='), dataSet.GetPersonName(DicomTags.PatientName)?.ToString());
        Assert.Null(new DataSet().GetPersonName(DicomTags.PatientName));
    }

    private static string? Read(string characterSet, Vr vr, string coded) => string.Join('\\', Values(characterSet, coded, vr));

    private static IReadOnlyList<string> Values(string characterSet, string coded, Vr vr = Vr.LO)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SpecificCharacterSet, characterSet);
        dataSet.Set(new DicomElement(DicomTags.StudyDescription, vr, Bytes(coded)));
        return dataSet.GetStrings(DicomTags.StudyDescription);
    }

    private static byte[] Bytes(string coded)
    {
        var bytes = new List<byte>();
        for (var index = 0; index < coded.Length; index++)
        {
            if (coded[index] != '{')
            {
                bytes.Add((byte)coded[index]);
                continue;
            }
            var end = coded.IndexOf('}', index);
            var hex = coded[(index + 1)..end];
            bytes.AddRange(hex == "ESC" ? [0x1B] : Convert.FromHexString(hex));
            index = end;
        }
        return [.. bytes];
    }
}
