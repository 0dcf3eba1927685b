using System.Collections;

namespace MedCloud.Dicom.Network;

/// <summary>A presentation context that both sides agreed on.</summary>
/// <param name="Id">Odd, 1 to 255.</param>
/// <param name="AbstractSyntax">The SOP class.</param>
/// <param name="TransferSyntax">How its data sets are encoded.</param>
public sealed record AcceptedContext(byte Id, Uid AbstractSyntax, TransferSyntax TransferSyntax);

/// <summary>The presentation contexts of an association that were accepted.</summary>
internal sealed class AcceptedContexts : IReadOnlyCollection<AcceptedContext>
{
    private readonly Dictionary<byte, AcceptedContext> contexts = [];

    /// <summary>Pairs proposals with answers. Answers that were not asked for, or that name a transfer syntax that was not proposed, accept nothing.</summary>
    public AcceptedContexts(IReadOnlyList<RequestedContext> requested, IReadOnlyList<AnsweredContext> answered)
    {
        var proposals = requested.ToDictionary(context => context.Id);
        foreach (var answer in answered)
        {
            if (answer.Result == ContextResult.Acceptance
                && proposals.TryGetValue(answer.Id, out var proposal)
                && proposal.TransferSyntaxes.Contains(answer.TransferSyntax)
                && TransferSyntax.Find(answer.TransferSyntax) is { } syntax
                && Uid.TryParse(proposal.AbstractSyntax, out var abstractSyntax))
                contexts.Add(answer.Id, new AcceptedContext(answer.Id, abstractSyntax, syntax));
        }
    }

    public int Count => contexts.Count;

    public AcceptedContext? Find(byte id) => contexts.GetValueOrDefault(id);

    public bool HasAbstractSyntax(string uid) => contexts.Values.Any(context => context.AbstractSyntax.Value == uid);

    public IEnumerator<AcceptedContext> GetEnumerator() => contexts.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
