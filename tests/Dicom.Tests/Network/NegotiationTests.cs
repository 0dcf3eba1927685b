using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

public sealed class NegotiationTests
{
    private const string Ct = "1.2.840.10008.5.1.4.1.1.2";

    private static readonly AcceptancePolicy Policy = new(AeTitle.Parse("MEDCLOUD"), new HashSet<AeTitle>());

    [Fact]
    public void EveryStorageClassInEveryTransferSyntaxIsAccepted()
    {
        Assert.True(SopClasses.Storage.Count > 100);
        Assert.True(TransferSyntax.All.Count > 20);
        foreach (var sopClass in SopClasses.Storage)
        {
            foreach (var syntax in TransferSyntax.All)
            {
                var accepted = Accepted(ARequest(new RequestedContext(1, sopClass.Value, [syntax.Uid.Value])));

                Assert.Equal([new AcceptedContext(1, sopClass, syntax)], accepted.Contexts);
            }
        }
    }

    [Fact]
    public void InEachContextTheFirstKnownTransferSyntaxIsTaken()
    {
        var accepted = Accepted(ARequest(
            new RequestedContext(1, Ct, ["1.2.3.4", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2"]),
            new RequestedContext(3, Ct, ["1.2.840.10008.1.2", "1.2.840.10008.1.2.4.91"]),
            new RequestedContext(255, "1.2.840.10008.1.1", ["1.2.840.10008.1.2"])));

        Assert.Equal(
            [
                new AnsweredContext(1, ContextResult.Acceptance, "1.2.840.10008.1.2.4.91"),
                new AnsweredContext(3, ContextResult.Acceptance, "1.2.840.10008.1.2"),
                new AnsweredContext(255, ContextResult.Acceptance, "1.2.840.10008.1.2"),
            ],
            accepted.Answer.Contexts);
    }

    [Fact]
    public void WhatIsNotKnownIsRefusedContextByContext()
    {
        var accepted = Accepted(ARequest(
            new RequestedContext(1, "1.2.840.10008.5.1.4.1.2.2.1", ["1.2.840.10008.1.2"]), // Study Root Query/Retrieve FIND
            new RequestedContext(3, Ct, ["1.2.3.4"]),
            new RequestedContext(5, Ct, []),
            new RequestedContext(7, "", ["1.2.840.10008.1.2"])));

        Assert.Equal(
            [
                (1, ContextResult.AbstractSyntaxNotSupported),
                (3, ContextResult.TransferSyntaxesNotSupported),
                (5, ContextResult.TransferSyntaxesNotSupported),
                (7, ContextResult.AbstractSyntaxNotSupported),
            ],
            accepted.Answer.Contexts.Select(context => ((int)context.Id, context.Result)));
        Assert.Empty(accepted.Contexts);
    }

    [Fact]
    public void TheAnswerKeepsToTheRulesOfUserInformation()
    {
        var request = ARequest(new RequestedContext(1, Ct, ["1.2.840.10008.1.2"])) with
        {
            UserInformation = new UserInformation(16384, "1.2.3")
            {
                AsynchronousOperations = new(8, 8),
                Roles = [new RoleSelection(Ct, true, true), new RoleSelection("1.2.840.10008.5.1.4.1.1.4", true, true)],
                ExtendedNegotiations = [Ct],
                UserIdentitySent = true,
            },
        };

        var accepted = Accepted(request);

        Assert.Equal(131072u, accepted.Answer.UserInformation.MaximumLength);
        Assert.Equal(new AsynchronousOperations(1, 1), accepted.Answer.UserInformation.AsynchronousOperations);
        Assert.Equal([new RoleSelection(Ct, true, false)], accepted.Answer.UserInformation.Roles);
        Assert.Empty(accepted.Answer.UserInformation.ExtendedNegotiations);
        Assert.Equal(request.Echo, accepted.Answer.Echo);
        Assert.Equal(16384, accepted.MaxDataLength);
        Assert.Equal("CALLER", accepted.Calling.Value);
    }

    [Theory]
    [InlineData(0u, 131072)]
    [InlineData(8u, 8)]
    [InlineData(131072u, 131072)]
    [InlineData(uint.MaxValue, 131072)]
    public void ThePeersMaximumIsKeptAndOursToo(uint announced, int used) =>
        Assert.Equal(used, Negotiation.MaxDataLength(new UserInformation(announced, "1.2")));

    [Fact]
    public void NoWindowIsAnsweredWhereNoneIsProposed() =>
        Assert.Null(Accepted(ARequest(new RequestedContext(1, Ct, ["1.2.840.10008.1.2"]))).Answer.UserInformation.AsynchronousOperations);

    [Fact]
    public void RejectionsHaveTheStandardsNumbers()
    {
        var request = ARequest(new RequestedContext(1, Ct, ["1.2.840.10008.1.2"]));
        var closed = Policy with { CallingAeTitles = new HashSet<AeTitle> { AeTitle.Parse("CALLER"), AeTitle.Parse("OTHER") } };

        Assert.Equal((1, 1, 7), Rejected(request with { CalledAeTitle = "SOMEBODY" }, Policy));
        Assert.Equal((1, 1, 7), Rejected(request with { CalledAeTitle = "medcloud" }, Policy));
        Assert.Equal((1, 1, 3), Rejected(request with { CallingAeTitle = "STRANGER" }, closed));
        Assert.Equal((1, 1, 3), Rejected(request with { CallingAeTitle = "" }, Policy));
        Assert.Equal((1, 1, 2), Rejected(request with { ApplicationContext = "1.2.840.10008.3.1.1.2" }, Policy));
        Assert.Equal((1, 1, 2), Rejected(request with { ApplicationContext = "" }, Policy));
        Assert.Equal((1, 2, 2), Rejected(request with { ProtocolVersion = 2 }, Policy));
        Assert.Equal((2, 3, 2), Rejected(request, Policy with { LimitReached = true }));
        Assert.IsType<Negotiated.Accepted>(Negotiation.Accept(request, closed));
        Assert.IsType<Negotiated.Accepted>(Negotiation.Accept(request with { ProtocolVersion = 3 }, Policy));
    }

    [Fact]
    public void AnAnswerThatWasNotAskedForAcceptsNothing()
    {
        var contexts = new AcceptedContexts(
            [new RequestedContext(1, Ct, ["1.2.840.10008.1.2"]), new RequestedContext(3, Ct, ["1.2.840.10008.1.2.1"])],
            [
                new AnsweredContext(1, ContextResult.Acceptance, "1.2.840.10008.1.2.1"), // not proposed in context 1
                new AnsweredContext(3, ContextResult.UserRejection, "1.2.840.10008.1.2.1"),
                new AnsweredContext(5, ContextResult.Acceptance, "1.2.840.10008.1.2"), // no such context
            ]);

        Assert.Empty(contexts);
    }

    private static AssociateRequest ARequest(params RequestedContext[] contexts) => new(
        1, "MEDCLOUD", "CALLER", Negotiation.DicomApplicationContext, contexts, new UserInformation(0, "1.2.3"), PduWriter.Echo(AeTitle.Parse("MEDCLOUD"), AeTitle.Parse("CALLER")));

    private static Negotiated.Accepted Accepted(AssociateRequest request) => Assert.IsType<Negotiated.Accepted>(Negotiation.Accept(request, Policy));

    private static (int, int, int) Rejected(AssociateRequest request, AcceptancePolicy policy)
    {
        var rejection = Assert.IsType<Negotiated.Rejected>(Negotiation.Accept(request, policy)).Rejection;
        return ((int)rejection.Result, (int)rejection.Source, rejection.Reason);
    }
}
