namespace MedCloud.ModelCatalogue;

/// <summary>One thing that keeps a model from being loaded.</summary>
/// <param name="File">The file, relative to the models' folder.</param>
/// <param name="Member">The member of the JSON or the heading of the card, empty where the whole file is meant.</param>
/// <param name="Problem">What is wrong, to be read after the member.</param>
/// <param name="Remedy">What to do.</param>
public sealed record ModelFault(string File, string Member, string Problem, string Remedy)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => Member.Length == 0 ? $"{File}: {Problem}; {Remedy}" : $"{File}: {Member} {Problem}; {Remedy}";
}
