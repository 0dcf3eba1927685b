using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>Every cell of PS3.8 Table 9-10, told the other way round: which states each event starts which action in, as the standard's tables of actions read.</summary>
public sealed class StateTableTests
{
    private static readonly (string Event, string States, string Action)[] Standard =
    [
        ("1", "1", "AE-1"),
        ("2", "4", "AE-2"),
        ("3", "5", "AE-3"),
        ("4", "5", "AE-4"),
        ("5", "1", "AE-5"),
        ("6", "2", "AE-6"),
        ("7", "3", "AE-7"),
        ("8", "3", "AE-8"),
        ("9", "6", "DT-1"),
        ("10", "6", "DT-2"),
        ("11", "6", "AR-1"),
        ("12", "6", "AR-2"),
        ("13", "7 11", "AR-3"),
        ("14", "8 12", "AR-4"),
        ("17", "13", "AR-5"),
        ("10", "7", "AR-6"),
        ("9", "8", "AR-7"),
        ("12", "7", "AR-8"),
        ("14", "9", "AR-9"),
        ("13", "10", "AR-10"),
        ("3 4 10 12 13 19", "2", "AA-1"),
        ("15", "3 5 6 7 8 9 10 11 12", "AA-1"),
        ("15", "4", "AA-2"),
        ("16 18", "2 13", "AA-2"),
        ("16", "3 5 6 7 8 9 10 11 12", "AA-3"),
        ("17", "3 4 5 6 7 8 9 10 11 12", "AA-4"),
        ("17", "2", "AA-5"),
        ("3 4 10 12 13", "13", "AA-6"),
        ("6 19", "13", "AA-7"),
        ("3 4", "3 6 7 8 9 10 11 12", "AA-8"),
        ("6 19", "3 5 6 7 8 9 10 11 12", "AA-8"),
        ("10", "3 5 8 9 10 11 12", "AA-8"),
        ("12", "3 5 8 9 10 11 12", "AA-8"),
        ("13", "3 5 6 8 9 12", "AA-8"),
    ];

    [Fact]
    public void EveryCellIsTheStandards()
    {
        var expected = (
            from row in Standard
            from @event in row.Event.Split(' ')
            from state in row.States.Split(' ')
            select (Cell: $"Evt{@event} Sta{state}", row.Action)).ToDictionary(cell => cell.Cell, cell => cell.Action);

        foreach (var @event in Enum.GetValues<UpperLayerEvent>())
        {
            foreach (var state in Enum.GetValues<UpperLayerState>())
            {
                var action = StateTable.ActionFor(@event, state).ToString();
                Assert.Equal((@event, state, expected.GetValueOrDefault($"{@event} {state}", "None").Replace("-", "")), (@event, state, action));
            }
        }
    }

    [Fact]
    public void TheTableHasAsManyCellsAsTheStandard() =>
        Assert.Equal(Standard.Sum(row => row.Event.Split(' ').Length * row.States.Split(' ').Length),
            (from @event in Enum.GetValues<UpperLayerEvent>() from state in Enum.GetValues<UpperLayerState>() where StateTable.ActionFor(@event, state) != UpperLayerAction.None select 1).Count());
}
