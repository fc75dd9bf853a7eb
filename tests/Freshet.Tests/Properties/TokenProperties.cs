using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>Two requirements as one ask for what both ask for, in whatever order they are put together.</summary>
public sealed class TokenProperties
{
    private static readonly Epoch[] _epochs = [Epoch.Create(), Epoch.Create()];

    private static Gen<ConsistencyToken> Tokens =>
        from epoch in Gen.Elements(_epochs)
        from position in Gen.Choose(0, 5)
        select new ConsistencyToken(epoch, position);

    private static Gen<ReadRequirement> Requirements =>
        from token in Gen.OneOf(Gen.Constant((ConsistencyToken?)null), Tokens.Select(token => (ConsistencyToken?)token))
        from version in Gen.OneOf(Gen.Constant((long?)null), Gen.Choose(0, 5).Select(number => (long?)number))
        select new ReadRequirement(token, version);

    [Fact]
    public void OfTwoTokensTheOneThatReachesFurtherCountsAndOfTwoLogsTheOneGivenLater() => Property.Holds(Tokens.Two(), both =>
    {
        var (first, second) = both;
        var later = ConsistencyToken.Later(first, second);
        if (first.Epoch != second.Epoch) later.ShouldBe(second);
        else later.ShouldBe(new ConsistencyToken(first.Epoch, Math.Max(first.Position, second.Position)));
    });

    [Fact]
    public void TwoRequirementsTogetherAskForNoLessThanEither() => Property.Holds(Requirements.Three(), three =>
    {
        var (first, second, third) = three;
        var both = first.And(second);
        both.MinimumVersion.ShouldBe(((long?[])[first.MinimumVersion, second.MinimumVersion]).Max());
        both.Token.ShouldBe(second.Token is null ? first.Token : first.Token is null ? second.Token : ConsistencyToken.Later(first.Token.Value, second.Token.Value));
        first.And(null).ShouldBe(first);
        first.And(first).ShouldBe(first);
        if (third.Token?.Epoch == second.Token?.Epoch || first.Token is null) first.And(second).And(third).ShouldBe(first.And(second.And(third)));
    }, runs: 500);
}
