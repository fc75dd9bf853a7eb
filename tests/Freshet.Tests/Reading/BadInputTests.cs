namespace Freshet.Tests.Reading;

public sealed class BadInputTests
{
    [Theory]
    [InlineData("", KeyFault.Empty)]
    [InlineData("line\nbreak", KeyFault.ControlCharacter)]
    public async Task AnArgumentThatCannotBeAKeyIsRefusedBeforeAnythingIsLoadedOrStored(string argument, KeyFault fault)
    {
        await using var app = TestApp.Start();

        var error = await Should.ThrowAsync<InvalidKeyException>(() => app.Freshet.ReadAsync(Things.High, argument).AsTask());

        (error.Declaration, error.Fault).ShouldBe(("high", fault));
        app.Source.Reads.ShouldBe(0);
    }

    [Fact]
    public async Task HalfASurrogatePairIsRefusedBecauseTwoSuchKeysWouldShareOneText()
    {
        await using var app = TestApp.Start();

        (await Should.ThrowAsync<InvalidKeyException>(() => app.Freshet.ReadAsync(Things.High, $"half {'\ud800'} pair").AsTask()))
            .Fault.ShouldBe(KeyFault.ControlCharacter);
    }

    [Fact]
    public async Task AnOverlongArgumentIsRefusedWithoutRepeatingItInTheMessage()
    {
        await using var app = TestApp.Start();
        var argument = new string('x', KeyText.MaxLength + 1);

        var error = await Should.ThrowAsync<InvalidKeyException>(() => app.Freshet.ReadAsync(Things.High, argument).AsTask());

        error.Fault.ShouldBe(KeyFault.TooLong);
        error.Message.ShouldNotContain("xxx");
    }

    [Fact]
    public async Task ANullArgumentIsRefused()
    {
        await using var app = TestApp.Start();

        (await Should.ThrowAsync<InvalidKeyException>(async () => await app.Freshet.ReadAsync(Things.High, null!))).Fault.ShouldBe(KeyFault.Null);
    }

    [Fact]
    public async Task AQueryNobodyComposedIsRefusedByName()
    {
        await using var app = TestApp.Start();
        var stranger = new CachedQuery<string, Value>("stranger", RiskLevel.Low);

        var error = await Should.ThrowAsync<UnknownDeclarationException>(async () => await app.Freshet.ReadAsync(stranger, "a"));

        error.Message.ShouldContain("'stranger'");
        error.Message.ShouldContain("AddFreshet()");
    }

    [Fact]
    public async Task ATagWithControlCharactersCannotBeMade()
    {
        await using var app = TestApp.Start();
        Should.Throw<InvalidKeyException>(() => Things.Thing.For("a\tb")).Fault.ShouldBe(KeyFault.ControlCharacter);

        await using var action = app.Freshet.BeginUserAction("default tag");
        Should.Throw<InvalidKeyException>(() => app.Freshet.UpdateTag(default)).Fault.ShouldBe(KeyFault.Null);
        await action.CompleteAsync();
        action.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task ATagOfAKindNobodyComposedIsRefused()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("stranger");

        Should.Throw<UnknownDeclarationException>(() => app.Freshet.UpdateTag(new Tag<string>("stranger").For("a"))).Name.ShouldBe("stranger");
        await action.CompleteAsync();
    }
}
